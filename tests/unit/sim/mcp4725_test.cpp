// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/mcp4725.hpp"

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

class Mcp4725Test : public ::testing::Test {
 protected:
  std::shared_ptr<Mcp4725> attach(double supply_v = 3.3) {
    auto chip = std::make_shared<Mcp4725>("mcp4725", at(0x60), supply_v);
    bus.attach(chip);
    return chip;
  }
  void write(std::initializer_list<std::uint8_t> command) {
    controller.write(0x60, bytes(command));
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

// DS22039D, table 5-3 and figure 6-3.
TEST_F(Mcp4725Test, chip_as_delivered_is_at_half_scale) {
  const auto chip = attach(5.0);

  EXPECT_EQ(controller.read(0x60, 5), bytes({0xc0, 0x80, 0x00, 0x08, 0x00}));
  EXPECT_EQ(chip->output_voltage(), 2.5);
}

TEST_F(Mcp4725Test, read_starts_over_after_five_bytes) {
  attach();
  write({0x0a, 0xbc});

  EXPECT_EQ(controller.read(0x60, 7), bytes({0xc0, 0xab, 0xc0, 0x08, 0x00, 0xc0, 0xab}));
}

// DS22039D, 6.1.1: VOUT = VDD * code / 4096.
TEST_F(Mcp4725Test, fast_write_sets_the_output) {
  const auto chip = attach(4.096);
  write({0x0f, 0xff});
  EXPECT_DOUBLE_EQ(chip->output_voltage(), 4.095);
  write({0x00, 0x01});
  EXPECT_DOUBLE_EQ(chip->output_voltage(), 0.001);
}

TEST_F(Mcp4725Test, commands_in_one_message_count_one_after_the_other) {
  const auto chip = attach();
  write({0x01, 0x23, 0x04, 0x56});
  EXPECT_EQ(chip->dac_code(), 0x456U);
  write({0x40, 0x78, 0x90, 0x07, 0x65, 0x43});
  EXPECT_EQ(chip->dac_code(), 0x765U);
}

TEST_F(Mcp4725Test, output_follows_the_supply) {
  const auto chip = attach();
  chip->set_supply_voltage(5);
  EXPECT_EQ(chip->output_voltage(), 2.5);
}

TEST_F(Mcp4725Test, half_a_command_does_nothing) {
  const auto chip = attach();
  write({0x0f});
  write({0x60, 0x12});
  EXPECT_EQ(chip->dac_code(), 2048U);
  EXPECT_FALSE(chip->is_busy());
}

// DS22039D, table 6-2.
TEST_F(Mcp4725Test, reserved_commands_are_ignored) {
  const auto chip = attach();
  EXPECT_EQ(controller.write(0x60, bytes({0x80, 0x12, 0x30, 0xe0, 0x45, 0x60})), ok());
  EXPECT_EQ(chip->dac_code(), 2048U);
}

struct PowerDown {
  std::uint8_t fast;
  std::uint8_t status;
  unsigned kilohms;
};

class Mcp4725PowerDown : public Mcp4725Test, public ::testing::WithParamInterface<PowerDown> {};

// DS22039D, table 5-2.
TEST_P(Mcp4725PowerDown, mode_puts_its_resistor_on_the_output) {
  const auto chip = attach();
  write({GetParam().fast, 0x00});

  EXPECT_EQ(chip->power_down_kilohms(), GetParam().kilohms);
  EXPECT_EQ(chip->output_voltage(), 0);
  EXPECT_EQ(controller.read(0x60, 1), bytes({GetParam().status}));
}

INSTANTIATE_TEST_SUITE_P(modes, Mcp4725PowerDown,
                         ::testing::Values(PowerDown{0x18, 0xc2, 1}, PowerDown{0x28, 0xc4, 100},
                                           PowerDown{0x38, 0xc6, 500}));

TEST_F(Mcp4725Test, eeprom_is_busy_for_its_write_time) {
  const auto chip = attach();
  write({0x60, 0xab, 0xc0});
  EXPECT_EQ(chip->dac_code(), 0xabcU);
  clock->advance(25ms - 1us);
  EXPECT_EQ(controller.read(0x60, 5), bytes({0x40, 0xab, 0xc0, 0x08, 0x00}));
  clock->advance(1us);
  EXPECT_EQ(controller.read(0x60, 5), bytes({0xc0, 0xab, 0xc0, 0x0a, 0xbc}));
}

TEST_F(Mcp4725Test, commands_while_busy_are_acknowledged_and_ignored) {
  const auto chip = attach();
  write({0x60, 0xab, 0xc0});
  EXPECT_EQ(controller.write(0x60, bytes({0x01, 0x23})), ok());
  EXPECT_EQ(controller.write(0x60, bytes({0x60, 0x45, 0x60})), ok());
  clock->advance(25ms);
  EXPECT_EQ(chip->dac_code(), 0xabcU);
  EXPECT_EQ(chip->eeprom_code(), 0xabcU);
}

TEST_F(Mcp4725Test, power_cycle_brings_back_what_is_in_the_eeprom) {
  const auto chip = attach();
  write({0x64, 0xab, 0xc0});  // 100 kilohms
  clock->advance(25ms);
  write({0x01, 0x23});
  chip->power_cycle();
  EXPECT_EQ(controller.read(0x60, 5), bytes({0xc4, 0xab, 0xc0, 0x4a, 0xbc}));
}

TEST_F(Mcp4725Test, power_cycle_loses_a_write_under_way) {
  const auto chip = attach();
  write({0x60, 0xab, 0xc0});
  chip->power_cycle();
  clock->advance(1s);
  EXPECT_EQ(chip->dac_code(), 2048U);
  EXPECT_EQ(chip->eeprom_code(), 2048U);
}

TEST_F(Mcp4725Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach(5);
  write({0x66, 0xab, 0xc0});
  const auto other = std::make_shared<Mcp4725>("mcp4725", at(0x61));
  bus.attach(other);
  other->set_state(chip->state());
  EXPECT_TRUE(other->is_busy());
  clock->advance(25ms);

  EXPECT_EQ(other->state(), chip->state());
  EXPECT_EQ(controller.read(0x61, 5), bytes({0xc6, 0xab, 0xc0, 0x6a, 0xbc}));
}

TEST_F(Mcp4725Test, supply_out_of_range_is_refused_with_the_range) {
  const auto chip = attach();

  EXPECT_THAT([&] { chip->set_supply_voltage(5.6); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("5.6 V (expected 2.7 to 5.5)")));
  EXPECT_EQ(chip->supply_voltage(), 3.3);
}

TEST_F(Mcp4725Test, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Mcp4725("mcp4725", at(0x68)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x60 to 0x67")));
}

}  // namespace
}  // namespace vhost_device::sim
