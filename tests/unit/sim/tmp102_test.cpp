// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/tmp102.hpp"

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

class Tmp102Test : public ::testing::Test {
 protected:
  std::shared_ptr<Tmp102> attach(double temperature_c = 25.0) {
    auto chip = std::make_shared<Tmp102>("tmp102", at(0x48), temperature_c);
    bus.attach(chip);
    return chip;
  }
  Bytes read_register(std::uint8_t pointer, std::size_t length = 2) {
    return controller.write_read(0x48, bytes({pointer}), length);
  }
  void configure(std::uint8_t high, std::uint8_t low) {
    controller.write(0x48, bytes({1, high, low}));
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

TEST_F(Tmp102Test, registers_after_power_up_are_the_datasheets) {
  attach();

  EXPECT_EQ(read_register(1), bytes({0x60, 0xa0}));
  EXPECT_EQ(read_register(2), bytes({0x4b, 0x00}));
  EXPECT_EQ(read_register(3), bytes({0x50, 0x00}));
}

struct Reading {
  double temperature_c;
  std::uint16_t register_value;
};

class Tmp102Readings : public Tmp102Test, public ::testing::WithParamInterface<Reading> {};

// SBOS397H, "12-Bit Temperature Data Format".
TEST_P(Tmp102Readings, temperature_register_has_the_datasheets_code) {
  attach(GetParam().temperature_c);

  const unsigned code = GetParam().register_value * 16U;
  EXPECT_EQ(read_register(0), bytes({static_cast<std::uint8_t>(code >> 8U),
                                     static_cast<std::uint8_t>(code & 0xffU)}));
}

INSTANTIATE_TEST_SUITE_P(table, Tmp102Readings,
                         ::testing::Values(Reading{128, 0x7ff}, Reading{127.9375, 0x7ff},
                                           Reading{100, 0x640}, Reading{80, 0x500},
                                           Reading{75, 0x4b0}, Reading{50, 0x320},
                                           Reading{25, 0x190}, Reading{0.25, 0x004},
                                           Reading{0, 0x000}, Reading{-0.25, 0xffc},
                                           Reading{-25, 0xe70}, Reading{-55, 0xc90}));

// SBOS397H, "13-Bit Temperature Data Format": 150 C is 0x0960 in 13 bits; bit 0 tells the format.
TEST_F(Tmp102Test, extended_mode_reads_above_128_degrees) {
  attach(150);
  configure(0x60, 0xb0);

  EXPECT_EQ(read_register(0), bytes({0x4b, 0x01}));
}

TEST_F(Tmp102Test, read_only_bits_of_the_configuration_stay) {
  attach();
  configure(0x00, 0x80);

  EXPECT_EQ(read_register(1), bytes({0x60, 0xa0}));
}

TEST_F(Tmp102Test, one_shot_in_shutdown_is_ready_after_its_conversion) {
  const auto chip = attach(20);
  configure(0x61, 0xa0);
  clock->advance(1s);
  chip->set_temperature(30);
  EXPECT_EQ(read_register(0), bytes({0x14, 0x00}));

  configure(0xe1, 0xa0);
  clock->advance(25ms);
  EXPECT_EQ(read_register(1), bytes({0x61, 0xa0}));  // OS: 0 while it converts
  EXPECT_EQ(read_register(0), bytes({0x14, 0x00}));
  clock->advance(1ms);
  EXPECT_EQ(read_register(1), bytes({0xe1, 0xa0}));
  EXPECT_EQ(read_register(0), bytes({0x1e, 0x00}));
}

TEST_F(Tmp102Test, shutdown_is_the_end_of_the_conversions) {
  const auto chip = attach(20);
  configure(0x61, 0xa0);
  clock->advance(1s);
  chip->set_temperature(30);
  clock->advance(1s);

  EXPECT_EQ(read_register(0), bytes({0x14, 0x00}));
}

TEST_F(Tmp102Test, shutdown_between_conversions_is_at_once) {
  attach();
  clock->advance(100ms);  // the first took 26 ms, the next begins at 250 ms
  configure(0x61, 0xa0);

  EXPECT_EQ(read_register(1), bytes({0xe1, 0xa0}));
}

TEST_F(Tmp102Test, alert_in_comparator_mode_lasts_until_below_the_low_limit) {
  const auto chip = attach();
  chip->set_temperature(80);
  EXPECT_EQ(chip->alert_level(), Level::low);
  EXPECT_EQ(read_register(1), bytes({0x60, 0x80}));  // AL: the comparator, upside down
  chip->set_temperature(75);
  EXPECT_EQ(chip->alert_level(), Level::low);
  chip->set_temperature(74.9375);
  EXPECT_EQ(chip->alert_level(), Level::high);
}

TEST_F(Tmp102Test, alert_in_interrupt_mode_ends_with_a_read) {
  const auto chip = attach();
  configure(0x62, 0xa0);
  chip->set_temperature(80);
  EXPECT_EQ(chip->alert_level(), Level::low);
  read_register(0);
  EXPECT_EQ(chip->alert_level(), Level::high);
}

// SBOS397H, "High- and Low-Limit Registers".
TEST_F(Tmp102Test, alert_in_interrupt_mode_ends_with_shutdown) {
  const auto chip = attach();
  configure(0x62, 0xa0);
  chip->set_temperature(80);
  EXPECT_EQ(chip->alert_level(), Level::low);
  configure(0x63, 0xa0);
  EXPECT_EQ(chip->alert_level(), Level::high);
}

TEST_F(Tmp102Test, alert_comes_after_the_fault_queues_conversions) {
  const auto chip = attach();
  configure(0x68, 0xa0);  // F1 F0 = 01: two faults
  chip->set_temperature(90);
  EXPECT_EQ(chip->alert_level(), Level::high);
  clock->advance(26ms);
  EXPECT_EQ(chip->alert_level(), Level::low);
}

TEST_F(Tmp102Test, bytes_behind_a_register_are_ff) {
  attach();

  EXPECT_EQ(read_register(3, 4), bytes({0x50, 0x00, 0xff, 0xff}));
}

TEST_F(Tmp102Test, half_a_register_is_not_written) {
  attach();
  controller.write(0x48, bytes({3, 0x11}));

  EXPECT_EQ(read_register(3), bytes({0x50, 0x00}));
}

TEST_F(Tmp102Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach(42);
  configure(0x62, 0xb0);
  const State state = chip->state();
  const auto other = std::make_shared<Tmp102>("tmp102", at(0x49));
  bus.attach(other);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_EQ(other->reported_temperature(), 42);
}

TEST_F(Tmp102Test, temperature_out_of_range_is_refused_with_the_range) {
  const auto chip = attach();

  EXPECT_THAT([&] { chip->set_temperature(151); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("151 C (expected -55 to 150)")));
  EXPECT_EQ(chip->temperature(), 25);
}

TEST_F(Tmp102Test, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Tmp102("tmp102", at(0x4c)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x48 to 0x4b")));
}

}  // namespace
}  // namespace vhost_device::sim
