// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// VIRTIO 1.3, 2.6.4 "Message Framing": a request may lie in its descriptors in any legal way.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "tests/unit/i2c/fake_adapter.hpp"
#include "tests/unit/i2c/ring_guest.hpp"

namespace vhost_device::i2c {
namespace {

using testing::FakeAdapter;
using testing::RingGuest;
using Piece = RingGuest::Piece;

constexpr std::uint16_t chip = 0x50 << 1;
constexpr std::uint32_t read_flag = 2;
constexpr std::byte ok{0};

std::vector<std::byte> bytes(std::initializer_list<unsigned> values) {
  std::vector<std::byte> result;
  for (const unsigned value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

struct Framing : ::testing::Test {
  std::shared_ptr<FakeAdapter> adapter = std::make_shared<FakeAdapter>();
  RingGuest guest{adapter};

  /// Offers a request and returns its used.len.
  std::uint32_t run(std::span<const Piece> pieces) {
    EXPECT_TRUE(guest.ring().add(pieces));
    guest.kick();
    const auto used = guest.ring().take_used();
    EXPECT_TRUE(used);
    return used ? used->written : ~0U;
  }
};

TEST_F(Framing, three_descriptors_of_a_write_reach_the_chip) {
  const auto status = guest.buffer(1);

  const auto written =
      run(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{guest.put({1, 2, 3}), 3, false},
                     Piece{status, 1, true}});

  EXPECT_EQ(written, 1U);
  EXPECT_EQ(guest.at(status), ok);
  ASSERT_EQ(adapter->transactions.size(), 1U);
  EXPECT_EQ(adapter->transactions[0][0].sent, bytes({1, 2, 3}));
}

TEST_F(Framing, three_descriptors_of_a_read_are_filled) {
  const auto status = guest.buffer(1);
  const auto data = guest.buffer(4);

  const auto written = run(std::array{Piece{guest.header(chip, read_flag), 8, false},
                                      Piece{data, 4, true}, Piece{status, 1, true}});

  EXPECT_EQ(written, 5U);
  EXPECT_EQ(guest.at(status), ok);
  const auto got = guest.at(data, 4);
  EXPECT_EQ(std::vector(got.begin(), got.end()), bytes({0xa0, 0xa1, 0xa2, 0xa3}));
}

TEST_F(Framing, zero_length_requests_are_the_address_alone) {
  const auto status = guest.buffer(2);

  const auto write =
      run(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{status, 1, true}});
  const auto read =
      run(std::array{Piece{guest.header(chip, read_flag), 8, false}, Piece{status + 1, 1, true}});

  EXPECT_EQ(write, 1U);
  EXPECT_EQ(read, 1U);
  EXPECT_EQ(guest.at(status), ok);
  EXPECT_EQ(guest.at(status + 1), ok);
  ASSERT_EQ(adapter->transactions.size(), 2U);
  EXPECT_FALSE(adapter->transactions[0][0].read);
  EXPECT_TRUE(adapter->transactions[1][0].read);
}

TEST_F(Framing, header_and_data_in_one_descriptor_are_told_apart) {
  const auto status = guest.buffer(1);
  const auto request = guest.put({chip, 0, 0, 0, 0, 0, 0, 0, 7, 8});

  run(std::array{Piece{request, 10, false}, Piece{status, 1, true}});

  EXPECT_EQ(guest.at(status), ok);
  EXPECT_EQ(adapter->transactions.at(0).at(0).sent, bytes({7, 8}));
}

TEST_F(Framing, data_and_status_in_one_descriptor_are_told_apart) {
  const auto answer = guest.buffer(3);

  const auto written =
      run(std::array{Piece{guest.header(chip, read_flag), 8, false}, Piece{answer, 3, true}});

  EXPECT_EQ(written, 3U);
  const auto got = guest.at(answer, 3);
  EXPECT_EQ(std::vector(got.begin(), got.end()), bytes({0xa0, 0xa1, 0}));
}

TEST_F(Framing, header_in_eight_descriptors_is_put_together) {
  const auto header = guest.header(chip, 0);
  const auto status = guest.buffer(1);
  std::vector<Piece> pieces;
  for (std::uint64_t i = 0; i < 8; ++i) pieces.push_back({header + i, 1, false});
  pieces.push_back({guest.put({0x42}), 1, false});
  pieces.push_back({status, 1, true});

  run(pieces);

  EXPECT_EQ(guest.at(status), ok);
  EXPECT_EQ(adapter->transactions.at(0).at(0).sent, bytes({0x42}));
}

TEST_F(Framing, data_in_many_descriptors_is_gathered_in_order) {
  const auto status = guest.buffer(1);
  std::vector<Piece> pieces{{guest.header(chip, 0), 8, false}};
  std::vector<std::byte> expected;
  for (unsigned i = 0; i < 40; ++i) {
    pieces.push_back({guest.put({i}), 1, false});
    expected.push_back(static_cast<std::byte>(i));
  }
  pieces.push_back({status, 1, true});

  run(pieces);

  EXPECT_EQ(guest.at(status), ok);
  EXPECT_EQ(adapter->transactions.at(0).at(0).sent, expected);
}

TEST_F(Framing, read_into_many_descriptors_is_scattered_in_order) {
  const auto status = guest.buffer(1);
  const auto first = guest.buffer(2);
  const auto second = guest.buffer(1);
  const auto third = guest.buffer(3);

  const auto written =
      run(std::array{Piece{guest.header(chip, read_flag), 8, false}, Piece{first, 2, true},
                     Piece{second, 1, true}, Piece{third, 3, true}, Piece{status, 1, true}});

  EXPECT_EQ(written, 7U);
  EXPECT_EQ(guest.at(first + 1), std::byte{0xa1});
  EXPECT_EQ(guest.at(second), std::byte{0xa2});
  EXPECT_EQ(guest.at(second + 1), RingGuest::untouched);
  EXPECT_EQ(guest.at(third + 2), std::byte{0xa5});
  EXPECT_EQ(guest.at(status), ok);
}

TEST_F(Framing, empty_descriptors_in_between_change_nothing) {
  const auto status = guest.buffer(1);

  const auto written =
      run(std::array{Piece{guest.buffer(1), 0, false}, Piece{guest.header(chip, 0), 8, false},
                     Piece{guest.buffer(1), 0, false}, Piece{guest.put({9}), 1, false},
                     Piece{status, 1, true}, Piece{guest.buffer(1), 0, true}});

  EXPECT_EQ(written, 1U);
  EXPECT_EQ(guest.at(status), ok);
  EXPECT_EQ(adapter->transactions.at(0).at(0).sent, bytes({9}));
}

TEST_F(Framing, indirect_table_is_as_good_as_the_ring) {
  const auto status = guest.buffer(1);
  const auto table = guest.buffer(48);
  const std::array pieces{Piece{guest.header(chip, 0), 8, false}, Piece{guest.put({5}), 1, false},
                          Piece{status, 1, true}};

  ASSERT_TRUE(guest.ring().add_indirect(pieces, guest.at(table, 48), table));
  guest.kick();

  EXPECT_EQ(guest.at(status), ok);
  EXPECT_EQ(adapter->transactions.at(0).at(0).sent, bytes({5}));
}

TEST_F(Framing, ten_bit_address_reaches_the_adapter_as_such) {
  adapter->chip = *Address::ten_bit(0x235);
  const auto status = guest.buffer(1);

  run(std::array{Piece{guest.header(0x35f4, 0), 8, false}, Piece{status, 1, true}});

  EXPECT_EQ(guest.at(status), ok);
}

}  // namespace
}  // namespace vhost_device::i2c
