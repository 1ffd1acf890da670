// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Guests that break the rules, each against the whole device: what the guest gets, and who can go
// on afterwards. A request that can be told apart from its neighbours is answered, and the same
// guest goes on; a ring that cannot be parsed is dead until it is set up anew, and other guests go
// on.

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>
#include <vector>

#include "tests/unit/i2c/fake_adapter.hpp"
#include "tests/unit/i2c/ring_guest.hpp"

namespace vhost_device::i2c {
namespace {

using testing::FakeAdapter;
using testing::RingGuest;
using virtio::Descriptor;
using Piece = RingGuest::Piece;
namespace flag = virtio::descriptor_flag;

constexpr std::uint16_t chip = 0x50 << 1;
constexpr std::uint32_t read_flag = 2;
constexpr std::byte error{1};
constexpr std::uint64_t outside = RingGuest::base + RingGuest::memory_size;

struct HostileRing : ::testing::Test {
  std::shared_ptr<FakeAdapter> adapter = std::make_shared<FakeAdapter>();
  RingGuest guest{adapter};

  /// Offers one request and expects it answered with `written` in used.len and nothing on the wire;
  /// after that the guest's next good request works.
  void expect_refused(std::span<const Piece> pieces, std::uint32_t written) {
    const auto head = guest.ring().add(pieces);
    ASSERT_TRUE(head);
    guest.kick();
    const auto used = guest.ring().take_used();
    ASSERT_TRUE(used);
    EXPECT_EQ(used->head, *head);
    EXPECT_EQ(used->written, written);
    EXPECT_TRUE(adapter->transactions.empty());
    EXPECT_TRUE(guest.good_request_works());
  }

  /// Expects that the ring, as the test has left it, is given up, and that another guest on the
  /// same adapter is served.
  void expect_broken() {
    guest.kick();
    EXPECT_FALSE(guest.queue().broken_reason().empty());
    EXPECT_FALSE(guest.ring().take_used());
    EXPECT_TRUE(adapter->transactions.empty());
    EXPECT_FALSE(guest.good_request_works());
    RingGuest other(adapter);
    EXPECT_TRUE(other.good_request_works());
  }
};

TEST_F(HostileRing, descriptor_loop_breaks_the_ring) {
  const auto header = guest.header(chip, 0);
  guest.ring().raw_set_descriptor(0, {header, 8, flag::next, 1});
  guest.ring().raw_set_descriptor(1, {header, 8, flag::next, 0});
  guest.ring().raw_offer(0);

  expect_broken();
}

TEST_F(HostileRing, head_outside_the_table_breaks_the_ring) {
  guest.ring().raw_offer(guest.ring().size());

  expect_broken();
}

TEST_F(HostileRing, next_outside_the_table_breaks_the_ring) {
  guest.ring().raw_set_descriptor(0, {guest.header(chip, 0), 8, flag::next, 0xffff});
  guest.ring().raw_offer(0);

  expect_broken();
}

TEST_F(HostileRing, available_index_that_jumps_breaks_the_ring) {
  guest.ring().raw_set_available_index(static_cast<std::uint16_t>(guest.ring().size() + 1));

  expect_broken();
}

TEST_F(HostileRing, indirect_inside_indirect_breaks_the_ring) {
  const auto inner = guest.buffer(16);
  const auto table = guest.buffer(16);
  const Descriptor nested{inner, 16, flag::indirect, 0};
  const auto bytes = std::as_bytes(std::span(&nested, 1));
  std::ranges::copy(bytes, guest.at(table, 16).begin());
  guest.ring().raw_set_descriptor(0, {table, 16, flag::indirect, 0});
  guest.ring().raw_offer(0);

  expect_broken();
}

TEST_F(HostileRing, indirect_table_outside_memory_breaks_the_ring) {
  guest.ring().raw_set_descriptor(0, {outside, 48, flag::indirect, 0});
  guest.ring().raw_offer(0);

  expect_broken();
}

TEST_F(HostileRing, good_request_in_front_of_a_broken_one_is_answered) {
  const auto status = guest.buffer(1);
  const std::array pieces{Piece{guest.header(chip, 0), 8, false}, Piece{status, 1, true}};
  const auto head = guest.ring().add(pieces);
  guest.ring().raw_offer(guest.ring().size());

  guest.kick();

  EXPECT_EQ(guest.at(status), std::byte{0});
  const auto used = guest.ring().take_used();
  ASSERT_TRUE(used);
  EXPECT_EQ(used->head, *head);
  EXPECT_FALSE(guest.queue().broken_reason().empty());
}

TEST_F(HostileRing, header_outside_memory_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{outside, 8, false}, Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, data_outside_memory_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{outside - 1, 2, false},
                            Piece{status, 1, true}},
                 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, data_that_wraps_the_address_space_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false},
                            Piece{std::numeric_limits<std::uint64_t>::max() - 3, 8, false},
                            Piece{status, 1, true}},
                 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, status_outside_memory_is_answered_with_nothing_written) {
  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{outside, 1, true}}, 0);
}

