// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Packed rings whose driver breaks the rules, and devices that do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

#include "tests/unit/virtio/packed_guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::PackedGuest;
using testing::HasSubstr;
namespace flag = descriptor_flag;

constexpr std::uint16_t both(std::uint16_t left, std::uint16_t right) {
  return static_cast<std::uint16_t>(left | right);
}

class BrokenPackedRing : public testing::Test {
 protected:
  void offer(std::uint16_t flags, std::uint32_t length = 16) {
    guest_.driver.raw_offer({PackedGuest::buffers, length, 0, flags});
  }

  void expect_broken(const std::string& reason) {
    EXPECT_EQ(guest_.queue.pop(guest_.chain), Pop::broken);
    EXPECT_THAT(std::string(guest_.queue.broken_reason()), HasSubstr(reason));
    EXPECT_TRUE(guest_.chain.readable.empty());
    EXPECT_TRUE(guest_.chain.writable.empty());
    EXPECT_EQ(guest_.queue.base(), PackedQueue::first_base);
    EXPECT_FALSE(guest_.queue.enable_notifications());
    EXPECT_EQ(guest_.queue.pop(guest_.chain), Pop::broken);
  }

  PackedGuest guest_;
};

TEST_F(BrokenPackedRing, chain_through_the_whole_ring_without_an_end_breaks) {
  for (int i = 0; i < 8; ++i) offer(flag::next);

  expect_broken("the chain at descriptor 0 does not end within the 8 of 8");
}

TEST_F(BrokenPackedRing, indirect_in_front_of_a_chain_breaks) {
  offer(both(flag::indirect, flag::next));

  expect_broken("an indirect table in a chain");
}

TEST_F(BrokenPackedRing, indirect_at_the_end_of_a_chain_breaks) {
  // The last one first, as a driver would: the device looks at what is available already.
  guest_.driver.raw_set_descriptor(1, {PackedGuest::buffers, 16, 0, both(flag::indirect, 0x80)});
  offer(flag::next);

  expect_broken("an indirect table in a chain");
}

TEST_F(BrokenPackedRing, readable_descriptor_behind_a_writable_one_breaks) {
  guest_.driver.raw_set_descriptor(1, {PackedGuest::buffers, 16, 0, 0x80});
  offer(both(flag::next, flag::write));

  expect_broken("a readable descriptor behind a writable one");
}

TEST_F(BrokenPackedRing, indirect_tables_of_lengths_that_cannot_be_break) {
  for (const std::uint32_t length : {0U, 15U, 17U, 16U * 32769U, 0xffff'fff0U}) {
    PackedGuest guest;
    guest.driver.raw_offer({PackedGuest::buffers, length, 0, flag::indirect});

    EXPECT_EQ(guest.queue.pop(guest.chain), Pop::broken) << length;
  }
}

TEST_F(BrokenPackedRing, indirect_table_outside_memory_breaks) {
  guest_.driver.raw_offer({UINT64_MAX - 15, 32, 0, flag::indirect});

  expect_broken("entry 0 of an indirect table is not in guest memory");
}

TEST(PackedQueue, indirect_table_that_was_not_negotiated_breaks) {
  PackedGuest guest(PackedGuest::Setup{.indirect = false});
  guest.driver.raw_offer({PackedGuest::buffers, 16, 0, flag::indirect});

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::broken);
  EXPECT_EQ(guest.queue.broken_reason(), "an indirect table, which was not negotiated");
}

// Its marks are those of the next round, while it is under way in this one.
TEST(PackedQueue, descriptor_made_available_again_while_under_way_breaks) {
  PackedGuest guest(PackedGuest::Setup{.size = 3});
  for (int i = 0; i < 3; ++i) guest.driver.raw_offer({PackedGuest::buffers, 1, 0, 0});
  for (int i = 0; i < 3; ++i) ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::empty);
  guest.driver.raw_offer({PackedGuest::buffers, 1, 0, 0});

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::broken);
  EXPECT_THAT(std::string(guest.queue.broken_reason()), HasSubstr("within the 0 of 3"));
}

TEST(PackedQueue, chain_into_descriptors_under_way_breaks) {
  PackedGuest guest(PackedGuest::Setup{.size = 3});
  guest.add();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  for (int i = 0; i < 3; ++i) guest.driver.raw_offer({PackedGuest::buffers, 1, 0, flag::next});

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::broken);
  EXPECT_THAT(std::string(guest.queue.broken_reason()), HasSubstr("within the 2 of 3"));
}

TEST(PackedQueue, marks_of_another_round_are_not_available) {
  for (const std::uint16_t marks : std::array<std::uint16_t, 3>{0x0000, 0x8000, 0x8080}) {
    PackedGuest guest;
    guest.driver.raw_set_descriptor(0, {PackedGuest::buffers, 1, 0, marks});

    EXPECT_EQ(guest.queue.pop(guest.chain), Pop::empty) << marks;
  }
}

TEST(PackedQueue, any_buffer_id_comes_back) {
  PackedGuest guest;
  guest.driver.raw_offer({PackedGuest::buffers, 1, 0xffff, 0});

  ASSERT_EQ(guest.serve_one(), Pop::chain);

  EXPECT_EQ(guest.chain.head, 0xffff);
  EXPECT_EQ(guest.driver.raw_descriptor(0).id, 0xffff);
}

TEST(PackedQueue, request_taken_before_a_break_is_completed_with_an_interrupt) {
  PackedGuest guest;
  const auto id = guest.add();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  Chain broken;
  guest.driver.raw_offer({PackedGuest::buffers, 1, 0, flag::indirect});
  ASSERT_EQ(guest.queue.pop(broken), Pop::broken);

  guest.queue.complete(guest.chain.head, 1);

  EXPECT_TRUE(guest.queue.take_interrupt());
  EXPECT_EQ(guest.driver.take_used().value().head, id);
}

// ---- devices that answer what was not asked

class HostileDevice : public testing::Test {
 protected:
  void answer(std::uint16_t slot, std::uint16_t id) const {
    guest_.driver.raw_set_descriptor(slot, {0, 0, id, 0x8080});
  }

  PackedGuest guest_;
};

TEST_F(HostileDevice, id_outside_the_ring_breaks_the_drivers_side) {
  guest_.add();
  answer(0, 8);

  EXPECT_FALSE(guest_.driver.take_used());
  EXPECT_TRUE(guest_.driver.broken());
}

TEST_F(HostileDevice, id_that_is_not_under_way_breaks_the_drivers_side) {
  guest_.add();
  answer(0, 1);

  EXPECT_FALSE(guest_.driver.take_used());
  EXPECT_TRUE(guest_.driver.broken());
}

TEST_F(HostileDevice, same_answer_twice_breaks_the_drivers_side) {
  const auto id = guest_.add();
  answer(0, id);
  answer(1, id);

  EXPECT_TRUE(guest_.driver.take_used());
  EXPECT_FALSE(guest_.driver.take_used());
  EXPECT_TRUE(guest_.driver.broken());
}

TEST_F(HostileDevice, answers_out_of_order_are_legal) {
  const auto first = guest_.add(3);
  const auto second = guest_.add(2);
  answer(0, second);
  answer(2, first);

  EXPECT_EQ(guest_.driver.take_used().value().head, second);
  EXPECT_EQ(guest_.driver.take_used().value().head, first);
  EXPECT_EQ(guest_.driver.raw_next_used(), guest_.driver.raw_next_available());
}

}  // namespace
}  // namespace vhost_device::virtio
