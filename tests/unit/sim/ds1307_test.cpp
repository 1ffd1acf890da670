// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/ds1307.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "tests/unit/sim/clock_chip_test.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Ds1307Test : public ClockChipTest<0x68> {
 protected:
  std::shared_ptr<Ds1307> attach(std::string_view part, std::optional<DateTime> time = {}) {
    return put_on_bus(std::make_shared<Ds1307>(part, at(0x68), time));
  }
};

constexpr DateTime sunday{2026, 11, 22, 21, 59, 58};

// 19-5045, "Clock and calendar": 01/01/00 01 00:00:00, and CH is 1.
TEST_F(Ds1307Test, ds1307_after_power_up_is_halted_at_the_first_of_january) {
  const auto chip = attach("ds1307");
  clock->advance(10s);

  EXPECT_EQ(read(0, 8), bytes({0x80, 0x00, 0x00, 0x01, 0x01, 0x01, 0x00, 0x03}));
  EXPECT_TRUE(chip->lost_time());
}

TEST_F(Ds1307Test, ds3231_after_power_up_has_the_datasheets_control_and_status) {
  attach("ds3231");

  EXPECT_EQ(read(0x0e, 2), bytes({0x1c, 0x88}));
}

TEST_F(Ds1307Test, ds1339_after_power_up_has_the_datasheets_control_and_status) {
  attach("ds1339");

  EXPECT_EQ(read(0x0e, 2), bytes({0x18, 0x80}));
}

TEST_F(Ds1307Test, time_is_in_bcd_and_goes_on) {
  attach("ds1307", sunday);
  EXPECT_EQ(read(0, 7), bytes({0x58, 0x59, 0x21, 0x01, 0x22, 0x11, 0x26}));
  clock->advance(2s);
  EXPECT_EQ(read(0, 7), bytes({0x00, 0x00, 0x22, 0x01, 0x22, 0x11, 0x26}));
}

TEST_F(Ds1307Test, clock_halt_stops_the_time) {
  const auto chip = attach("ds1307", sunday);
  write(bytes({0, 0x80}));
  clock->advance(1h);
  EXPECT_EQ(read(0, 2), bytes({0x80, 0x59}));
  write(bytes({0, 0x00}));
  clock->advance(1s);
  EXPECT_EQ(read(0, 2), bytes({0x01, 0x59}));
  EXPECT_FALSE(chip->lost_time());
}

TEST_F(Ds1307Test, write_of_the_seconds_begins_a_new_second) {
  attach("ds3231", sunday);
  clock->advance(900ms);
  write(bytes({0, 0x10}));
  clock->advance(999ms);
  EXPECT_EQ(read(0, 1), bytes({0x10}));
  clock->advance(1ms);
  EXPECT_EQ(read(0, 1), bytes({0x11}));
}

TEST_F(Ds1307Test, twelve_hours_are_counted_with_am_and_pm) {
  attach("ds1307", DateTime{2026, 11, 22, 11, 59, 59});
  write(bytes({2, 0x51}));  // 11 AM
  clock->advance(1s);
  EXPECT_EQ(read(2, 1), bytes({0x72}));  // 12 PM
  clock->advance(1h);
  EXPECT_EQ(read(2, 1), bytes({0x61}));  // 1 PM
  clock->advance(11h);
  EXPECT_EQ(read(2, 3), bytes({0x52, 0x02, 0x23}));  // 12 AM of the next day
}

TEST_F(Ds1307Test, century_bit_turns_in_2100) {
  const auto chip = attach("ds3231", DateTime{2099, 12, 31, 23, 59, 59});
  clock->advance(1s);

  EXPECT_EQ(read(5, 2), bytes({0x81, 0x00}));
  EXPECT_EQ(chip->time(), (DateTime{2100, 1, 1, 0, 0, 0}));
}

TEST_F(Ds1307Test, ds1307_has_no_century) {
  attach("ds1307", DateTime{2099, 12, 31, 23, 59, 59});
  clock->advance(1s);

  EXPECT_EQ(read(5, 2), bytes({0x01, 0x00}));
}

TEST_F(Ds1307Test, leap_day_comes_after_years_of_waiting) {
  const auto chip = attach("ds1339", DateTime{2024, 2, 29, 12, 0, 0});
  clock->advance(24h * 1461);

  EXPECT_EQ(chip->time(), (DateTime{2028, 2, 29, 12, 0, 0}));
}

