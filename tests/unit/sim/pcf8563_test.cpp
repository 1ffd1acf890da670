// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pcf8563.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "tests/unit/sim/clock_chip_test.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr DateTime sunday{2026, 11, 22, 9, 30, 0};

class Pcf8563Test : public ClockChipTest<0x51> {
 protected:
  std::shared_ptr<Pcf8563> attach(std::optional<DateTime> time = sunday) {
    return put_on_bus(std::make_shared<Pcf8563>("pcf8563", at(0x51), time));
  }
};

// Rev. 11, table 27.
TEST_F(Pcf8563Test, registers_after_power_up_are_the_datasheets) {
  const auto chip = attach(std::nullopt);

  EXPECT_EQ(read(0, 3), bytes({0x08, 0x00, 0x80}));
  EXPECT_EQ(read(9, 6), bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x03}));
  EXPECT_TRUE(chip->lost_time());
}

TEST_F(Pcf8563Test, time_is_in_bcd_and_goes_on) {
  attach(DateTime{2026, 11, 22, 23, 59, 59});
  EXPECT_EQ(read(2, 7), bytes({0x59, 0x59, 0x23, 0x22, 0x00, 0x11, 0x26}));
  clock->advance(1s);
  EXPECT_EQ(read(2, 7), bytes({0x00, 0x00, 0x00, 0x23, 0x01, 0x11, 0x26}));
}

TEST_F(Pcf8563Test, low_voltage_stays_flagged_until_the_seconds_are_written) {
  const auto chip = attach(std::nullopt);
  clock->advance(5s);
  EXPECT_EQ(read(2, 1), bytes({0x85}));
  write(bytes({2, 0x10}));
  EXPECT_FALSE(chip->lost_time());
}

TEST_F(Pcf8563Test, write_of_the_seconds_does_not_begin_a_new_one) {
  attach();
  clock->advance(900ms);
  write(bytes({2, 0x10}));
  clock->advance(100ms);

  EXPECT_EQ(read(2, 1), bytes({0x11}));
}

