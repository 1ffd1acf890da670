// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "core/virtio/ring_access.hpp"
#include "core/virtio/split_queue.hpp"
#include "tests/unit/virtio/guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::Guest;

TEST(Notifications, kick_is_wanted_at_first) {
  Guest guest;
  guest.add_one();

  EXPECT_TRUE(guest.driver.take_kick());
}

TEST(Notifications, kick_is_not_wanted_while_disabled) {
  Guest guest;
  guest.queue.disable_notifications();
  guest.add_one();

  EXPECT_FALSE(guest.driver.take_kick());
}

TEST(Notifications, kick_is_wanted_again_when_enabled) {
  Guest guest;
  guest.queue.disable_notifications();

  EXPECT_FALSE(guest.queue.enable_notifications());

  guest.add_one();
  EXPECT_TRUE(guest.driver.take_kick());
}

TEST(Notifications, enabling_tells_of_requests_that_wait) {
  Guest guest;
  guest.queue.disable_notifications();
  guest.add_one();

  EXPECT_TRUE(guest.queue.enable_notifications());
}

TEST(Notifications, no_kick_for_nothing) {
  Guest guest;

  EXPECT_FALSE(guest.driver.take_kick());
}

TEST(Notifications, interrupt_comes_once_for_what_was_completed) {
  Guest guest;
  guest.add_one();
  guest.serve_one();

  EXPECT_TRUE(guest.queue.take_interrupt());
  EXPECT_FALSE(guest.queue.take_interrupt());
}

TEST(Notifications, no_interrupt_for_what_was_taken_only) {
  Guest guest;
  guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_FALSE(guest.queue.take_interrupt());
}

TEST(Notifications, no_interrupt_when_not_wanted) {
  Guest guest;
  guest.driver.set_interrupts(false);
  guest.add_one();
  guest.serve_one();

  EXPECT_FALSE(guest.queue.take_interrupt());
}

TEST(Notifications, asking_for_interrupts_tells_of_answers_that_wait) {
  Guest guest;
  EXPECT_FALSE(guest.driver.set_interrupts(false));
  guest.add_one();
  guest.serve_one();

  EXPECT_TRUE(guest.driver.set_interrupts(true));
}

constexpr Guest::Setup with_event_idx{.event_idx = true};

TEST(EventIdx, kick_is_wanted_at_first) {
  Guest guest(with_event_idx);
  guest.add_one();

  EXPECT_TRUE(guest.driver.take_kick());
}

TEST(EventIdx, second_kick_is_not_wanted_before_the_device_asks) {
  Guest guest(with_event_idx);
  guest.add_one();
  ASSERT_TRUE(guest.driver.take_kick());
  guest.add_one();

  EXPECT_FALSE(guest.driver.take_kick());
}

TEST(EventIdx, kick_is_wanted_after_the_device_asked) {
  Guest guest(with_event_idx);
  guest.add_one();
  ASSERT_TRUE(guest.driver.take_kick());
  guest.serve_one();

  EXPECT_FALSE(guest.queue.enable_notifications());

  guest.add_one();
  EXPECT_TRUE(guest.driver.take_kick());
}

TEST(EventIdx, enabling_tells_of_requests_that_wait) {
  Guest guest(with_event_idx);
  guest.add_one();

  EXPECT_TRUE(guest.queue.enable_notifications());
}

// 2.7.10: with the feature the device leaves its flags at zero.
TEST(EventIdx, flag_against_kicks_is_not_used) {
  Guest guest(with_event_idx);

  guest.queue.disable_notifications();

  EXPECT_EQ(guest.at(guest.driver.used_address())[0], std::byte{0});
}

// 2.7.7.2: with the feature the device ignores the driver's flags.
TEST(EventIdx, flag_against_interrupts_is_ignored) {
  Guest guest(with_event_idx);
  guest.at(guest.driver.available_address())[0] = std::byte{available_no_interrupt};
  guest.add_one();
  guest.serve_one();
  ASSERT_TRUE(guest.queue.take_interrupt());
  ASSERT_TRUE(guest.driver.take_used());
  guest.add_one();
  guest.serve_one();

  EXPECT_TRUE(guest.queue.take_interrupt());
}

TEST(EventIdx, first_interrupt_after_the_start_comes_whatever_the_event_index) {
  Guest guest(with_event_idx);
  guest.driver.set_interrupts(false);
  guest.add_one();
  guest.serve_one();

  EXPECT_TRUE(guest.queue.take_interrupt());
}

TEST(EventIdx, no_interrupt_later_when_not_wanted) {
  Guest guest(with_event_idx);
  guest.add_one();
  guest.serve_one();
  ASSERT_TRUE(guest.queue.take_interrupt());
  guest.driver.set_interrupts(false);
  ASSERT_TRUE(guest.driver.take_used());
  guest.add_one();
  guest.serve_one();

  EXPECT_FALSE(guest.queue.take_interrupt());
}

