// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/ads1015.hpp"

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
using ::testing::ThrowsMessage;

class Ads1015Test : public ::testing::Test {
 protected:
  std::shared_ptr<Ads1015> attach(std::string_view part = "ads1115") {
    auto chip = std::make_shared<Ads1015>(part, at(0x48));
    bus.attach(chip);
    return chip;
  }
  Bytes read_register(std::uint8_t pointer, std::size_t length = 2) {
    return controller.write_read(0x48, bytes({pointer}), length);
  }
  void write_register(std::uint8_t pointer, std::uint8_t high, std::uint8_t low) {
    controller.write(0x48, bytes({pointer, high, low}));
  }
  void configure(std::uint8_t high, std::uint8_t low) { write_register(1, high, low); }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

TEST_F(Ads1015Test, registers_after_power_up_are_the_datasheets) {
  attach();

  EXPECT_EQ(read_register(0), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(1), bytes({0x85, 0x83}));
  EXPECT_EQ(read_register(2), bytes({0x80, 0x00}));
  EXPECT_EQ(read_register(3), bytes({0x7f, 0xff}));
}

TEST_F(Ads1015Test, part_without_a_comparator_has_no_thresholds) {
  attach("tla2024");

  EXPECT_EQ(read_register(1), bytes({0x85, 0x83}));
  EXPECT_EQ(read_register(2), bytes({0xff, 0xff}));
}

struct Gain {
  std::uint8_t gain;
  double full_scale_v;
};

class Ads1015Gains : public Ads1015Test, public ::testing::WithParamInterface<Gain> {};

// SBAS444, table of the PGA field; half of the scale is 4000h.
INSTANTIATE_TEST_SUITE_P(table, Ads1015Gains,
                         ::testing::Values(Gain{0, 6.144}, Gain{1, 4.096}, Gain{2, 2.048},
                                           Gain{3, 1.024}, Gain{4, 0.512}, Gain{5, 0.256},
                                           Gain{6, 0.256}, Gain{7, 0.256}));

TEST_P(Ads1015Gains, half_of_the_scale_has_half_the_codes) {
  const auto chip = attach();
  configure(static_cast<std::uint8_t>(0x40 | GetParam().gain << 1U), 0x83);
  clock->advance(8ms);
  chip->set_voltage(0, GetParam().full_scale_v / 2);

  EXPECT_EQ(read_register(0), bytes({0x40, 0x00}));
  EXPECT_DOUBLE_EQ(chip->reported_voltage(), GetParam().full_scale_v / 2);
}

struct Reading {
  double volts;
  std::uint16_t ads1115;
  std::uint16_t ads1015;
};

class Ads1015Readings : public Ads1015Test, public ::testing::WithParamInterface<Reading> {};

// SBAS444 and SBAS473, "Data Format": +-2.048 V between AIN0 and AIN1, which is at 2.5 V.
INSTANTIATE_TEST_SUITE_P(
    table, Ads1015Readings,
    ::testing::Values(Reading{5, 0x7fff, 0x7ff0}, Reading{2.501, 0x0010, 0x0010},
                      Reading{2.5000625, 0x0001, 0x0000}, Reading{2.5, 0x0000, 0x0000},
                      Reading{2.4999375, 0xffff, 0x0000}, Reading{2.499, 0xfff0, 0xfff0},
                      Reading{0.452, 0x8000, 0x8000}, Reading{0, 0x8000, 0x8000}));

TEST_P(Ads1015Readings, difference_has_the_datasheets_code) {
  const auto chip = attach();
  auto coarse = std::make_shared<Ads1015>("ads1015", at(0x49));
  bus.attach(coarse);
  configure(0x04, 0x83);
  controller.write(0x49, bytes({1, 0x04, 0x83}));
  for (const auto& each : {chip, coarse}) {
    each->set_voltage(1, 2.5);
    each->set_voltage(0, GetParam().volts);
  }

  const auto word = [](std::uint16_t value) {
    return bytes({static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value & 0xff)});
  };
  EXPECT_EQ(read_register(0), word(GetParam().ads1115));
  EXPECT_EQ(controller.write_read(0x49, bytes({0}), 2), word(GetParam().ads1015));
}

