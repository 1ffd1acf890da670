// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/driver_ring.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "core/virtio/ring_access.hpp"

namespace vhost_device::virtio {
namespace {

using Piece = DriverRing::Piece;
namespace flag = descriptor_flag;

/// A ring of eight entries, the device's side of which is written by hand.
class DriverRingTest : public testing::Test {
 protected:
  static constexpr std::uint64_t base = 0x10'0000;

  /// The device answers `id`, as 2.7.8 has it.
  void answer(std::uint32_t id, std::uint32_t length) {
    const std::size_t slot = answered_++ % 8U;
    const std::array<std::uint32_t, 2> entry{id, length};
    std::memcpy(used() + 4 + 8 * slot, entry.data(), sizeof entry);
    std::memcpy(used() + 2, &answered_, sizeof answered_);
  }

  [[nodiscard]] std::byte* used() { return memory_.data() + (ring_.used_address() - base); }

  static constexpr Piece piece{0x1234, 8, false};

  alignas(16) std::array<std::byte, 512> memory_{};
  DriverRing ring_{memory_, base, 8, {}};
  std::uint16_t answered_ = 0;
};

// VIRTIO 1.3, 2.7: 16 and 8 bytes an entry, 6 + 2 and 6 + 8, each aligned.
TEST_F(DriverRingTest, areas_lie_one_behind_the_other_and_aligned) {
  EXPECT_EQ(ring_.descriptors_address(), base);
  EXPECT_EQ(ring_.available_address(), base + 128);
  EXPECT_EQ(ring_.used_address(), base + 152);  // 128 + 22, aligned to 4
  EXPECT_EQ(DriverRing::bytes(8), 152U + 70U);
}

// 2.7.5 and 2.7.6, byte by byte.
TEST_F(DriverRingTest, request_is_laid_out_as_specified) {
  const Piece pieces[] = {{0x0102030405060708, 0x0a0b0c0d, false}, {0x20, 1, true}};

  ASSERT_EQ(ring_.add(pieces), 0);

  const std::uint8_t descriptors[32] = {8,    7, 6, 5, 4, 3,    2, 1, 0x0d, 0x0c, 0x0b,
                                        0x0a, 1, 0, 1, 0, 0x20, 0, 0, 0,    0,    0,
                                        0,    0, 1, 0, 0, 0,    2, 0, 0,    0};
  const std::uint8_t available[6] = {0, 0, 1, 0, 0, 0};
  EXPECT_EQ(std::memcmp(memory_.data(), descriptors, sizeof descriptors), 0);
  EXPECT_EQ(std::memcmp(memory_.data() + 128, available, sizeof available), 0);
}

TEST_F(DriverRingTest, indirect_request_is_laid_out_as_specified) {
  const Piece pieces[] = {{0x10, 8, false}, {0x20, 1, true}};
  std::array<std::byte, 32> table{};

  ASSERT_EQ(ring_.add_indirect(pieces, table, 0x7000), 0);

  const std::uint8_t entries[32] = {0x10, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 1, 0, 1, 0,
                                    0x20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0};
  const Descriptor descriptor = ring_.raw_descriptor(0);
  EXPECT_EQ(std::memcmp(table.data(), entries, sizeof entries), 0);
  EXPECT_EQ(descriptor.address, 0x7000U);
  EXPECT_EQ(descriptor.length, 32U);
  EXPECT_EQ(descriptor.flags, flag::indirect);
}

TEST_F(DriverRingTest, indirect_request_in_a_table_too_small_is_not_made) {
  const Piece pieces[] = {{0x10, 8, false}, {0x20, 1, true}};
  std::array<std::byte, 31> table{};

  EXPECT_EQ(ring_.add_indirect(pieces, table, 0x7000), std::nullopt);
  EXPECT_EQ(ring_.raw_available_index(), 0);
}

TEST_F(DriverRingTest, request_of_no_pieces_is_not_made) {
  EXPECT_EQ(ring_.add({}), std::nullopt);
  EXPECT_EQ(ring_.add_indirect({}, {}, 0), std::nullopt);
  EXPECT_EQ(ring_.raw_available_index(), 0);
}

TEST_F(DriverRingTest, request_longer_than_the_free_descriptors_is_not_made) {
  const std::vector<Piece> five(5, piece);
  const std::vector<Piece> four(4, piece);
  ASSERT_TRUE(ring_.add(five));

  EXPECT_EQ(ring_.add(four), std::nullopt);

  EXPECT_EQ(ring_.raw_available_index(), 1);
  EXPECT_TRUE(ring_.add(std::span(four).first(3)));
}

TEST_F(DriverRingTest, answer_frees_all_descriptors_of_its_request) {
  const std::vector<Piece> eight(8, piece);
  const auto head = ring_.add(eight);
  ASSERT_TRUE(head);
  ASSERT_FALSE(ring_.add({&piece, 1}));

  answer(*head, 3);

  const auto used = ring_.take_used();
  ASSERT_TRUE(used);
  EXPECT_EQ(used->head, head);
  EXPECT_EQ(used->written, 3U);
  EXPECT_TRUE(ring_.add(eight));
}

TEST_F(DriverRingTest, answers_may_come_in_any_order) {
  const std::vector<Piece> two(2, piece);
  const auto first = ring_.add(two);
  const auto second = ring_.add(two);

  answer(*second, 2);
  answer(*first, 1);

  EXPECT_EQ(ring_.take_used().value().head, second);
  EXPECT_EQ(ring_.take_used().value().head, first);
  EXPECT_TRUE(ring_.add(std::vector<Piece>(8, piece)));
}

TEST_F(DriverRingTest, answer_outside_the_table_breaks) {
  ASSERT_TRUE(ring_.add({&piece, 1}));
  answer(8, 0);

  EXPECT_EQ(ring_.take_used(), std::nullopt);
  EXPECT_TRUE(ring_.broken());
}

TEST_F(DriverRingTest, answer_far_outside_the_table_breaks) {
  ASSERT_TRUE(ring_.add({&piece, 1}));
  answer(0x10000, 0);  // zero when cut to 16 bits, which is under way

  EXPECT_EQ(ring_.take_used(), std::nullopt);
  EXPECT_TRUE(ring_.broken());
}

TEST_F(DriverRingTest, answer_to_what_was_not_asked_breaks) {
  ASSERT_TRUE(ring_.add({&piece, 1}));
  answer(1, 0);

  EXPECT_EQ(ring_.take_used(), std::nullopt);
  EXPECT_TRUE(ring_.broken());
}

TEST_F(DriverRingTest, answer_to_the_middle_of_a_chain_breaks) {
  const std::vector<Piece> three(3, piece);
  ASSERT_EQ(ring_.add(three), 0);
  answer(1, 0);

  EXPECT_EQ(ring_.take_used(), std::nullopt);
  EXPECT_TRUE(ring_.broken());
}

TEST_F(DriverRingTest, second_answer_to_one_request_breaks) {
  ASSERT_TRUE(ring_.add({&piece, 1}));
  answer(0, 0);
  answer(0, 0);
  ASSERT_TRUE(ring_.take_used());
  ASSERT_FALSE(ring_.broken());

  EXPECT_EQ(ring_.take_used(), std::nullopt);
  EXPECT_TRUE(ring_.broken());
}

TEST_F(DriverRingTest, used_index_going_wild_breaks) {
  answered_ = 0x8000;
  answer(0, 0);

  EXPECT_EQ(ring_.take_used(), std::nullopt);
  EXPECT_TRUE(ring_.broken());
}

TEST_F(DriverRingTest, table_changed_by_the_device_does_not_matter) {
  const std::vector<Piece> three(3, piece);
  ASSERT_TRUE(ring_.add(three));
  for (std::uint16_t i = 0; i < 8; ++i) ring_.raw_set_descriptor(i, {0, 0, flag::next, 0xffff});
  answer(0, 0);

  ASSERT_TRUE(ring_.take_used());
  EXPECT_TRUE(ring_.add(std::vector<Piece>(8, piece)));
}

TEST_F(DriverRingTest, raw_request_is_answered_like_any_other) {
  ring_.raw_set_descriptor(5, {0x1234, 1, 0, 0});
  ring_.raw_offer(5);
  answer(5, 7);

  const auto used = ring_.take_used();

  ASSERT_TRUE(used);
  EXPECT_EQ(used->head, 5);
  EXPECT_TRUE(ring_.add(std::vector<Piece>(8, piece)));
}

TEST_F(DriverRingTest, raw_request_offered_twice_is_answered_twice) {
  ring_.raw_offer(5);
  ring_.raw_offer(5);
  answer(5, 0);
  answer(5, 0);

  EXPECT_TRUE(ring_.take_used());
  EXPECT_TRUE(ring_.take_used());
}

TEST_F(DriverRingTest, raw_available_index_is_where_the_next_request_goes_on) {
  ring_.raw_set_available_index(300);
  ASSERT_TRUE(ring_.add({&piece, 1}));

  EXPECT_EQ(ring_.raw_available_index(), 301);
}

TEST(DriverRing, ring_laid_out_over_old_contents_is_empty) {
  alignas(16) std::array<std::byte, 512> memory;
  memory.fill(std::byte{0xff});

  DriverRing ring(memory, 0, 8, {.event_idx = true, .first_index = 1000});

  EXPECT_EQ(ring.raw_available_index(), 1000);
  EXPECT_EQ(ring.raw_used_index(), 1000);
  EXPECT_EQ(ring.take_used(), std::nullopt);
  EXPECT_FALSE(ring.broken());
}

}  // namespace
}  // namespace vhost_device::virtio