// A device that answers more than all indices there are between two looks at the event index.
TEST(EventIdx, interrupt_comes_after_more_answers_than_indices) {
  Guest guest(with_event_idx);
  guest.add_one();
  guest.serve_one();
  ASSERT_TRUE(guest.queue.take_interrupt());
  ASSERT_TRUE(guest.driver.take_used());
  guest.driver.set_interrupts(false);
  for (int i = 0; i < 65536; ++i) {
    guest.add_one();
    guest.serve_one();
    ASSERT_TRUE(guest.driver.take_used());
  }

  EXPECT_TRUE(guest.queue.take_interrupt());
}

// The kernel's vring_need_event and 2.7.7.2's rule come to: told when the event index is among the
// indices just passed. Here with counters that never wrap, against ours that do.
TEST(EventIdx, event_is_passed_exactly_when_it_lies_among_the_new_entries) {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> start(0, 1U << 20);
  std::uniform_int_distribution<std::uint32_t> step(0, 300);
  int wrong = 0;

  for (int i = 0; i < 100'000; ++i) {
    const std::uint32_t before = start(random) + 1000;
    const std::uint32_t now = before + step(random);
    const std::uint32_t event = before - 150 + step(random);
    const bool expected = before <= event && event < now;
    wrong += ring_access::passed_event(static_cast<std::uint16_t>(event),
                                       static_cast<std::uint16_t>(now),
                                       static_cast<std::uint16_t>(before)) != expected;
  }

  EXPECT_EQ(wrong, 0);
}

/// Both sides of a ring, each going to sleep when it finds nothing to do.
class Traffic {
 public:
  explicit Traffic(bool event_idx)
      : guest_({.size = 16, .event_idx = event_idx, .first_index = first_index}) {}

  void add(int count) {
    const DriverRing::Piece piece{Guest::buffers, 1, false};
    for (int i = 0; i < count; ++i) added_ += guest_.driver.add({&piece, 1}).has_value();
    if (!guest_.driver.take_kick()) return;
    ++kicks_;
    device_awake_ = true;
  }

  void serve(int limit) {
    if (!device_awake_) return;
    guest_.queue.disable_notifications();
    for (int i = 0; i < limit && device_awake_; ++i) {
      if (guest_.serve_one() == Pop::empty) device_awake_ = guest_.queue.enable_notifications();
    }
    if (!guest_.queue.take_interrupt()) return;
    ++interrupts_;
    driver_awake_ = true;
  }

  void collect(int limit) {
    if (!driver_awake_) return;
    guest_.driver.set_interrupts(false);
    for (int i = 0; i < limit && driver_awake_; ++i) {
      const bool took = guest_.driver.take_used().has_value();
      answered_ += took;
      if (!took) driver_awake_ = guest_.driver.set_interrupts(true);
    }
  }

  /// Whether somebody sleeps who has something to do.
  [[nodiscard]] bool stalled() const {
    const auto taken = static_cast<std::uint16_t>(first_index + answered_);
    return (!device_awake_ && guest_.driver.raw_available_index() != guest_.queue.base()) ||
           (!driver_awake_ && guest_.driver.raw_used_index() != taken);
  }

  [[nodiscard]] int added() const { return added_; }
  [[nodiscard]] int answered() const { return answered_; }
  [[nodiscard]] int kicks() const { return kicks_; }
  [[nodiscard]] int interrupts() const { return interrupts_; }

 private:
  static constexpr std::uint16_t first_index = 65000;

  Guest guest_;
  bool device_awake_ = true;
  bool driver_awake_ = true;
  int added_ = 0;
  int answered_ = 0;
  int kicks_ = 0;
  int interrupts_ = 0;
};

class RandomTraffic : public testing::TestWithParam<bool> {};

// Over indices that wrap several times.
TEST_P(RandomTraffic, whoever_sleeps_is_woken) {
  Traffic traffic(GetParam());
  std::mt19937 random(2);
  std::uniform_int_distribution some(0, 12);
  int stalled = 0;

  for (int step = 0; step < 50'000; ++step) {
    traffic.add(some(random));
    stalled += traffic.stalled();
    traffic.serve(some(random));
    stalled += traffic.stalled();
    traffic.collect(some(random));
    stalled += traffic.stalled();
  }
  traffic.serve(100);
  traffic.collect(100);

  EXPECT_EQ(stalled, 0);
  EXPECT_GT(traffic.added(), 200'000);
  EXPECT_EQ(traffic.answered(), traffic.added());
}

// What suppression is for: neither side ever finds nothing to do here.
TEST_P(RandomTraffic, whoever_is_busy_is_left_alone) {
  Traffic traffic(GetParam());

  for (int step = 0; step < 1000; ++step) {
    traffic.add(8);
    traffic.serve(3);
    traffic.collect(3);
  }

  EXPECT_GT(traffic.added(), 3000);
  EXPECT_LT(traffic.kicks(), 10);
  EXPECT_LT(traffic.interrupts(), 10);
}

INSTANTIATE_TEST_SUITE_P(EventIdx, RandomTraffic, testing::Bool());

}  // namespace
}  // namespace vhost_device::virtio
