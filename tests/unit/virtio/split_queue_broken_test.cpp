// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/virtio/split_queue.hpp"
#include "tests/unit/virtio/guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::Guest;
using testing::HasSubstr;
using Piece = DriverRing::Piece;
namespace flag = descriptor_flag;

constexpr std::uint16_t both(std::uint16_t left, std::uint16_t right) {
  return static_cast<std::uint16_t>(left | right);
}

/// A ring of eight entries whose driver breaks the rules.
class BrokenRing : public testing::Test {
 protected:
  void describe(std::uint16_t index, std::uint16_t flags, std::uint32_t next) const {
    guest_.driver.raw_set_descriptor(index,
                                     {Guest::buffers, 16, flags, static_cast<std::uint16_t>(next)});
  }

  /// What `pop` says to the descriptor `head`, and why.
  Pop pop_offered(std::uint16_t head) {
    guest_.driver.raw_offer(head);
    return guest_.queue.pop(guest_.chain);
  }

  [[nodiscard]] std::string reason() const { return std::string(guest_.queue.broken_reason()); }

  Guest guest_;
};

TEST_F(BrokenRing, head_outside_the_table_breaks) {
  EXPECT_EQ(pop_offered(8), Pop::broken);
  EXPECT_EQ(reason(), "the head 8 is outside a table of 8 descriptors");
}

TEST_F(BrokenRing, greatest_head_breaks) {
  EXPECT_EQ(pop_offered(65535), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("the head 65535"));
}

TEST_F(BrokenRing, next_outside_the_table_breaks) {
  describe(0, flag::next, 8);

  EXPECT_EQ(pop_offered(0), Pop::broken);
  EXPECT_EQ(reason(), "descriptor 0 is followed by 8, outside a table of 8");
}

TEST_F(BrokenRing, descriptor_followed_by_itself_breaks) {
  describe(3, flag::next, 3);

  EXPECT_EQ(pop_offered(3), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("does not end"));
}

TEST_F(BrokenRing, loop_of_two_descriptors_breaks) {
  describe(3, flag::next, 4);
  describe(4, flag::next, 3);

  EXPECT_EQ(pop_offered(3), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("does not end within a table of 8"));
}

TEST_F(BrokenRing, loop_through_the_whole_table_breaks) {
  for (std::uint16_t i = 0; i < 8; ++i) describe(i, flag::next, (i + 1U) % 8U);

  EXPECT_EQ(pop_offered(5), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("does not end"));
}

TEST_F(BrokenRing, available_index_far_ahead_breaks) {
  guest_.driver.raw_set_available_index(9);

  EXPECT_EQ(guest_.queue.pop(guest_.chain), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("the available index 9"));
}

TEST_F(BrokenRing, available_index_going_back_breaks) {
  guest_.add_one();
  guest_.serve_one();
  guest_.driver.raw_set_available_index(0);

  EXPECT_EQ(guest_.queue.pop(guest_.chain), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("the available index 0"));
}

TEST_F(BrokenRing, available_index_a_whole_ring_ahead_is_legal) {
  describe(0, 0, 0);
  for (int i = 0; i < 8; ++i) guest_.driver.raw_offer(0);

  EXPECT_EQ(guest_.queue.pop(guest_.chain), Pop::chain);
}

TEST_F(BrokenRing, more_requests_at_once_than_entries_break) {
  describe(0, 0, 0);
  for (int i = 0; i < 8; ++i) guest_.driver.raw_offer(0);
  ASSERT_EQ(guest_.queue.pop(guest_.chain), Pop::chain);

  EXPECT_EQ(pop_offered(0), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("8 requests beside 1 unanswered"));
}

TEST_F(BrokenRing, readable_descriptor_behind_a_writable_one_breaks) {
  describe(0, both(flag::write, flag::next), 1);
  describe(1, 0, 0);

  EXPECT_EQ(pop_offered(0), Pop::broken);
  EXPECT_EQ(reason(), "a readable descriptor behind a writable one");
}

TEST_F(BrokenRing, readable_descriptor_behind_an_empty_writable_one_breaks) {
  guest_.driver.raw_set_descriptor(0, {Guest::buffers, 0, both(flag::write, flag::next), 1});
  describe(1, 0, 0);

  EXPECT_EQ(pop_offered(0), Pop::broken);
}

TEST_F(BrokenRing, indirect_with_next_breaks) {
  describe(0, both(flag::indirect, flag::next), 1);

  EXPECT_EQ(pop_offered(0), Pop::broken);
  EXPECT_EQ(reason(), "a descriptor that is both INDIRECT and NEXT");
}

TEST_F(BrokenRing, break_is_for_good) {
  describe(0, 0, 0);
  ASSERT_EQ(pop_offered(8), Pop::broken);
  const std::string first = reason();

  EXPECT_EQ(pop_offered(0), Pop::broken);
  EXPECT_EQ(reason(), first);
  EXPECT_EQ(guest_.queue.base(), 0U);
}

TEST_F(BrokenRing, nothing_is_left_in_the_chain) {
  describe(0, flag::next, 1);
  describe(1, flag::next, 9);

  ASSERT_EQ(pop_offered(0), Pop::broken);

  EXPECT_TRUE(guest_.chain.readable.empty());
  EXPECT_TRUE(guest_.chain.writable.empty());
}

TEST_F(BrokenRing, request_taken_before_is_completed_with_an_interrupt) {
  const auto head = guest_.add_one();
  ASSERT_EQ(guest_.queue.pop(guest_.chain), Pop::chain);
  Chain broken;
  guest_.driver.raw_offer(8);
  ASSERT_EQ(guest_.queue.pop(broken), Pop::broken);

  guest_.queue.complete(guest_.chain.head, 1);

  EXPECT_TRUE(guest_.queue.take_interrupt());
  EXPECT_EQ(guest_.driver.take_used().value().head, head);
}

TEST_F(BrokenRing, no_request_is_waiting_in_a_broken_ring) {
  ASSERT_EQ(pop_offered(8), Pop::broken);

  EXPECT_FALSE(guest_.queue.enable_notifications());
}

TEST_F(BrokenRing, ring_set_up_anew_works) {
  ASSERT_EQ(pop_offered(8), Pop::broken);
  DriverRing driver(guest_.memory.bytes(), Guest::base, 8, {});
  SplitQueue queue(guest_.device_memory, guest_.ring(), {}, 0);
  const Piece piece{Guest::buffers, 1, false};
  ASSERT_TRUE(driver.add({&piece, 1}));

  EXPECT_EQ(queue.pop(guest_.chain), Pop::chain);
}

TEST(SplitQueue, request_in_more_pieces_than_there_can_be_breaks) {
  // Regions of one byte, so that each descriptor of 509 bytes is 509 pieces; 129 of them are 65661.
  const test::SharedMemory shared(4096);
  Guest guest(Guest::Setup{.size = 256});
  const std::uint64_t start = Guest::nowhere;
  std::size_t added = guest.device_memory.region_count();
  for (std::uint64_t i = 0; added < GuestMemory::max_regions; ++i, ++added) {
    ASSERT_EQ(guest.device_memory.add({start + i, 1, 0, 0}, shared.file()), std::nullopt);
  }
  const std::vector<Piece> pieces(130, {start, GuestMemory::max_regions - 1, false});
  ASSERT_TRUE(guest.driver.add(pieces));

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::broken);
  EXPECT_EQ(guest.queue.broken_reason(), "a request in more than 65536 pieces");
}

}  // namespace
}  // namespace vhost_device::virtio