TEST_F(Ds1307Test, date_that_does_not_exist_goes_on_from_the_nearest) {
  attach("ds1307", sunday);
  write(bytes({0, 0x7f, 0x7f, 0x3f, 0x00, 0x00, 0x1f, 0xff}));
  clock->advance(1s);

  EXPECT_EQ(read(0, 7), bytes({0x00, 0x00, 0x00, 0x01, 0x02, 0x12, 0x99}));
}

TEST_F(Ds1307Test, memory_keeps_its_bytes_and_the_pointer_goes_round_to_the_clock) {
  attach("ds1307", sunday);
  write(bytes({0x3e, 0xaa, 0x55}));

  EXPECT_EQ(read(0x3e, 3), bytes({0xaa, 0x55, 0x58}));
}

TEST_F(Ds1307Test, pointer_of_the_ds3231_goes_round_behind_the_temperature) {
  attach("ds3231", sunday);

  EXPECT_EQ(read(0x11, 3), bytes({0x19, 0x00, 0x58}));
}

TEST_F(Ds1307Test, alarm_1_comes_after_ten_hours_and_pulls_the_pin) {
  const auto chip = attach("ds3231", DateTime{2026, 11, 22, 9, 30, 0});
  write(bytes({0x07, 0x00, 0x30, 0x19, 0x22}));
  write(bytes({0x0e, 0x05, 0x00}));  // INTCN, A1IE
  clock->advance(10h - 1s);
  EXPECT_EQ(chip->sqw_level(), Level::high);
  clock->advance(1s);
  EXPECT_EQ(chip->sqw_level(), Level::low);
  EXPECT_EQ(read(0x0f, 1), bytes({0x01}));

  write(bytes({0x0f, 0x00}));
  EXPECT_EQ(chip->sqw_level(), Level::high);
}

TEST_F(Ds1307Test, alarm_that_is_not_enabled_sets_its_flag_only) {
  const auto chip = attach("ds1339", sunday);
  write(bytes({0x07, 0x80, 0x80, 0x80, 0x80}));  // each second
  write(bytes({0x0e, 0x04, 0x00}));
  clock->advance(1s);

  EXPECT_EQ(read(0x0f, 1), bytes({0x01}));
  EXPECT_EQ(chip->sqw_level(), Level::high);
}

TEST_F(Ds1307Test, alarm_2_comes_at_a_full_minute_on_its_day_of_the_week) {
  const auto chip = attach("ds3231", sunday);
  write(bytes({0x0b, 0x15, 0x66, 0x43}));  // 06:15 PM, on the third day
  write(bytes({0x0e, 0x06, 0x00}));
  clock->advance(44h + 15min + 1s);
  EXPECT_EQ(chip->sqw_level(), Level::high);
  clock->advance(1s);
  EXPECT_EQ(chip->time(), (DateTime{2026, 11, 24, 18, 15, 0}));
  EXPECT_EQ(chip->sqw_level(), Level::low);
}

TEST_F(Ds1307Test, flags_of_the_status_can_only_be_cleared) {
  attach("ds3231", sunday);
  write(bytes({0x0f, 0x8b}));

  EXPECT_EQ(read(0x0f, 1), bytes({0x08}));
}

TEST_F(Ds1307Test, oscillator_that_is_switched_off_stops_the_ds1339) {
  const auto chip = attach("ds1339", sunday);
  write(bytes({0x0e, 0x98}));
  clock->advance(1h);
  EXPECT_EQ(chip->time(), sunday);
  EXPECT_TRUE(chip->lost_time());
}

TEST_F(Ds1307Test, oscillator_of_the_ds3231_goes_on_with_the_supply) {
  const auto chip = attach("ds3231", sunday);
  write(bytes({0x0e, 0x9c}));
  clock->advance(2s);

  EXPECT_EQ(chip->time(), (DateTime{2026, 11, 22, 22, 0, 0}));
}

TEST_F(Ds1307Test, pin_of_the_ds1307_is_the_out_bit_or_a_square_wave) {
  const auto chip = attach("ds1307", sunday);
  EXPECT_EQ(chip->sqw_level(), Level::low);
  write(bytes({7, 0x80}));
  EXPECT_EQ(chip->sqw_level(), Level::high);
  EXPECT_EQ(chip->square_wave_hz(), 0U);

  write(bytes({7, 0x10}));
  EXPECT_EQ(chip->square_wave_hz(), 1U);
  EXPECT_EQ(chip->sqw_level(), Level::low);
  clock->advance(500ms);
  EXPECT_EQ(chip->sqw_level(), Level::high);
}

