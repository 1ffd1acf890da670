// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A queue over a ring that another back-end has served before, which may have ended at any instant.

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/virtio/guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::Guest;

/// The queue of a back-end that goes on where the used ring ends, as QEMU has it do.
SplitQueue next_queue(const Guest& guest, SplitQueue::Features features = {}) {
  return {guest.device_memory, guest.ring(), features, guest.driver.raw_used_index()};
}

TEST(QueueTakenOver, with_answers_in_it_interrupts_once) {
  Guest guest;
  guest.add_one();
  guest.serve_one();  // and no interrupt
  SplitQueue next = next_queue(guest);

  EXPECT_TRUE(next.take_interrupt());
  EXPECT_FALSE(next.take_interrupt());
}

TEST(QueueTakenOver, without_answers_in_it_does_not_interrupt) {
  Guest guest;
  guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  SplitQueue next = next_queue(guest);

  EXPECT_FALSE(next.take_interrupt());
}

TEST(QueueTakenOver, from_a_driver_that_wants_no_interrupt_does_not_interrupt) {
  Guest guest;
  guest.driver.set_interrupts(false);
  guest.add_one();
  guest.serve_one();
  SplitQueue next = next_queue(guest);

  EXPECT_FALSE(next.take_interrupt());
}

// The used index has 16 bits (2.7.8): after 65536 answers it is as at first.
TEST(QueueTakenOver, whose_used_index_went_round_to_zero_interrupts) {
  Guest guest({.first_index = 0xffff});
  guest.add_one();
  guest.serve_one(1);
  ASSERT_EQ(guest.driver.raw_used_index(), 0);
  SplitQueue next = next_queue(guest);

  EXPECT_TRUE(next.take_interrupt());
}

// With EVENT_IDX, whether the event index was passed cannot be known.
TEST(QueueTakenOver, with_event_idx_interrupts_wherever_the_event_index_is) {
  Guest guest({.event_idx = true});
  guest.driver.set_interrupts(false);
  guest.add_one();
  guest.serve_one();
  SplitQueue next = next_queue(guest, {.event_idx = true});

  EXPECT_TRUE(next.take_interrupt());
}

TEST(QueueTakenOver, from_one_that_wanted_no_kicks_asks_for_them_again) {
  Guest guest;
  guest.queue.disable_notifications();
  SplitQueue next = next_queue(guest);

  EXPECT_FALSE(next.enable_notifications());

  guest.add_one();
  EXPECT_TRUE(guest.driver.take_kick());
}

TEST(QueueTakenOver, with_event_idx_asks_for_a_kick_at_the_next_request) {
  Guest guest({.event_idx = true});
  guest.add_one();
  ASSERT_TRUE(guest.driver.take_kick());
  guest.serve_one();  // and no wish for kicks
  SplitQueue next = next_queue(guest, {.event_idx = true});

  EXPECT_FALSE(next.enable_notifications());

  guest.add_one();
  EXPECT_TRUE(guest.driver.take_kick());
}

TEST(RepeatedInterrupt, is_given_for_what_was_interrupted_for_before) {
  Guest guest;
  guest.add_one();
  guest.serve_one();
  ASSERT_TRUE(guest.queue.take_interrupt());

  guest.queue.repeat_interrupt();

  EXPECT_TRUE(guest.queue.take_interrupt());
  EXPECT_FALSE(guest.queue.take_interrupt());
}

TEST(RepeatedInterrupt, is_not_given_before_the_first_answer) {
  Guest guest;

  guest.queue.repeat_interrupt();

  EXPECT_FALSE(guest.queue.take_interrupt());
}

TEST(SplitQueue, requests_completed_together_are_answered_in_order) {
  Guest guest;
  const auto first = guest.add_one();
  const auto second = guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  guest.queue.complete(std::array{Completion{first, 3}, Completion{second, 4}});

  const auto a = guest.driver.take_used();
  const auto b = guest.driver.take_used();
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->head, first);
  EXPECT_EQ(a->written, 3U);
  EXPECT_EQ(b->head, second);
  EXPECT_EQ(b->written, 4U);
}

}  // namespace
}  // namespace vhost_device::virtio
