// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Who wants to be told of what (VIRTIO 1.3, 2.8.10 and 2.8.14).

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

#include "core/virtio/packed_access.hpp"
#include "tests/unit/virtio/packed_guest.hpp"

namespace vhost_device::virtio {
namespace {

using packed_access::passed_event;
using test::PackedGuest;

constexpr PackedGuest::Setup with_event_idx{.event_idx = true};

/// Place and flags of an event suppression structure, as two little-endian numbers.
struct Raw {
  std::uint16_t place = 0;
  std::uint16_t flags = 0;
  friend bool operator==(const Raw&, const Raw&) = default;
};

Raw read(const PackedGuest& guest, std::uint64_t address) {
  Raw raw;
  std::memcpy(&raw, guest.at(address).data(), sizeof raw);
  return raw;
}

void driver_asks(const PackedGuest& guest, Raw raw) {
  std::memcpy(guest.at(guest.driver.available_address()).data(), &raw, sizeof raw);
}

TEST(PackedEvents, without_event_idx_kicks_are_on_or_off) {
  PackedGuest guest;
  guest.queue.disable_notifications();
  EXPECT_EQ(read(guest, guest.driver.used_address()).flags, 1);
  guest.add();
  EXPECT_FALSE(guest.driver.take_kick());

  EXPECT_TRUE(guest.queue.enable_notifications());

  EXPECT_EQ(read(guest, guest.driver.used_address()).flags, 0);
  guest.add();
  EXPECT_TRUE(guest.driver.take_kick());
}

TEST(PackedEvents, with_event_idx_the_next_descriptor_is_asked_for) {
  PackedGuest guest(with_event_idx);
  guest.add(3);
  ASSERT_EQ(guest.serve_one(), Pop::chain);

  EXPECT_FALSE(guest.queue.enable_notifications());

  EXPECT_EQ(read(guest, guest.driver.used_address()), (Raw{0x8003, 2}));
  guest.add();
  EXPECT_TRUE(guest.driver.take_kick());
  guest.add();
  EXPECT_FALSE(guest.driver.take_kick());
}

TEST(PackedEvents, kick_is_wanted_across_the_end_of_the_ring) {
  PackedGuest guest({.size = 5, .event_idx = true, .first = {4, true}});
  EXPECT_FALSE(guest.queue.enable_notifications());
  EXPECT_EQ(read(guest, guest.driver.used_address()), (Raw{0x8004, 2}));

  guest.add(3);

  EXPECT_TRUE(guest.driver.take_kick());
}

TEST(PackedEvents, interrupts_that_the_driver_switched_off_do_not_come) {
  PackedGuest guest;
  guest.driver.set_interrupts(false);
  guest.add();
  guest.serve_one();

  EXPECT_FALSE(guest.queue.take_interrupt());
}

TEST(PackedEvents, interrupt_comes_once_for_what_was_answered) {
  PackedGuest guest;
  guest.add();
  guest.serve_one();

  EXPECT_TRUE(guest.queue.take_interrupt());
  EXPECT_FALSE(guest.queue.take_interrupt());
}

TEST(PackedEvents, interrupt_waits_for_the_descriptor_that_the_driver_named) {
  PackedGuest guest(with_event_idx);
  guest.add();
  guest.serve_one();
  EXPECT_TRUE(guest.queue.take_interrupt());  // the first decision knows nothing of before
  driver_asks(guest, {0x8002, 2});
  guest.add();
  guest.serve_one();
  EXPECT_FALSE(guest.queue.take_interrupt());

  guest.add();
  guest.serve_one();

  EXPECT_TRUE(guest.queue.take_interrupt());
}

TEST(PackedEvents, descriptor_flag_without_event_idx_means_enable) {
  PackedGuest guest;
  driver_asks(guest, {0x8007, 2});
  guest.add();
  guest.serve_one();

  EXPECT_TRUE(guest.queue.take_interrupt());
}

TEST(PackedEvents, reserved_flags_mean_enable) {
  PackedGuest guest(with_event_idx);
  driver_asks(guest, {0, 3});
  guest.add();
  guest.serve_one();

  EXPECT_TRUE(guest.queue.take_interrupt());
}

TEST(PackedEvents, queue_taken_over_interrupts_for_what_was_answered_before) {
  PackedGuest guest(with_event_idx);
  guest.add();
  guest.serve_one();
  PackedQueue next(guest.device_memory, guest.ring(), {.event_idx = true}, guest.queue.base());

  EXPECT_TRUE(next.take_interrupt());
  EXPECT_FALSE(next.take_interrupt());
}

// Once around and again: the place is that of a fresh ring.
TEST(PackedEvents, queue_taken_over_after_two_rounds_interrupts_too) {
  PackedGuest guest(PackedGuest::Setup{.size = 1});
  for (int i = 0; i < 2; ++i) {
    guest.add();
    guest.serve_one();
    ASSERT_TRUE(guest.driver.take_used());
  }
  ASSERT_EQ(guest.queue.base(), PackedQueue::first_base);
  PackedQueue next(guest.device_memory, guest.ring(), {}, guest.queue.base());

  EXPECT_TRUE(next.take_interrupt());
}

TEST(PassedEvent, place_among_the_slots_behind_was_passed) {
  // Three slots of a ring of 5 up to slot 2 of the second round: 4, 0 and 1.
  constexpr PackedPosition now{2, false};
  EXPECT_TRUE(passed_event({4, true}, now, 3, 5));
  EXPECT_TRUE(passed_event({0, false}, now, 3, 5));
  EXPECT_TRUE(passed_event({1, false}, now, 3, 5));
}

TEST(PassedEvent, place_before_or_ahead_was_not) {
  constexpr PackedPosition now{2, false};
  EXPECT_FALSE(passed_event({3, true}, now, 3, 5));
  EXPECT_FALSE(passed_event({2, false}, now, 3, 5));
  EXPECT_FALSE(passed_event({4, false}, now, 3, 5));
  EXPECT_FALSE(passed_event({0x7fff, false}, now, 3, 5));
}

TEST(PassedEvent, more_than_a_round_passed_everything) {
  EXPECT_TRUE(passed_event({4, false}, {2, false}, 6, 5));
}

}  // namespace
}  // namespace vhost_device::virtio