TEST_F(Ds1307Test, rates_of_the_square_wave_are_the_datasheets) {
  const auto chip = attach("ds3231", sunday);
  write(bytes({0x0e, 0x08}));
  EXPECT_EQ(chip->square_wave_hz(), 1024U);
  write(bytes({0x0e, 0x18}));
  EXPECT_EQ(chip->square_wave_hz(), 8192U);
}

struct Reading {
  double temperature_c;
  std::uint8_t msb;
  std::uint8_t lsb;
};

class Ds3231Readings : public Ds1307Test, public ::testing::WithParamInterface<Reading> {};

// 19-5170, "Temperature registers": 0001 1001 01 is +25.25 C.
TEST_P(Ds3231Readings, temperature_registers_have_quarters_of_a_degree) {
  attach("ds3231")->set_temperature(GetParam().temperature_c);

  EXPECT_EQ(read(0x11, 2), bytes({GetParam().msb, GetParam().lsb}));
}

INSTANTIATE_TEST_SUITE_P(values, Ds3231Readings,
                         ::testing::Values(Reading{25.25, 0x19, 0x40}, Reading{0, 0x00, 0x00},
                                           Reading{-0.25, 0xff, 0xc0}, Reading{-40, 0xd8, 0x00},
                                           Reading{85, 0x55, 0x00}));

TEST_F(Ds1307Test, conversion_on_demand_is_busy_until_it_ends) {
  attach("ds3231", sunday);
  write(bytes({0x0e, 0x3c}));
  clock->advance(124ms);
  EXPECT_EQ(read(0x0e, 2), bytes({0x3c, 0x0c}));
  clock->advance(1ms);
  EXPECT_EQ(read(0x0e, 2), bytes({0x1c, 0x08}));
}

TEST_F(Ds1307Test, lost_power_loses_the_time) {
  const auto chip = attach("ds3231", sunday);
  EXPECT_FALSE(chip->lost_time());
  chip->lose_power();
  EXPECT_TRUE(chip->lost_time());
  EXPECT_EQ(chip->time(), (DateTime{2000, 1, 1, 0, 0, 0}));
}

TEST_F(Ds1307Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach("ds3231", sunday);
  clock->advance(400ms);
  const State state = chip->state();
  bus.clear();
  const auto other = attach("ds3231");
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  clock->advance(600ms);
  EXPECT_EQ(read(0, 1), bytes({0x59}));
}

TEST_F(Ds1307Test, time_beyond_the_counters_is_refused_with_the_years) {
  const auto chip = attach("ds1307");

  EXPECT_THAT(
      [&] {
        chip->set_time({2100, 1, 1, 0, 0, 0});
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("expected a date from 2000 to 2099")));
}

TEST_F(Ds1307Test, temperature_of_a_part_without_thermometer_is_refused) {
  const auto chip = attach("ds1339");

  EXPECT_THAT([&] { chip->set_temperature(20); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("ds1339: it has no thermometer")));
}

TEST_F(Ds1307Test, temperature_out_of_range_is_refused_with_the_range) {
  const auto chip = attach("ds3231");

  EXPECT_THAT([&] { chip->set_temperature(85.25); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected -40 to 85")));
}

TEST_F(Ds1307Test, board_sets_the_time) {
  FakeProperties properties;
  properties.texts = {{"vhost-device,date-time", "2026-11-22 21:59:58"}};
  const Part& part = ds1307_family.parts[0];
  bus.attach(part.make(part, at(0x68), properties));

  EXPECT_EQ(read(0, 7), bytes({0x58, 0x59, 0x21, 0x01, 0x22, 0x11, 0x26}));
}

TEST_F(Ds1307Test, board_with_a_time_that_does_not_exist_is_refused) {
  FakeProperties properties;
  properties.texts = {{"vhost-device,date-time", "2026-02-30 00:00:00"}};
  const Part& part = ds1307_family.parts[0];

  EXPECT_THAT([&] { part.make(part, at(0x68), properties); },
              ThrowsMessage<PropertyError>(HasSubstr("expected a date and time such as")));
}

}  // namespace
}  // namespace vhost_device::sim
