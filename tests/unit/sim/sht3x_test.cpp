// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/sht3x.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

class Sht3xTest : public ::testing::Test {
 protected:
  std::shared_ptr<Sht3x> attach(double temperature_c = 25, double humidity_percent = 50) {
    auto chip = std::make_shared<Sht3x>("sht31", at(0x44), temperature_c, humidity_percent);
    bus.attach(chip);
    return chip;
  }
  void command(std::uint8_t high, std::uint8_t low) { controller.write(0x44, bytes({high, low})); }
  Bytes read(std::size_t length) { return controller.read(0x44, length); }
  Bytes ask(std::uint8_t high, std::uint8_t low, std::size_t length = 3) {
    return controller.write_read(0x44, bytes({high, low}), length);
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

// Table 18; bits 15 and 4 are 1 after a reset.
TEST_F(Sht3xTest, status_after_power_up_is_the_datasheets) {
  const auto chip = attach();

  EXPECT_EQ(ask(0xf3, 0x2d), bytes({0x80, 0x10, 0xe1}));
  EXPECT_EQ(chip->status(), 0x8010);
}

TEST_F(Sht3xTest, cleared_status_has_no_flags) {
  attach();
  command(0x30, 0x41);

  EXPECT_EQ(ask(0xf3, 0x2d), bytes({0x00, 0x00, 0x81}));
}

struct Reading {
  double temperature_c;
  double humidity_percent;
  std::uint16_t raw_temperature;
  std::uint16_t raw_humidity;
};

class Sht3xReadings : public Sht3xTest, public ::testing::WithParamInterface<Reading> {};

// The formulas of 4.13, the other way round.
INSTANTIATE_TEST_SUITE_P(range, Sht3xReadings,
                         ::testing::Values(Reading{-40, 0, 0x0750, 0x0000},
                                           Reading{0, 25, 0x41d4, 0x4000},
                                           Reading{25, 50, 0x6666, 0x8000},
                                           Reading{125, 100, 0xf8af, 0xffff}));

TEST_P(Sht3xReadings, single_shot_has_the_datasheets_codes) {
  attach(GetParam().temperature_c, GetParam().humidity_percent);
  command(0x24, 0x00);
  clock->advance(13ms);
  const Bytes data = read(6);
  const auto word = [&](std::size_t place) {
    return std::to_integer<unsigned>(data.at(place)) << 8U |
           std::to_integer<unsigned>(data.at(place + 1));
  };

  EXPECT_EQ(word(0), GetParam().raw_temperature);
  EXPECT_EQ(word(3), GetParam().raw_humidity);
}

TEST_F(Sht3xTest, words_have_their_crc) {
  attach(25, 50);
  command(0x24, 0x00);
  clock->advance(13ms);

  EXPECT_EQ(read(6), bytes({0x66, 0x66, 0x93, 0x80, 0x00, 0xa2}));
}

struct Duration {
  std::uint8_t low;
  std::chrono::nanoseconds time;
};

class Sht3xDurations : public Sht3xTest, public ::testing::WithParamInterface<Duration> {};

// Table 4, typical.
INSTANTIATE_TEST_SUITE_P(repeatability, Sht3xDurations,
                         ::testing::Values(Duration{0x00, 12500us}, Duration{0x0b, 4500us},
                                           Duration{0x16, 2500us}));

TEST_P(Sht3xDurations, result_is_refused_until_it_is_ready) {
  attach();
  command(0x24, GetParam().low);
  clock->advance(GetParam().time - 1ns);
  EXPECT_THAT(read(6), IsEmpty());
  clock->advance(1ns);
  EXPECT_THAT(read(6), SizeIs(6));
  EXPECT_THAT(read(6), IsEmpty());  // it is given once
}

TEST_F(Sht3xTest, read_without_a_command_is_refused) {
  attach();

  EXPECT_THAT(read(6), IsEmpty());
  EXPECT_THAT(ask(0xe0, 0x00, 6), IsEmpty());
}

TEST_F(Sht3xTest, measurement_with_clock_stretching_is_there_when_it_is_read) {
  attach();

  EXPECT_EQ(ask(0x2c, 0x06, 6), bytes({0x66, 0x66, 0x93, 0x80, 0x00, 0xa2}));
}

TEST_F(Sht3xTest, temperature_set_during_a_single_shot_does_not_complete_it) {
  const auto chip = attach();
  command(0x24, 0x00);
  chip->set_temperature(0);
  EXPECT_THAT(read(6), IsEmpty());
  clock->advance(13ms);
  EXPECT_EQ(read(2), bytes({0x41, 0xd4}));
}

TEST_F(Sht3xTest, periodic_data_is_fetched_once) {
  attach();
  command(0x27, 0x37);  // ten a second
  EXPECT_THAT(ask(0xe0, 0x00, 6), IsEmpty());
  clock->advance(12500us);
  EXPECT_THAT(ask(0xe0, 0x00, 6), SizeIs(6));
  EXPECT_THAT(ask(0xe0, 0x00, 6), IsEmpty());
  clock->advance(99ms);
  EXPECT_THAT(ask(0xe0, 0x00, 6), IsEmpty());
  clock->advance(1ms);
  EXPECT_THAT(ask(0xe0, 0x00, 6), SizeIs(6));
}

TEST_F(Sht3xTest, temperature_set_in_periodic_mode_is_measured_at_once) {
  const auto chip = attach();
  command(0x20, 0x32);
  chip->set_temperature(0);

  EXPECT_EQ(ask(0xe0, 0x00, 2), bytes({0x41, 0xd4}));
}

TEST_F(Sht3xTest, break_ends_periodic_mode) {
  const auto chip = attach();
  command(0x27, 0x37);
  clock->advance(20ms);
  EXPECT_TRUE(chip->measures_periodically());
  command(0x30, 0x93);
  EXPECT_FALSE(chip->measures_periodically());
  EXPECT_THAT(ask(0xe0, 0x00, 6), IsEmpty());
}

TEST_F(Sht3xTest, heater_is_switched_and_told_of) {
  const auto chip = attach();
  command(0x30, 0x6d);
  EXPECT_TRUE(chip->heater_is_on());
  EXPECT_EQ(chip->status(), 0xa010);
  command(0x30, 0x66);
  EXPECT_FALSE(chip->heater_is_on());
}

TEST_F(Sht3xTest, unknown_command_is_told_of_until_the_next) {
  const auto chip = attach();
  command(0x30, 0x41);
  command(0x12, 0x34);
  EXPECT_EQ(chip->status(), 0x0002);
  command(0x30, 0x66);
  EXPECT_EQ(chip->status(), 0x0000);
}

TEST_F(Sht3xTest, soft_reset_does_not_answer_for_its_time) {
  const auto chip = attach();
  command(0x30, 0x41);
  command(0x30, 0x6d);
  command(0x30, 0xa2);
  clock->advance(499us);
  EXPECT_EQ(controller.write(0x44, bytes({0x30, 0x41})), address_nack);
  clock->advance(1us);
  EXPECT_EQ(chip->status(), 0x8010);
  EXPECT_EQ(controller.write(0x44, bytes({0x30, 0x41})), ok());
}

// "Alert Mode of SHT3x-DIS": 60 C and 80 %, 58 C and 79 %, -9 C and 22 %, -10 C and 20 %.
TEST_F(Sht3xTest, alert_limits_after_power_up_are_the_notes) {
  const auto chip = attach();

  EXPECT_EQ(ask(0xe1, 0x1f, 2), bytes({0xcd, 0x33}));
  EXPECT_EQ(ask(0xe1, 0x14, 2), bytes({0xcb, 0x2d}));
  EXPECT_EQ(ask(0xe1, 0x09, 2), bytes({0x38, 0x69}));
  EXPECT_EQ(ask(0xe1, 0x02, 2), bytes({0x34, 0x66}));
  EXPECT_NEAR(chip->high_alert_temperature(), 60, 0.2);
  EXPECT_NEAR(chip->high_alert_humidity(), 80, 0.5);
  EXPECT_NEAR(chip->low_alert_temperature(), -10, 0.2);
  EXPECT_NEAR(chip->low_alert_humidity(), 20, 0.5);
}

TEST_F(Sht3xTest, limit_is_written_with_a_good_crc_alone) {
  const auto chip = attach();
  command(0x30, 0x41);
  controller.write(0x44, bytes({0x61, 0x1d, 0xbe, 0xef, 0x93}));
  EXPECT_EQ(ask(0xe1, 0x1f, 2), bytes({0xcd, 0x33}));
  EXPECT_EQ(chip->status(), 0x0001);
  controller.write(0x44, bytes({0x61, 0x1d, 0xbe, 0xef, 0x92}));
  EXPECT_EQ(ask(0xe1, 0x1f), bytes({0xbe, 0xef, 0x92}));
  EXPECT_EQ(chip->status(), 0x0000);
}

TEST_F(Sht3xTest, alert_lasts_until_the_clear_limit) {
  const auto chip = attach();
  command(0x30, 0x41);
  command(0x20, 0x32);
  chip->set_temperature(61);
  EXPECT_EQ(chip->alert_level(), Level::high);
  EXPECT_EQ(chip->status(), 0x8400);
  chip->set_temperature(59);
  EXPECT_EQ(chip->alert_level(), Level::high);
  chip->set_temperature(57);
  EXPECT_EQ(chip->alert_level(), Level::low);
  EXPECT_EQ(chip->status(), 0x0000);
  chip->set_humidity(15);
  EXPECT_EQ(chip->alert_level(), Level::high);
  EXPECT_EQ(chip->status(), 0x8800);
  chip->set_humidity(21);
  EXPECT_EQ(chip->alert_level(), Level::high);
  chip->set_humidity(23);
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Sht3xTest, single_shot_gives_no_alert) {
  const auto chip = attach(100);
  command(0x24, 0x00);
  clock->advance(13ms);

  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Sht3xTest, low_limit_above_the_high_one_switches_an_alert_off) {
  const auto chip = attach();
  // Humidity 100 % and temperature 60 C, which leaves temperature's low limit under its high one.
  controller.write(0x44, bytes({0x61, 0x00, 0xfe, 0x66, 0xe9}));
  ASSERT_EQ(ask(0xe1, 0x02, 2), bytes({0xfe, 0x66}));
  command(0x20, 0x32);
  chip->set_humidity(5);
  EXPECT_EQ(chip->alert_level(), Level::low);
  chip->set_temperature(61);
  EXPECT_EQ(chip->alert_level(), Level::high);
}

TEST_F(Sht3xTest, command_has_a_name) {
  const auto chip = attach();

  EXPECT_EQ(chip->register_name(bytes({0xe0, 0x00})), "fetch_data");
  EXPECT_EQ(chip->register_name(bytes({0xe0})), "");
}

TEST_F(Sht3xTest, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach(61, 40);
  command(0x20, 0x32);
  clock->advance(13ms);
  command(0xe0, 0x00);
  const State state = chip->state();
  const auto other = std::make_shared<Sht3x>("sht31", at(0x45));
  bus.attach(other);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_EQ(other->alert_level(), Level::high);
  EXPECT_EQ(controller.read(0x45, 6), read(6));
}

TEST_F(Sht3xTest, quantities_out_of_range_are_refused_with_the_range) {
  const auto chip = attach();

  EXPECT_THAT([&] { chip->set_temperature(126); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("126 C (expected -40 to 125)")));
  EXPECT_THAT([&] { chip->set_humidity(-1); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("-1 % (expected 0 to 100)")));
}

TEST_F(Sht3xTest, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Sht3x("sht31", at(0x46)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x44 to 0x45")));
}

}  // namespace
}  // namespace vhost_device::sim
