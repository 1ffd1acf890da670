// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/ina2xx.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Ina2xxTest : public ::testing::Test {
 protected:
  std::shared_ptr<Ina2xx> attach(const char* part, double shunt_ohm = 0.01) {
    auto chip = std::make_shared<Ina2xx>(part, at(0x40), shunt_ohm);
    bus.attach(chip);
    return chip;
  }
  Bytes read_register(std::uint8_t pointer, std::size_t length = 2) {
    return controller.write_read(0x40, bytes({pointer}), length);
  }
  void write_register(std::uint8_t pointer, std::uint16_t value) {
    controller.write(0x40, bytes({pointer, static_cast<std::uint8_t>(value >> 8U),
                                  static_cast<std::uint8_t>(value & 0xffU)}));
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

// SBOS448G, table 2.
TEST_F(Ina2xxTest, ina219_after_power_up_has_the_datasheets_registers) {
  attach("ina219");

  EXPECT_EQ(read_register(0), bytes({0x39, 0x9f}));
  EXPECT_EQ(read_register(3), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(4), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(5), bytes({0x00, 0x00}));
}

// SBOS547B, table 7-1; CVRF tells that the first conversion is over.
TEST_F(Ina2xxTest, ina226_after_power_up_has_the_datasheets_registers) {
  attach("ina226");

  EXPECT_EQ(read_register(0), bytes({0x41, 0x27}));
  EXPECT_EQ(read_register(5), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(6), bytes({0x00, 0x08}));
  EXPECT_EQ(read_register(7), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(0xfe), bytes({0x54, 0x49}));
  EXPECT_EQ(read_register(0xff), bytes({0x22, 0x60}));
}

// SBOS448G, table 8: 12 V less 20 mV, 10 A through 2 milliohms, LSB 1 mA.
TEST_F(Ina2xxTest, ina219_measures_the_datasheets_example) {
  const auto chip = attach("ina219", 0.002);
  write_register(5, 0x5000);
  chip->set_current(10);
  chip->set_bus_voltage(11.98);

  EXPECT_EQ(read_register(1), bytes({0x07, 0xd0}));
  EXPECT_EQ(read_register(4), bytes({0x27, 0x10}));
  EXPECT_EQ(read_register(3), bytes({0x17, 0x66}));
  EXPECT_EQ(read_register(2), bytes({0x5d, 0x98}));
}

// SBOS547B, table 8-1: the same load, with an LSB of 1 mA.
TEST_F(Ina2xxTest, ina226_measures_the_datasheets_example) {
  const auto chip = attach("ina226", 0.002);
  write_register(5, 0x0a00);
  chip->set_shunt_voltage(0.02);
  chip->set_bus_voltage(11.98);

  EXPECT_EQ(read_register(1), bytes({0x1f, 0x40}));
  EXPECT_EQ(read_register(2), bytes({0x25, 0x70}));
  EXPECT_EQ(read_register(4), bytes({0x27, 0x10}));
  EXPECT_EQ(read_register(3), bytes({0x12, 0xb8}));
}

struct ShuntReading {
  const char* part;
  double shunt_v;
  std::uint8_t high;
  std::uint8_t low;
};

class Ina2xxShuntReadings : public Ina2xxTest,
                            public ::testing::WithParamInterface<ShuntReading> {};

TEST_P(Ina2xxShuntReadings, shunt_register_has_the_datasheets_code) {
  attach(GetParam().part)->set_shunt_voltage(GetParam().shunt_v);

  EXPECT_EQ(read_register(1), bytes({GetParam().high, GetParam().low}));
}

// SBOS448G, table 7 (PGA /8: 320 mV); SBOS547B, 7.1.2.
INSTANTIATE_TEST_SUITE_P(table, Ina2xxShuntReadings,
                         ::testing::Values(ShuntReading{"ina219", 0.32, 0x7d, 0x00},
                                           ShuntReading{"ina219", 0.16, 0x3e, 0x80},
                                           ShuntReading{"ina219", 0.00001, 0x00, 0x01},
                                           ShuntReading{"ina219", -0.00001, 0xff, 0xff},
                                           ShuntReading{"ina219", -0.32, 0x83, 0x00},
                                           ShuntReading{"ina226", -0.08, 0x83, 0x00},
                                           ShuntReading{"ina226", 0.08192, 0x7f, 0xff},
                                           ShuntReading{"ina226", -0.08192, 0x80, 0x00}));

// SBOS448G, table 7: at PGA /1 the register ends at 40 mV, 0fa0.
TEST_F(Ina2xxTest, ina219_shunt_reading_ends_where_the_gain_lets_it) {
  const auto chip = attach("ina219");
  write_register(0, 0x219f);
  chip->set_shunt_voltage(0.05);
  EXPECT_EQ(read_register(1), bytes({0x0f, 0xa0}));
  chip->set_shunt_voltage(-0.05);
  EXPECT_EQ(read_register(1), bytes({0xf0, 0x60}));
}

TEST_F(Ina2xxTest, ina219_bus_reading_ends_at_16_volts_in_the_small_range) {
  const auto chip = attach("ina219");
  write_register(0, 0x199f);
  chip->set_bus_voltage(20);

  EXPECT_EQ(read_register(2), bytes({0x7d, 0x02}));  // 4000 codes of 4 mV; CNVR
}

TEST_F(Ina2xxTest, current_beyond_the_register_sets_the_overflow_flag) {
  const auto chip = attach("ina219");
  write_register(5, 0xfffe);
  chip->set_shunt_voltage(0.32);
  EXPECT_EQ(read_register(2), bytes({0x00, 0x03}));
  chip->set_shunt_voltage(0.001);
  EXPECT_EQ(read_register(2), bytes({0x00, 0x02}));
}

TEST_F(Ina2xxTest, read_of_the_power_clears_conversion_ready) {
  attach("ina219");
  EXPECT_EQ(read_register(2), bytes({0x00, 0x02}));
  read_register(3);
  EXPECT_EQ(read_register(2), bytes({0x00, 0x00}));
  clock->advance(1064us);  // 532 for each of the two
  EXPECT_EQ(read_register(2), bytes({0x00, 0x02}));
}

TEST_F(Ina2xxTest, triggered_conversion_is_ready_after_its_time) {
  const auto chip = attach("ina219");
  write_register(0, 0x3c4b);  // bus: 12 bits; shunt: 2 samples; shunt and bus, triggered
  write_register(0, 0x399b);
  chip->set_bus_voltage(4);
  clock->advance(1063us);
  EXPECT_EQ(read_register(2), bytes({0x00, 0x00}));
  clock->advance(1us);
  EXPECT_EQ(read_register(2), bytes({0x1f, 0x42}));
  chip->set_bus_voltage(8);
  clock->advance(1s);
  EXPECT_EQ(read_register(2), bytes({0x1f, 0x42}));
}

// SBOS547B, 6.4.1: 1024 averages of 8.244 ms each for shunt and bus.
TEST_F(Ina2xxTest, ina226_averages_for_as_long_as_configured) {
  const auto chip = attach("ina226");
  chip->set_bus_voltage(1.25);
  write_register(0, 0x4fff);
  read_register(6);
  const auto duration = 1024 * 2 * 8244us;
  clock->advance(duration - 1us);
  EXPECT_EQ(read_register(6), bytes({0x00, 0x00}));
  clock->advance(1us);
  EXPECT_EQ(read_register(6), bytes({0x00, 0x08}));
}

TEST_F(Ina2xxTest, property_set_in_power_down_is_not_measured) {
  const auto chip = attach("ina226");
  write_register(0, 0x4120);
  chip->set_bus_voltage(10);
  clock->advance(1h);
  EXPECT_EQ(read_register(2), bytes({0x00, 0x00}));
}

TEST_F(Ina2xxTest, only_the_shunt_is_converted_where_the_mode_says_so) {
  const auto chip = attach("ina226");
  write_register(0, 0x4125);
  chip->set_bus_voltage(10);
  chip->set_shunt_voltage(0.0025);
  EXPECT_EQ(read_register(2), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(1), bytes({0x03, 0xe8}));
}

TEST_F(Ina2xxTest, reset_bit_brings_every_register_back_and_clears_itself) {
  attach("ina226");
  write_register(5, 0x1234);
  write_register(7, 0x4321);
  write_register(0, 0x8001);
  EXPECT_EQ(read_register(0), bytes({0x41, 0x27}));
  EXPECT_EQ(read_register(5), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(7), bytes({0x00, 0x00}));
}

TEST_F(Ina2xxTest, lowest_bit_of_the_ina219s_calibration_stays_zero) {
  attach("ina219");
  write_register(5, 0xffff);

  EXPECT_EQ(read_register(5), bytes({0xff, 0xfe}));
}

TEST_F(Ina2xxTest, transparent_alert_lasts_as_long_as_its_cause) {
  const auto chip = attach("ina226");
  write_register(7, 0x1000);  // 5.12 V
  write_register(6, 0x2000);  // bus over
  chip->set_bus_voltage(5.12);
  EXPECT_EQ(chip->alert_level(), Level::high);
  chip->set_bus_voltage(5.12125);
  EXPECT_EQ(chip->alert_level(), Level::low);
  EXPECT_EQ(read_register(6), bytes({0x20, 0x18}));
  EXPECT_EQ(chip->alert_level(), Level::low);
  chip->set_bus_voltage(5);
  EXPECT_EQ(chip->alert_level(), Level::high);
}

TEST_F(Ina2xxTest, latched_alert_lasts_until_the_mask_is_read) {
  const auto chip = attach("ina226");
  write_register(7, 0xfc18);  // -2.5 mV
  write_register(6, 0x4003);  // shunt under, active high, latched
  EXPECT_EQ(chip->alert_level(), Level::low);
  chip->set_shunt_voltage(-0.0026);
  chip->set_shunt_voltage(0);
  EXPECT_EQ(chip->alert_level(), Level::high);
  EXPECT_EQ(read_register(6), bytes({0x40, 0x1b}));
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Ina2xxTest, only_the_highest_alert_function_counts) {
  const auto chip = attach("ina226");
  write_register(7, 0x0001);
  write_register(6, 0xa000);  // shunt over and bus over
  chip->set_bus_voltage(5);
  EXPECT_EQ(chip->alert_level(), Level::high);
  chip->set_shunt_voltage(0.000005);
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Ina2xxTest, power_over_its_limit_is_an_alert) {
  const auto chip = attach("ina226");
  write_register(5, 0x0800);  // current register = shunt register
  write_register(7, 0x0063);
  write_register(6, 0x0800);
  chip->set_shunt_voltage(0.0025);  // 1000
  chip->set_bus_voltage(2.475);     // 1980: power 99
  EXPECT_EQ(chip->alert_level(), Level::high);
  chip->set_bus_voltage(2.5);
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Ina2xxTest, conversion_ready_pulls_the_pin_where_it_is_asked_to) {
  const auto chip = attach("ina226");
  write_register(6, 0x0400);
  EXPECT_EQ(chip->alert_level(), Level::low);
  read_register(6);
  EXPECT_EQ(chip->alert_level(), Level::high);
  clock->advance(2200us);
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Ina2xxTest, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach("ina226");
  write_register(5, 0x0800);
  write_register(0, 0x4123);  // triggered
  chip->set_shunt_voltage(0.01);
  const State state = chip->state();
  const auto other = std::make_shared<Ina2xx>("ina226", at(0x41));
  bus.attach(other);
  other->set_state(state);
  clock->advance(2200us);

  EXPECT_EQ(other->state(), chip->state());
  EXPECT_EQ(controller.write_read(0x41, bytes({4}), 2), bytes({0x0f, 0xa0}));
}

TEST_F(Ina2xxTest, value_out_of_range_is_refused_with_the_range) {
  const auto chip = attach("ina219");

  EXPECT_THAT([&] { chip->set_bus_voltage(27); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("27 V (expected 0 to 26)")));
  EXPECT_THAT([&] { chip->set_current(33); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("33 A (expected -32 to 32)")));
  EXPECT_EQ(chip->bus_voltage(), 0);
  EXPECT_EQ(chip->current(), 0);
}

TEST_F(Ina2xxTest, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Ina2xx("ina226", at(0x50)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x40 to 0x4f")));
}

}  // namespace
}  // namespace vhost_device::sim