struct Selection {
  std::uint8_t mux;
  double volts;
};

class Ads1015Inputs : public Ads1015Test, public ::testing::WithParamInterface<Selection> {};

// With 4, 3, 2 and 0.5 V at AIN0 to AIN3.
INSTANTIATE_TEST_SUITE_P(mux, Ads1015Inputs,
                         ::testing::Values(Selection{0, 1}, Selection{1, 3.5}, Selection{2, 2.5},
                                           Selection{3, 1.5}, Selection{4, 4}, Selection{5, 3},
                                           Selection{6, 2}, Selection{7, 0.5}));

TEST_P(Ads1015Inputs, selected_pair_is_converted) {
  const auto chip = attach();
  chip->set_voltage(0, 4);
  chip->set_voltage(1, 3);
  chip->set_voltage(2, 2);
  chip->set_voltage(3, 0.5);
  configure(static_cast<std::uint8_t>(0x81 | GetParam().mux << 4U), 0x83);
  clock->advance(8ms);

  EXPECT_NEAR(chip->reported_voltage(), GetParam().volts, 6.144 / 32768);
}

struct Rate {
  const char* part;
  std::uint8_t data_rate;
  std::chrono::nanoseconds period;
};

class Ads1015Rates : public Ads1015Test, public ::testing::WithParamInterface<Rate> {};

INSTANTIATE_TEST_SUITE_P(table, Ads1015Rates,
                         ::testing::Values(Rate{"ads1115", 0, 125ms}, Rate{"ads1115", 4, 7812500ns},
                                           Rate{"ads1115", 5, 4ms}, Rate{"ads1115", 7, 1162790ns},
                                           Rate{"ads1015", 0, 7812500ns}, Rate{"ads1015", 4, 625us},
                                           Rate{"tla2024", 1, 4ms}));

TEST_P(Ads1015Rates, single_shot_takes_a_period_of_the_data_rate) {
  const auto chip = attach(GetParam().part);
  chip->set_voltage(0, 1);
  configure(0xc5, static_cast<std::uint8_t>(unsigned{GetParam().data_rate} << 5U | 3U));
  clock->advance(GetParam().period - 1ns);
  EXPECT_EQ(chip->configuration() & 0x8000, 0x0000);  // OS: 0 while it converts
  EXPECT_EQ(chip->reported_voltage(), 0);
  clock->advance(1ns);
  EXPECT_EQ(chip->configuration() & 0x8000, 0x8000);
  EXPECT_NEAR(chip->reported_voltage(), 1, 0.001);
}

TEST_F(Ads1015Test, voltage_set_while_asleep_waits_for_a_conversion) {
  const auto chip = attach();
  chip->set_voltage(0, 1);
  clock->advance(1s);

  EXPECT_EQ(chip->reported_voltage(), 0);
}

TEST_F(Ads1015Test, new_configuration_counts_from_the_end_of_the_conversion_under_way) {
  const auto chip = attach();
  configure(0x44, 0x83);  // AIN0, continuous, 128 a second: 7.8125 ms
  chip->set_voltage(0, 1);
  chip->set_voltage(1, 2);
  clock->advance(5ms);
  configure(0x54, 0xa3);  // AIN1, 250 a second: 4 ms
  clock->advance(3ms);
  EXPECT_EQ(chip->reported_voltage(), 1);
  clock->advance(3800us);
  EXPECT_EQ(chip->reported_voltage(), 1);
  clock->advance(13us);
  EXPECT_NEAR(chip->reported_voltage(), 2, 0.001);
}

TEST_F(Ads1015Test, single_shot_written_in_continuous_mode_ends_it) {
  const auto chip = attach();
  configure(0x44, 0x83);
  configure(0x45, 0x83);
  clock->advance(8ms);
  chip->set_voltage(0, 1);
  clock->advance(1s);

  EXPECT_EQ(chip->configuration(), 0xc583);
  EXPECT_EQ(chip->reported_voltage(), 0);
}

// 1 V and 1.5 V in the scale of 2.048 V.
class Ads1015ComparatorTest : public Ads1015Test {
 protected:
  void set_thresholds() {
    write_register(2, 0x3e, 0x80);
    write_register(3, 0x5d, 0xc0);
  }
};