// Rev. 11, 8.10: the first increment comes 0.507813 s to 0.507935 s after STOP.
TEST_F(Pcf8563Test, stop_holds_the_time_and_then_shortens_the_first_second) {
  attach();
  write(bytes({0, 0x20}));
  clock->advance(1h);
  write(bytes({0, 0x00}));
  clock->advance(507'813us);
  EXPECT_EQ(read(2, 2), bytes({0x00, 0x30}));
  clock->advance(122us);
  EXPECT_EQ(read(2, 2), bytes({0x01, 0x30}));
  clock->advance(1s);
  EXPECT_EQ(read(2, 2), bytes({0x02, 0x30}));
}

TEST_F(Pcf8563Test, century_bit_turns_in_2100) {
  const auto chip = attach(DateTime{2099, 12, 31, 23, 59, 59});
  clock->advance(1s);

  EXPECT_EQ(read(7, 2), bytes({0x81, 0x00}));
  EXPECT_EQ(chip->time(), (DateTime{2100, 1, 1, 0, 0, 0}));
}

TEST_F(Pcf8563Test, pointer_goes_round_behind_the_timer) {
  attach();

  EXPECT_EQ(read(0x0e, 3), bytes({0x03, 0x00, 0x08}));
}

TEST_F(Pcf8563Test, alarm_after_ten_hours_pulls_the_pin_until_its_flag_is_cleared) {
  const auto chip = attach();
  write(bytes({1, 0x02}));
  write(bytes({9, 0x30, 0x19, 0x22, 0x80}));
  clock->advance(10h - 1s);
  EXPECT_EQ(chip->interrupt_level(), Level::high);
  clock->advance(1s);
  EXPECT_EQ(chip->interrupt_level(), Level::low);
  EXPECT_EQ(read(1, 1), bytes({0x0a}));

  write(bytes({1, 0x02}));
  EXPECT_EQ(chip->interrupt_level(), Level::high);
}

TEST_F(Pcf8563Test, alarm_that_is_cleared_comes_again_only_at_its_next_beginning) {
  attach();
  write(bytes({0x0a, 0x10}));  // the whole hour
  clock->advance(30min);
  EXPECT_EQ(read(1, 1), bytes({0x08}));
  write(bytes({1, 0x00}));
  clock->advance(24h - 1s);
  EXPECT_EQ(read(1, 1), bytes({0x00}));
  clock->advance(1s);
  EXPECT_EQ(read(1, 1), bytes({0x08}));
}

TEST_F(Pcf8563Test, alarm_on_a_day_of_the_week_comes_at_midnight) {
  attach();
  write(bytes({0x0c, 0x03}));
  clock->advance(62h + 30min - 1s);
  EXPECT_EQ(read(1, 1), bytes({0x00}));
  clock->advance(1s);
  EXPECT_EQ(read(1, 1), bytes({0x08}));
}

TEST_F(Pcf8563Test, alarm_without_an_enabled_field_never_comes) {
  attach();
  clock->advance(24h * 400);

  EXPECT_EQ(read(1, 1), bytes({0x00}));
}

TEST_F(Pcf8563Test, flags_can_only_be_cleared_each_without_the_other) {
  attach();
  write(bytes({9, 0x31}));
  write(bytes({0x0e, 0x82, 0x3c}));
  clock->advance(1min);
  EXPECT_EQ(read(1, 1), bytes({0x0c}));
  write(bytes({1, 0x08}));
  EXPECT_EQ(read(1, 1), bytes({0x08}));
  write(bytes({1, 0x0c}));
  EXPECT_EQ(read(1, 1), bytes({0x08}));
}

TEST_F(Pcf8563Test, countdown_repeats_with_its_source_clock) {
  const auto chip = attach();
  write(bytes({1, 0x01}));
  write(bytes({0x0e, 0x82, 10}));  // 10 s
  clock->advance(4s);
  EXPECT_EQ(read(0x0f, 1), bytes({6}));
  clock->advance(6s);
  EXPECT_EQ(chip->interrupt_level(), Level::low);
  EXPECT_EQ(read(0x0f, 1), bytes({10}));
  write(bytes({1, 0x01}));
  clock->advance(9s);
  EXPECT_EQ(chip->interrupt_level(), Level::high);
  clock->advance(1s);
  EXPECT_EQ(chip->interrupt_level(), Level::low);
}

struct Countdown {
  std::uint8_t control;
  std::chrono::nanoseconds length;  // of 255 periods
};

class Pcf8563Countdowns : public Pcf8563Test, public ::testing::WithParamInterface<Countdown> {};

// Rev. 11, 8.8.2: up to 62.256 ms, 3.984 s, 255 s and 4 h 15 min.
TEST_P(Pcf8563Countdowns, end_after_the_datasheets_time) {
  attach();
  write(bytes({0x0e, GetParam().control, 255}));
  clock->advance(GetParam().length - 1us);
  EXPECT_EQ(read(1, 1), bytes({0x00}));
  clock->advance(1us);
  EXPECT_EQ(read(1, 1), bytes({0x04}));
}

INSTANTIATE_TEST_SUITE_P(clocks, Pcf8563Countdowns,
                         ::testing::Values(Countdown{0x80, 62'255'860ns},
                                           Countdown{0x81, 3'984'375us}, Countdown{0x82, 255s},
                                           Countdown{0x83, 255min}));

TEST_F(Pcf8563Test, timer_that_is_not_enabled_does_not_count) {
  attach();
  write(bytes({0x0e, 0x02, 10}));
  clock->advance(1min);

  EXPECT_EQ(read(0x0f, 1), bytes({10}));
  EXPECT_EQ(read(1, 1), bytes({0x00}));
}

TEST_F(Pcf8563Test, lost_power_loses_the_time) {
  const auto chip = attach();
  EXPECT_FALSE(chip->lost_time());
  chip->lose_power();
  EXPECT_TRUE(chip->lost_time());
}

TEST_F(Pcf8563Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach();
  write(bytes({0x0e, 0x82, 10}));
  clock->advance(4500ms);
  const State state = chip->state();
  bus.clear();
  const auto other = attach(std::nullopt);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  clock->advance(500ms);
  EXPECT_EQ(read(0x0f, 1), bytes({5}));
  EXPECT_EQ(read(2, 1), bytes({0x05}));
}

TEST_F(Pcf8563Test, time_beyond_the_counters_is_refused_with_the_years) {
  const auto chip = attach();

  EXPECT_THAT(
      [&] {
        chip->set_time({2200, 1, 1, 0, 0, 0});
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("expected a date from 2000 to 2199")));
}

TEST_F(Pcf8563Test, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Pcf8563("pcf8563", at(0x50)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x51")));
}

TEST_F(Pcf8563Test, board_sets_the_time) {
  FakeProperties properties;
  properties.texts = {{"vhost-device,date-time", "2026-11-22 09:30:00"}};
  const Part& part = pcf8563_family.parts[0];
  bus.attach(part.make(part, at(0x51), properties));

  EXPECT_EQ(read(2, 7), bytes({0x00, 0x30, 0x09, 0x22, 0x00, 0x11, 0x26}));
}

}  // namespace
}  // namespace vhost_device::sim