TEST_F(HostileRing, write_of_four_gibibytes_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false},
                            Piece{RingGuest::base, 0xffff'ffff, false}, Piece{status, 1, true}},
                 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, read_of_four_gibibytes_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, read_flag), 8, false},
                            Piece{RingGuest::base, 0xffff'ffff, true}, Piece{status, 1, true}},
                 0);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, data_over_the_longest_message_gets_an_error) {
  const auto status = guest.buffer(1);
  const auto data = guest.buffer(max_message_length + 1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false},
                            Piece{data, max_message_length + 1, false}, Piece{status, 1, true}},
                 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, missing_header_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, short_header_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 7, false}, Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, read_only_status_is_answered_with_nothing_written) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{status, 1, false}}, 0);

  EXPECT_EQ(guest.at(status), RingGuest::untouched);
}

TEST_F(HostileRing, header_alone_is_answered_with_nothing_written) {
  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}}, 0);
}

TEST_F(HostileRing, empty_status_buffer_is_answered_with_nothing_written) {
  expect_refused(
      std::array{Piece{guest.header(chip, 0), 8, false}, Piece{guest.buffer(1), 0, true}}, 0);
}

TEST_F(HostileRing, data_of_both_directions_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(
      std::array{Piece{guest.header(chip, read_flag), 8, false}, Piece{guest.put({1}), 1, false},
                 Piece{guest.buffer(1), 1, true}, Piece{status, 1, true}},
      0);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, data_against_the_direction_gets_an_error) {
  const auto status = guest.buffer(1);
  const auto data = guest.buffer(2);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{data, 2, true},
                            Piece{status, 1, true}},
                 0);

  EXPECT_EQ(guest.at(status), error);
  EXPECT_EQ(guest.at(data), RingGuest::untouched);
}

TEST_F(HostileRing, reserved_flags_get_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 4), 8, false}, Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, address_field_that_is_no_address_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip | 1, 0), 8, false}, Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileRing, same_request_offered_for_ever_does_not_grow_the_group) {
  const auto status = guest.buffer(1);
  guest.ring().raw_set_descriptor(0, {guest.header(chip, 1), 8, flag::next, 1});
  guest.ring().raw_set_descriptor(1, {status, 1, flag::write, 0});
  for (int i = 0; i < guest.ring().size(); ++i) guest.ring().raw_offer(0);

  guest.kick();

  EXPECT_EQ(guest.at(status), std::byte{0});
  EXPECT_EQ(guest.ring().raw_used_index(), guest.ring().size());
}

TEST_F(HostileRing, data_over_the_bound_of_a_group_gets_an_error_and_no_memory) {
  // One page of guest memory named over and over: a mebibyte and more of data, in one group.
  const auto data = guest.buffer(4096);
  constexpr int requests = 20;
  std::vector<std::uint64_t> statuses;
  for (int request = 0; request < requests; ++request) {
    statuses.push_back(guest.buffer(1));
    std::vector<Piece> pieces{{guest.header(chip, request + 1 < requests ? 1U : 0U), 8, false}};
    for (int i = 0; i < 15; ++i) pieces.push_back({data, 4096, false});
    pieces.push_back({statuses.back(), 1, true});
    const auto table = guest.buffer(pieces.size() * 16);
    ASSERT_TRUE(guest.ring().add_indirect(pieces, guest.at(table, pieces.size() * 16), table));
  }

  guest.kick();

  for (const auto status : statuses) EXPECT_EQ(guest.at(status), error);
  EXPECT_TRUE(adapter->transactions.empty());
  while (guest.ring().take_used()) {
  }
  EXPECT_TRUE(guest.good_request_works());
}

TEST_F(HostileRing, memory_table_replaced_in_the_middle_of_a_group_goes_on) {
  const auto first = guest.buffer(1);
  const auto second = guest.buffer(1);
  ASSERT_TRUE(
      guest.ring().add(std::array{Piece{guest.header(chip, 1), 8, false}, Piece{first, 1, true}}));
  guest.kick();
  guest.replace_memory_table();
  ASSERT_TRUE(
      guest.ring().add(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{second, 1, true}}));
  guest.kick();

  EXPECT_EQ(guest.at(first), std::byte{0});
  EXPECT_EQ(guest.at(second), std::byte{0});
  while (guest.ring().take_used()) {
  }
  EXPECT_TRUE(guest.good_request_works());
}

}  // namespace
}  // namespace vhost_device::i2c
