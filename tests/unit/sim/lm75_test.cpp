// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/lm75.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;
using ::testing::Values;

class Sensor : public ::testing::Test {
 protected:
  std::shared_ptr<Lm75> attach(std::string_view part, double temperature_c = 25.0) {
    auto chip = std::make_shared<Lm75>(part, at(0x48), temperature_c);
    bus.attach(chip);
    return chip;
  }
  Bytes read_register(std::uint8_t pointer, std::size_t length = 2) {
    return controller.write_read(0x48, bytes({pointer}), length);
  }
  void configure(std::uint8_t value) { controller.write(0x48, bytes({1, value})); }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

TEST_F(Sensor, registers_after_power_up_are_the_datasheets) {
  attach("lm75");

  EXPECT_EQ(read_register(0), bytes({0x19, 0x00}));
  EXPECT_EQ(read_register(1, 1), bytes({0x00}));
  EXPECT_EQ(read_register(2), bytes({0x4b, 0x00}));  // T_HYST: 75 C
  EXPECT_EQ(read_register(3), bytes({0x50, 0x00}));  // T_OS: 80 C
}

TEST_F(Sensor, first_read_without_a_pointer_is_of_the_temperature) {
  attach("lm75", 23.5);

  EXPECT_EQ(controller.read(0x48, 2), bytes({0x17, 0x80}));
}

TEST_F(Sensor, pointer_stays_where_it_was_put) {
  attach("lm75");
  controller.write(0x48, bytes({3}));

  EXPECT_EQ(controller.read(0x48, 2), bytes({0x50, 0x00}));
  EXPECT_EQ(controller.quick_read(0x48), ok());
  EXPECT_EQ(controller.read(0x48, 2), bytes({0x50, 0x00}));
}

TEST_F(Sensor, temperature_set_is_what_the_next_read_gives) {
  const auto chip = attach("lm75", 23.5);

  chip->set_temperature(-12.5);

  EXPECT_EQ(read_register(0), bytes({0xf3, 0x80}));
  EXPECT_EQ(chip->temperature(), -12.5);
  EXPECT_EQ(chip->reported_temperature(), -12.5);
}

TEST_F(Sensor, one_byte_of_the_temperature_may_be_read) {
  attach("lm75", 23.5);

  EXPECT_EQ(read_register(0, 1), bytes({0x17}));
  EXPECT_EQ(controller.read(0x48, 2), bytes({0x17, 0x80}));
}

TEST_F(Sensor, bytes_read_beyond_a_register_are_ones) {
  attach("lm75", 23.5);

  EXPECT_EQ(read_register(0, 5), bytes({0x17, 0x80, 0xff, 0xff, 0xff}));
  EXPECT_EQ(read_register(1, 2), bytes({0x00, 0xff}));
}

TEST_F(Sensor, limits_are_written_and_read_back) {
  const auto chip = attach("lm75");

  controller.write(0x48, bytes({3, 0x2a, 0x80}));
  controller.write(0x48, bytes({2, 0xe7, 0x00}));

  EXPECT_EQ(read_register(3), bytes({0x2a, 0x80}));
  EXPECT_EQ(read_register(2), bytes({0xe7, 0x00}));
  EXPECT_EQ(chip->limit(), 42.5);
  EXPECT_EQ(chip->hysteresis(), -25.0);
}

TEST_F(Sensor, limits_of_the_lm75_have_nine_bits) {
  attach("lm75");

  controller.write(0x48, bytes({3, 0x2a, 0xff}));

  EXPECT_EQ(read_register(3), bytes({0x2a, 0x80}));
}

TEST_F(Sensor, limits_of_the_tmp75_have_twelve_bits) {
  attach("tmp75");

  controller.write(0x48, bytes({3, 0x2a, 0xff}));

  EXPECT_EQ(read_register(3), bytes({0x2a, 0xf0}));
}

TEST_F(Sensor, first_byte_of_a_limit_alone_leaves_the_second) {
  attach("tmp75");
  controller.write(0x48, bytes({3, 0x2a, 0x70}));

  EXPECT_EQ(controller.write(0x48, bytes({3, 0x30})), ok());

  EXPECT_EQ(read_register(3), bytes({0x30, 0x70}));
}

TEST_F(Sensor, bytes_written_beyond_a_register_are_ignored) {
  attach("tmp75");

  EXPECT_EQ(controller.write(0x48, bytes({3, 0x2a, 0x70, 0x11, 0x22})), ok());
  EXPECT_EQ(controller.write(0x48, bytes({1, 0x60, 0x01})), ok());

  EXPECT_EQ(read_register(3), bytes({0x2a, 0x70}));
  EXPECT_EQ(read_register(1, 1), bytes({0x60}));
}

TEST_F(Sensor, temperature_register_is_read_only) {
  attach("lm75", 23.5);

  EXPECT_EQ(controller.write(0x48, bytes({0, 0x11, 0x22})), ok());

  EXPECT_EQ(read_register(0), bytes({0x17, 0x80}));
}

TEST_F(Sensor, bits_that_the_lm75_does_not_have_read_zero) {
  const auto chip = attach("lm75");

  configure(0xff);

  EXPECT_EQ(read_register(1, 1), bytes({0x1f}));
  EXPECT_EQ(chip->configuration(), 0x1f);
}

TEST_F(Sensor, one_shot_bit_of_the_tmp75_reads_zero) {
  attach("tmp75");

  configure(0xff);

  EXPECT_EQ(read_register(1, 1), bytes({0x7f}));
}

// What lm75_detect() in Linux's drivers/hwmon/lm75.c tells the parts by.

TEST_F(Sensor, unused_pointers_of_the_lm75_give_the_register_last_read) {
  attach("lm75");

  read_register(2);
  EXPECT_EQ(read_register(4, 1), bytes({0x4b}));
  EXPECT_EQ(read_register(7, 1), bytes({0x4b}));
  read_register(3);
  EXPECT_EQ(read_register(5, 1), bytes({0x50}));
}

TEST_F(Sensor, unused_pointers_of_the_lm75a_give_ones_and_its_id) {
  attach("lm75a");

  EXPECT_EQ(read_register(4, 1), bytes({0xff}));
  EXPECT_EQ(read_register(5, 1), bytes({0xff}));
  EXPECT_EQ(read_register(6, 1), bytes({0xff}));
  EXPECT_EQ(read_register(7, 1), bytes({0xa1}));
}

TEST_F(Sensor, pointer_of_the_lm75_repeats_every_eight) {
  attach("lm75a");

  EXPECT_EQ(read_register(8 + 2), bytes({0x4b, 0x00}));
  EXPECT_EQ(read_register(248 + 7, 1), bytes({0xa1}));
}

TEST_F(Sensor, unused_pointers_cannot_be_written) {
  attach("lm75");

  EXPECT_EQ(controller.write(0x48, bytes({7, 0x11, 0x22})), ok());

  EXPECT_EQ(read_register(2), bytes({0x4b, 0x00}));
  EXPECT_EQ(read_register(3), bytes({0x50, 0x00}));
}

TEST_F(Sensor, pointer_of_the_tmp75_has_two_bits) {
  attach("tmp75");

  EXPECT_EQ(read_register(7), bytes({0x50, 0x00}));
}

TEST_F(Sensor, shutdown_keeps_the_last_value) {
  const auto chip = attach("lm75", 23.5);
  configure(0x01);
  clock->advance(1s);

  chip->set_temperature(50);
  clock->advance(10h);

  EXPECT_EQ(read_register(0), bytes({0x17, 0x80}));
  EXPECT_EQ(chip->temperature(), 50);
  EXPECT_EQ(chip->reported_temperature(), 23.5);
}

TEST_F(Sensor, shutdown_lets_the_conversion_under_way_finish) {
  const auto chip = attach("lm75", 23.5);
  configure(0x01);
  chip->set_temperature(50);

  clock->advance(100ms);

  EXPECT_EQ(read_register(0), bytes({0x32, 0x00}));
}

TEST_F(Sensor, waking_up_takes_one_conversion) {
  const auto chip = attach("lm75", 23.5);
  configure(0x01);
  clock->advance(1s);
  chip->set_temperature(50);
  configure(0x00);

  clock->advance(100ms - 1ns);
  EXPECT_EQ(read_register(0), bytes({0x17, 0x80}));
  clock->advance(1ns);
  EXPECT_EQ(read_register(0), bytes({0x32, 0x00}));
}

TEST_F(Sensor, one_shot_converts_once) {
  const auto chip = attach("tmp75", 23.5);
  configure(0x01);
  clock->advance(1s);
  chip->set_temperature(50);

  configure(0x81);
  clock->advance(27500us - 1ns);
  EXPECT_EQ(read_register(0), bytes({0x17, 0x80}));
  clock->advance(1ns);
  EXPECT_EQ(read_register(0), bytes({0x32, 0x00}));
  chip->set_temperature(60);
  clock->advance(1s);
  EXPECT_EQ(read_register(0), bytes({0x32, 0x00}));
}

TEST_F(Sensor, one_shot_takes_as_long_as_the_resolution_needs) {
  const auto chip = attach("tmp275", 23.5);
  configure(0x61);
  clock->advance(1s);
  chip->set_temperature(50);

  configure(0xe1);
  clock->advance(220ms - 1ns);
  EXPECT_EQ(read_register(0), bytes({0x17, 0x80}));
  clock->advance(1ns);
  EXPECT_EQ(read_register(0), bytes({0x32, 0x00}));
}

TEST_F(Sensor, lm75_has_no_one_shot) {
  const auto chip = attach("lm75", 23.5);
  configure(0x01);
  clock->advance(1s);
  chip->set_temperature(50);

  configure(0x81);
  clock->advance(1s);

  EXPECT_EQ(read_register(0), bytes({0x17, 0x80}));
}

TEST_F(Sensor, higher_resolution_shows_at_once) {
  attach("tmp75", 25.5625);

  EXPECT_EQ(read_register(0), bytes({0x19, 0x80}));
  configure(0x60);
  EXPECT_EQ(read_register(0), bytes({0x19, 0x90}));
}

class ImpossibleTemperature : public ::testing::TestWithParam<std::pair<std::string_view, double>> {
};

INSTANTIATE_TEST_SUITE_P(Outside, ImpossibleTemperature,
                         Values(std::pair{"lm75", -55.1}, std::pair{"lm75", 125.1},
                                std::pair{"tmp75", -128.1}, std::pair{"tmp75", 128.1},
                                std::pair{"lm75", std::nan("")}, std::pair{"lm75", HUGE_VAL},
                                std::pair{"lm75", -HUGE_VAL}));

TEST_P(ImpossibleTemperature, is_refused_and_changes_nothing) {
  const std::string part(GetParam().first);
  const double temperature_c = GetParam().second;
  Lm75 chip(part, at(0x48));

  EXPECT_THAT([&] { chip.set_temperature(temperature_c); },
              ThrowsMessage<std::invalid_argument>(HasSubstr(part)));
  EXPECT_EQ(chip.temperature(), 25.0);
  EXPECT_THROW(Lm75(part, at(0x48), temperature_c), std::invalid_argument);
}

class SensorAddress : public ::testing::TestWithParam<unsigned> {};

INSTANTIATE_TEST_SUITE_P(Outside, SensorAddress, Values(0x47, 0x50, 0x08));

TEST_P(SensorAddress, outside_the_parts_is_refused) {
  EXPECT_THAT([] { Lm75("tmp75", at(GetParam())); },
              ThrowsMessage<std::invalid_argument>(
                  AllOf(HasSubstr("tmp75"), HasSubstr("expected 0x48 to 0x4f"))));
}

TEST(Lm75, unknown_part_is_refused_with_the_known_ones) {
  EXPECT_THAT([] { Lm75("lm76", at(0x48)); },
              ThrowsMessage<std::invalid_argument>(AllOf(HasSubstr("lm76"), HasSubstr("tmp275"))));
}

TEST(Lm75, every_address_of_the_part_is_taken) {
  EXPECT_EQ(Lm75("lm75", at(0x48)).addresses().front(), at(0x48));
  EXPECT_EQ(Lm75("lm75", at(0x4f)).addresses().front(), at(0x4f));
}

class Lm75Make : public ::testing::Test {
 protected:
  std::shared_ptr<Lm75> make(std::string_view name) {
    const Part* const part = find_part(name);
    return std::dynamic_pointer_cast<Lm75>(part->make(*part, at(0x48), properties));
  }

  FakeProperties properties;
};

TEST_F(Lm75Make, initial_temperature_is_room_temperature) {
  EXPECT_EQ(make("lm75")->temperature(), 25.0);
  EXPECT_THAT(properties.asked, ElementsAre("vhost-device,temperature-millicelsius"));
}

TEST_F(Lm75Make, initial_temperature_is_in_millidegrees) {
  properties.numbers = {{"vhost-device,temperature-millicelsius", -12500}};

  EXPECT_EQ(make("ti,tmp75")->temperature(), -12.5);
}

TEST_F(Lm75Make, impossible_initial_temperature_is_a_property_error) {
  properties.numbers = {{"vhost-device,temperature-millicelsius", 126000}};

  EXPECT_THAT([&] { make("lm75"); },
              ThrowsMessage<PropertyError>(
                  AllOf(StartsWith("vhost-device,temperature"), HasSubstr("-55000 to 125000"))));
}

}  // namespace
}  // namespace vhost_device::sim
