// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Guests that break the rules, each against the whole device: what the guest gets, and who can go
// on afterwards. A request that can be told apart from its neighbours is answered, and the same
// guest goes on; a ring that cannot be parsed is dead until it is set up anew, and other guests go
// on.

#include "tests/unit/i2c/hostile_ring.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>
#include <vector>

namespace vhost_device::i2c {
namespace {

using testing::RingGuest;
using virtio::Descriptor;
using Piece = RingGuest::Piece;
namespace flag = virtio::descriptor_flag;

constexpr std::uint16_t chip = 0x50 << 1;
constexpr std::uint32_t read_flag = 2;
constexpr std::byte error{1};
constexpr std::uint64_t outside = RingGuest::base + RingGuest::memory_size;

struct HostileSplitRing : testing::HostileRing {
  HostileSplitRing() : HostileRing(false) {}
};

struct HostilePackedRing : testing::HostileRing {
  HostilePackedRing() : HostileRing(true) {}
};

/// What does not depend on the format of the ring, which is packed or not.
struct HostileRequest : testing::HostileRing, ::testing::WithParamInterface<bool> {
  HostileRequest() : HostileRing(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Rings, HostileRequest, ::testing::Bool(),
                         [](const auto& ring) { return ring.param ? "Packed" : "Split"; });

TEST_F(HostileSplitRing, descriptor_loop_breaks_the_ring) {
  const auto header = guest.header(chip, 0);
  guest.split().raw_set_descriptor(0, {header, 8, flag::next, 1});
  guest.split().raw_set_descriptor(1, {header, 8, flag::next, 0});
  guest.split().raw_offer(0);

  expect_broken();
}

TEST_F(HostileSplitRing, head_outside_the_table_breaks_the_ring) {
  guest.split().raw_offer(guest.ring().size());

  expect_broken();
}

TEST_F(HostileSplitRing, next_outside_the_table_breaks_the_ring) {
  guest.split().raw_set_descriptor(0, {guest.header(chip, 0), 8, flag::next, 0xffff});
  guest.split().raw_offer(0);

  expect_broken();
}

TEST_F(HostileSplitRing, available_index_that_jumps_breaks_the_ring) {
  guest.split().raw_set_available_index(static_cast<std::uint16_t>(guest.ring().size() + 1));

  expect_broken();
}

TEST_F(HostileSplitRing, indirect_inside_indirect_breaks_the_ring) {
  const auto inner = guest.buffer(16);
  const auto table = guest.buffer(16);
  const Descriptor nested{inner, 16, flag::indirect, 0};
  const auto bytes = std::as_bytes(std::span(&nested, 1));
  std::ranges::copy(bytes, guest.at(table, 16).begin());
  guest.split().raw_set_descriptor(0, {table, 16, flag::indirect, 0});
  guest.split().raw_offer(0);

  expect_broken();
}

TEST_F(HostileSplitRing, indirect_table_outside_memory_breaks_the_ring) {
  guest.split().raw_set_descriptor(0, {outside, 48, flag::indirect, 0});
  guest.split().raw_offer(0);

  expect_broken();
}

TEST_F(HostileSplitRing, good_request_in_front_of_a_broken_one_is_answered) {
  const auto status = guest.buffer(1);
  const std::array pieces{Piece{guest.header(chip, 0), 8, false}, Piece{status, 1, true}};
  const auto head = guest.ring().add(pieces);
  guest.split().raw_offer(guest.ring().size());

  guest.kick();

  EXPECT_EQ(guest.at(status), std::byte{0});
  const auto used = guest.ring().take_used();
  ASSERT_TRUE(used);
  EXPECT_EQ(used->head, *head);
  EXPECT_FALSE(guest.queue().broken_reason().empty());
}

TEST_F(HostilePackedRing, chain_without_an_end_breaks_the_ring) {
  const auto header = guest.header(chip, 0);
  for (int i = 0; i < guest.ring().size(); ++i)
    guest.packed().raw_offer({header, 8, 0, flag::next});

  expect_broken();
}

TEST_F(HostilePackedRing, indirect_table_in_a_chain_breaks_the_ring) {
  const auto table = guest.buffer(16);
  guest.packed().raw_offer({table, 16, 0, flag::indirect | flag::next});

  expect_broken();
}

TEST_F(HostilePackedRing, indirect_table_outside_memory_breaks_the_ring) {
  guest.packed().raw_offer({outside, 48, 0, flag::indirect});

  expect_broken();
}

// INDIRECT means nothing in a table (VIRTIO 1.3, 2.8.7): the 16 bytes are a request's only buffer.
TEST_F(HostilePackedRing, indirect_inside_indirect_is_answered_with_nothing_written) {
  const auto table = guest.buffer(16);
  const virtio::PackedDescriptor nested{guest.buffer(16), 16, 0, flag::indirect};
  std::ranges::copy(std::as_bytes(std::span(&nested, 1)), guest.at(table, 16).begin());
  guest.packed().raw_offer({table, 16, 5, flag::indirect});

  guest.kick();

  EXPECT_EQ(guest.packed().raw_descriptor(0).id, 5);
  EXPECT_EQ(guest.packed().raw_descriptor(0).flags, 0x8080);
  EXPECT_TRUE(adapter->transactions.empty());
}

TEST_F(HostilePackedRing, good_request_in_front_of_a_broken_one_is_answered) {
  const auto status = guest.buffer(1);
  const std::array pieces{Piece{guest.header(chip, 0), 8, false}, Piece{status, 1, true}};
  const auto id = guest.ring().add(pieces);
  guest.packed().raw_offer({outside, 7, 0, flag::indirect});

  guest.kick();

  EXPECT_EQ(guest.at(status), std::byte{0});
  const auto used = guest.ring().take_used();
  ASSERT_TRUE(used);
  EXPECT_EQ(used->head, *id);
  EXPECT_FALSE(guest.queue().broken_reason().empty());
}

// The wrap counter says that a whole round is there at once, and its last request that one more
// follows: a group as long as the ring, each of its requests the same.
TEST_F(HostilePackedRing, same_request_offered_for_ever_does_not_grow_the_group) {
  const auto status = guest.buffer(1);
  const auto table = guest.buffer(32);
  const std::array pieces{Piece{guest.header(chip, 1), 8, false}, Piece{status, 1, true}};
  ASSERT_TRUE(guest.ring().add_indirect(pieces, guest.at(table, 32), table));
  for (int i = 1; i < guest.ring().size(); ++i) {
    guest.packed().raw_offer({table, 32, 0, flag::indirect});
  }

  guest.kick();

  EXPECT_EQ(guest.at(status), std::byte{0});
  EXPECT_EQ(guest.queue().base(), 0U);  // once around, both ways
}

TEST_P(HostileRequest, header_outside_memory_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{outside, 8, false}, Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, data_outside_memory_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{outside - 1, 2, false},
                            Piece{status, 1, true}},
                 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, data_that_wraps_the_address_space_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false},
                            Piece{std::numeric_limits<std::uint64_t>::max() - 3, 8, false},
                            Piece{status, 1, true}},
                 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, status_outside_memory_is_answered_with_nothing_written) {
  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{outside, 1, true}}, 0);
}