TEST_F(Ads1015ComparatorTest, traditional_comparator_has_a_hysteresis) {
  const auto chip = attach();
  set_thresholds();
  configure(0x44, 0x80);
  chip->set_voltage(0, 1.5);
  EXPECT_EQ(chip->alert_level(), Level::high);
  chip->set_voltage(0, 1.5001);
  EXPECT_EQ(chip->alert_level(), Level::low);
  chip->set_voltage(0, 1.0);
  EXPECT_EQ(chip->alert_level(), Level::low);
  chip->set_voltage(0, 0.9999);
  EXPECT_EQ(chip->alert_level(), Level::high);
}

TEST_F(Ads1015ComparatorTest, window_comparator_asserts_on_either_side) {
  const auto chip = attach();
  set_thresholds();
  chip->set_voltage(0, 1.2);
  configure(0x44, 0x90);
  clock->advance(8ms);
  EXPECT_EQ(chip->alert_level(), Level::high);
  chip->set_voltage(0, 0.9);
  EXPECT_EQ(chip->alert_level(), Level::low);
  chip->set_voltage(0, 1.2);
  EXPECT_EQ(chip->alert_level(), Level::high);
  chip->set_voltage(0, 1.6);
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Ads1015ComparatorTest, latched_alert_ends_with_a_read_of_the_conversion) {
  const auto chip = attach();
  set_thresholds();
  configure(0x44, 0x84);
  chip->set_voltage(0, 1.6);
  chip->set_voltage(0, 0.5);
  EXPECT_EQ(chip->alert_level(), Level::low);
  read_register(1);
  EXPECT_EQ(chip->alert_level(), Level::low);
  read_register(0);
  EXPECT_EQ(chip->alert_level(), Level::high);
}

TEST_F(Ads1015ComparatorTest, alert_comes_after_the_queues_readings) {
  const auto chip = attach();
  set_thresholds();
  configure(0x44, 0x82);  // four
  chip->set_voltage(0, 1.6);
  clock->advance(15625us);
  EXPECT_EQ(chip->alert_level(), Level::high);
  clock->advance(7813us);
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Ads1015ComparatorTest, alert_may_be_active_high) {
  const auto chip = attach();
  set_thresholds();
  configure(0x44, 0x88);
  EXPECT_EQ(chip->alert_level(), Level::low);
  chip->set_voltage(0, 1.6);
  EXPECT_EQ(chip->alert_level(), Level::high);
}

TEST_F(Ads1015ComparatorTest, comparator_that_is_off_leaves_the_pin_high) {
  const auto chip = attach();
  set_thresholds();
  configure(0x44, 0x8b);
  chip->set_voltage(0, 1.6);

  EXPECT_EQ(chip->alert_level(), Level::high);
}

TEST_F(Ads1015Test, ready_pin_tells_the_end_of_a_single_shot) {
  const auto chip = attach();
  write_register(2, 0x00, 0x00);
  write_register(3, 0x80, 0x00);
  configure(0xc5, 0x80);
  EXPECT_EQ(chip->alert_level(), Level::high);
  clock->advance(8ms);
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Ads1015Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach();
  configure(0x44, 0x84);
  chip->set_voltage(0, 1.25);
  configure(0x54, 0x84);
  const State state = chip->state();
  const auto other = std::make_shared<Ads1015>("ads1115", at(0x49));
  bus.attach(other);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_EQ(other->reported_voltage(), 1.25);
  EXPECT_EQ(other->voltage(0), 1.25);
}

TEST_F(Ads1015Test, voltage_out_of_range_is_refused_with_the_range) {
  const auto chip = attach();

  EXPECT_THAT([&] { chip->set_voltage(0, 6); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("6 V (expected -0.3 to 5.8)")));
  EXPECT_THAT([&] { chip->set_voltage(4, 1); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("input 4 (expected 0 to 3)")));
}

TEST_F(Ads1015Test, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Ads1015("ads1115", at(0x4c)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x48 to 0x4b")));
}

}  // namespace
}  // namespace vhost_device::sim
