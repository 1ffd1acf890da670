// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// How long a guest can keep its thread, and so its own control messages waiting, by one kick.

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/unit/i2c/fake_adapter.hpp"
#include "tests/unit/i2c/ring_guest.hpp"

namespace vhost_device::i2c {
namespace {

using Piece = testing::RingGuest::Piece;

constexpr std::uint16_t chip = 0x50 << 1;
constexpr std::uint32_t fail_next = 1;
constexpr std::byte ok{0};
constexpr std::byte error{1};

struct Turn : ::testing::Test {
  /// Offers a zero-length write that has as many descriptors as a request can, most of them empty.
  void offer_costly(std::uint32_t flags) {
    std::vector<Piece> pieces(virtio::max_indirect_entries, Piece{header, 0, false});
    guest.at(header, 8)[4] = static_cast<std::byte>(flags);
    pieces.front() = {header, 8, false};
    pieces.back() = {status, 1, true};
    ASSERT_TRUE(guest.ring().add_indirect(pieces, guest.at(table, table_size), table));
  }

  /// How many requests are answered since the last time.
  unsigned answered() {
    unsigned count = 0;
    while (guest.ring().take_used()) ++count;
    return count;
  }

  virtio::Progress process() { return guest.device().process(0, guest.queue()); }

  static constexpr std::size_t table_size =
      virtio::max_indirect_entries * sizeof(virtio::Descriptor);

  std::shared_ptr<testing::FakeAdapter> adapter = std::make_shared<testing::FakeAdapter>();
  testing::RingGuest guest{adapter};
  std::uint64_t header = guest.header(chip, 0);
  std::uint64_t status = guest.buffer(1);
  std::uint64_t table = guest.buffer(table_size);
};

TEST_F(Turn, request_of_very_many_descriptors_ends_it) {
  for (int i = 0; i < 3; ++i) offer_costly(0);

  EXPECT_EQ(process(), virtio::Progress::more);
  EXPECT_EQ(answered(), 1U);

  guest.kick();
  EXPECT_EQ(answered(), 2U);
  EXPECT_EQ(guest.at(status), ok);
}

TEST_F(Turn, requests_of_few_descriptors_share_it) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(guest.ring().add(std::vector{Piece{header, 8, false}, Piece{status, 1, true}}));
  }

  EXPECT_EQ(process(), virtio::Progress::drained);
  EXPECT_EQ(answered(), 3U);
}

// Two of them, with the descriptors of their tables, are above max_descriptors.
TEST_F(Turn, group_of_too_many_descriptors_is_refused_and_ends_it) {
  for (int i = 0; i < 3; ++i) offer_costly(fail_next);

  EXPECT_EQ(process(), virtio::Progress::more);
  EXPECT_EQ(answered(), 2U);
  EXPECT_EQ(guest.at(status), error);

  EXPECT_EQ(process(), virtio::Progress::drained);
  EXPECT_EQ(answered(), 1U);
  EXPECT_EQ(guest.at(status), error);
  EXPECT_TRUE(adapter->transactions.empty());
}

TEST_F(Turn, end_of_a_refused_group_is_refused_and_the_next_request_works) {
  for (int i = 0; i < 3; ++i) offer_costly(fail_next);
  guest.kick();
  ASSERT_TRUE(guest.ring().add(std::vector{Piece{header, 8, false}, Piece{status, 1, true}}));
  guest.at(header, 8)[4] = std::byte{0};
  guest.kick();

  EXPECT_EQ(answered(), 4U);
  EXPECT_EQ(guest.at(status), error);
  EXPECT_TRUE(adapter->transactions.empty());
  EXPECT_TRUE(guest.good_request_works());
}

}  // namespace
}  // namespace vhost_device::i2c