TEST_P(HostileRequest, write_of_four_gibibytes_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false},
                            Piece{RingGuest::base, 0xffff'ffff, false}, Piece{status, 1, true}},
                 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, read_of_four_gibibytes_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, read_flag), 8, false},
                            Piece{RingGuest::base, 0xffff'ffff, true}, Piece{status, 1, true}},
                 0);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, data_over_the_longest_message_gets_an_error) {
  const auto status = guest.buffer(1);
  const auto data = guest.buffer(max_message_length + 1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false},
                            Piece{data, max_message_length + 1, false}, Piece{status, 1, true}},
                 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, missing_header_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, short_header_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 7, false}, Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, read_only_status_is_answered_with_nothing_written) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{status, 1, false}}, 0);

  EXPECT_EQ(guest.at(status), RingGuest::untouched);
}

TEST_P(HostileRequest, header_alone_is_answered_with_nothing_written) {
  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}}, 0);
}

TEST_P(HostileRequest, empty_status_buffer_is_answered_with_nothing_written) {
  expect_refused(
      std::array{Piece{guest.header(chip, 0), 8, false}, Piece{guest.buffer(1), 0, true}}, 0);
}

TEST_P(HostileRequest, data_of_both_directions_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(
      std::array{Piece{guest.header(chip, read_flag), 8, false}, Piece{guest.put({1}), 1, false},
                 Piece{guest.buffer(1), 1, true}, Piece{status, 1, true}},
      0);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, data_against_the_direction_gets_an_error) {
  const auto status = guest.buffer(1);
  const auto data = guest.buffer(2);

  expect_refused(std::array{Piece{guest.header(chip, 0), 8, false}, Piece{data, 2, true},
                            Piece{status, 1, true}},
                 0);

  EXPECT_EQ(guest.at(status), error);
  EXPECT_EQ(guest.at(data), RingGuest::untouched);
}

TEST_P(HostileRequest, reserved_flags_get_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip, 4), 8, false}, Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_P(HostileRequest, address_field_that_is_no_address_gets_an_error) {
  const auto status = guest.buffer(1);

  expect_refused(std::array{Piece{guest.header(chip | 1, 0), 8, false}, Piece{status, 1, true}}, 1);

  EXPECT_EQ(guest.at(status), error);
}

TEST_F(HostileSplitRing, same_request_offered_for_ever_does_not_grow_the_group) {
  const auto status = guest.buffer(1);
  guest.split().raw_set_descriptor(0, {guest.header(chip, 1), 8, flag::next, 1});
  guest.split().raw_set_descriptor(1, {status, 1, flag::write, 0});
  for (int i = 0; i < guest.ring().size(); ++i) guest.split().raw_offer(0);

  guest.kick();

  EXPECT_EQ(guest.at(status), std::byte{0});
  EXPECT_EQ(guest.split().raw_used_index(), guest.ring().size());
}

TEST_P(HostileRequest, data_over_the_bound_of_a_group_gets_an_error_and_no_memory) {
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

TEST_P(HostileRequest, memory_table_replaced_in_the_middle_of_a_group_goes_on) {
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
