// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/jc42.hpp"

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

constexpr std::uint8_t configuration = 1;
constexpr std::uint8_t upper = 2;
constexpr std::uint8_t lower = 3;
constexpr std::uint8_t critical = 4;
constexpr std::uint8_t ambient = 5;

class Jc42Test : public ::testing::Test {
 protected:
  std::shared_ptr<Jc42> attach(std::string_view part = "mcp9808", double temperature_c = 25.0) {
    auto chip = std::make_shared<Jc42>(part, at(0x18), temperature_c);
    bus.attach(chip);
    return chip;
  }
  // 20 to 30 C, critical from 40 C on, with an output for what `low` says.
  std::shared_ptr<Jc42> attach_with_limits(std::uint8_t high, std::uint8_t low) {
    auto chip = attach();
    write_register(lower, 0x01, 0x40);
    write_register(upper, 0x01, 0xe0);
    write_register(critical, 0x02, 0x80);
    write_register(configuration, high, low);
    return chip;
  }
  Bytes read_register(std::uint8_t pointer, std::size_t length = 2) {
    return controller.write_read(0x18, bytes({pointer}), length);
  }
  void write_register(std::uint8_t pointer, std::uint8_t high, std::uint8_t low) {
    controller.write(0x18, bytes({pointer, high, low}));
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

// DS25095A, "Bit assignment summary" and registers 5-2 to 5-7. All limits are 0, so that 25 C is
// above upper and critical.
TEST_F(Jc42Test, registers_after_power_up_are_the_datasheets) {
  attach();

  EXPECT_EQ(read_register(0), bytes({0x00, 0x1f}));
  EXPECT_EQ(read_register(configuration), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(critical), bytes({0x00, 0x00}));
  EXPECT_EQ(read_register(ambient), bytes({0xc1, 0x90}));
  EXPECT_EQ(read_register(6), bytes({0x00, 0x54}));
  EXPECT_EQ(read_register(7), bytes({0x04, 0x00}));
  EXPECT_EQ(read_register(8, 1), bytes({0x03}));
}

struct Ids {
  const char* part;
  std::uint16_t manufacturer;
  std::uint16_t device;
  std::uint16_t device_mask;
};

class Jc42Ids : public Jc42Test, public ::testing::WithParamInterface<Ids> {};

// What drivers/hwmon/jc42.c of Linux 6.1 tells the parts by.
INSTANTIATE_TEST_SUITE_P(Linux, Jc42Ids,
                         ::testing::Values(Ids{"mcp9804", 0x0054, 0x0200, 0xfffc},
                                           Ids{"mcp9808", 0x0054, 0x0400, 0xfffc},
                                           Ids{"mcp98243", 0x0054, 0x2100, 0xfffc},
                                           Ids{"mcp9843", 0x0054, 0x0000, 0xfffe},
                                           Ids{"se97", 0x1131, 0xa200, 0xfffc}));

TEST_P(Jc42Ids, part_has_the_ids_that_the_driver_looks_for) {
  attach(GetParam().part);
  const auto word = [&](std::uint8_t pointer) {
    const Bytes data = read_register(pointer);
    return std::to_integer<unsigned>(data.at(0)) << 8U | std::to_integer<unsigned>(data.at(1));
  };

  EXPECT_EQ(word(6), GetParam().manufacturer);
  EXPECT_EQ(word(7) & GetParam().device_mask, GetParam().device);
  EXPECT_EQ(word(0) & 0xff00, 0U);       // the driver's detection wants that
  EXPECT_EQ(word(0) & 0x0004, 0x0004U);  // the range below 0 C
}

TEST_F(Jc42Test, temperature_below_zero_has_the_sign_and_no_flag_of_upper) {
  attach("mcp9808", -0.0625);

  EXPECT_EQ(read_register(ambient), bytes({0x3f, 0xff}));
}

TEST_F(Jc42Test, coarse_resolution_cuts_bits_off_and_converts_sooner) {
  const auto chip = attach("mcp9808", 25.3125);
  EXPECT_EQ(read_register(ambient), bytes({0xc1, 0x95}));
  controller.write(0x18, bytes({8, 0x00}));  // 0.5 C, 30 ms
  EXPECT_EQ(chip->resolution(), 0.5);
  clock->advance(29ms);
  EXPECT_EQ(read_register(ambient), bytes({0xc1, 0x95}));
  clock->advance(1ms);
  EXPECT_EQ(read_register(ambient), bytes({0xc1, 0x98}));
}

TEST_F(Jc42Test, part_without_a_resolution_register_reads_ones_there) {
  const auto chip = attach("se97");

  EXPECT_EQ(read_register(8, 1), bytes({0xff}));
  EXPECT_EQ(chip->resolution(), 0.125);
}

TEST_F(Jc42Test, limits_have_steps_of_a_quarter_degree) {
  const auto chip = attach();
  write_register(upper, 0xff, 0xff);

  EXPECT_EQ(read_register(upper), bytes({0x1f, 0xfc}));
  EXPECT_EQ(chip->upper_limit(), -0.25);
}

TEST_F(Jc42Test, limits_count_when_they_are_written) {
  attach();
  write_register(critical, 0x02, 0x80);
  EXPECT_EQ(read_register(ambient), bytes({0x41, 0x90}));
  write_register(upper, 0x01, 0xe0);
  EXPECT_EQ(read_register(ambient), bytes({0x01, 0x90}));
}

TEST_F(Jc42Test, limits_written_in_shutdown_wait) {
  attach();
  write_register(configuration, 0x01, 0x00);
  write_register(critical, 0x02, 0x80);
  EXPECT_EQ(read_register(ambient), bytes({0xc1, 0x90}));
}

// DS25095A, figure 5-10, with a hysteresis of 1.5 C.
TEST_F(Jc42Test, flags_have_their_hysteresis_on_the_cold_side) {
  const auto chip = attach_with_limits(0x02, 0x00);
  const auto flags_at = [&](double temperature_c) {
    chip->set_temperature(temperature_c);
    return std::to_integer<unsigned>(read_register(ambient).at(0)) >> 5U;
  };

  EXPECT_EQ(flags_at(30), 0b000U);
  EXPECT_EQ(flags_at(30.0625), 0b010U);
  EXPECT_EQ(flags_at(40), 0b110U);
  EXPECT_EQ(flags_at(38.5), 0b110U);
  EXPECT_EQ(flags_at(38.4375), 0b010U);
  EXPECT_EQ(flags_at(28.5625), 0b010U);
  EXPECT_EQ(flags_at(28.5), 0b000U);
  EXPECT_EQ(flags_at(18.5), 0b000U);
  EXPECT_EQ(flags_at(18.4375), 0b001U);
  EXPECT_EQ(flags_at(19.9375), 0b001U);
  EXPECT_EQ(flags_at(20), 0b000U);
}

TEST_F(Jc42Test, event_that_is_not_enabled_stays_away) {
  const auto chip = attach_with_limits(0x00, 0x00);
  chip->set_temperature(50);

  EXPECT_EQ(chip->event_level(), Level::high);
  EXPECT_EQ(chip->configuration(), 0x0000);
}

TEST_F(Jc42Test, event_in_comparator_mode_lasts_as_long_as_its_cause) {
  const auto chip = attach_with_limits(0x00, 0x08);
  chip->set_temperature(31);
  EXPECT_EQ(chip->event_level(), Level::low);
  EXPECT_EQ(chip->configuration(), 0x0018);  // bit 4: the output is asserted
  chip->set_temperature(25);
  EXPECT_EQ(chip->event_level(), Level::high);
}

TEST_F(Jc42Test, event_of_critical_alone_ignores_the_window) {
  const auto chip = attach_with_limits(0x00, 0x0c);
  chip->set_temperature(31);
  EXPECT_EQ(chip->event_level(), Level::high);
  chip->set_temperature(40);
  EXPECT_EQ(chip->event_level(), Level::low);
}

TEST_F(Jc42Test, event_that_is_active_high_is_upside_down) {
  const auto chip = attach_with_limits(0x00, 0x0a);
  EXPECT_EQ(chip->event_level(), Level::low);
  chip->set_temperature(31);
  EXPECT_EQ(chip->event_level(), Level::high);
}

TEST_F(Jc42Test, event_in_interrupt_mode_lasts_until_it_is_cleared) {
  const auto chip = attach_with_limits(0x00, 0x09);
  chip->set_temperature(31);
  chip->set_temperature(32);
  EXPECT_EQ(chip->event_level(), Level::low);
  write_register(configuration, 0x00, 0x29);
  EXPECT_EQ(chip->event_level(), Level::high);
  EXPECT_EQ(chip->configuration(), 0x0009);  // interrupt clear reads 0
  chip->set_temperature(25);
  EXPECT_EQ(chip->event_level(), Level::low);
}

TEST_F(Jc42Test, critical_in_interrupt_mode_cannot_be_cleared) {
  const auto chip = attach_with_limits(0x00, 0x09);
  chip->set_temperature(40);
  write_register(configuration, 0x00, 0x29);
  EXPECT_EQ(chip->event_level(), Level::low);
  chip->set_temperature(39);
  EXPECT_EQ(chip->event_level(), Level::high);
}

TEST_F(Jc42Test, shutdown_keeps_the_last_reading) {
  const auto chip = attach();
  write_register(configuration, 0x01, 0x00);
  chip->set_temperature(50);
  clock->advance(1s);
  EXPECT_EQ(chip->reported_temperature(), 25);
  write_register(configuration, 0x00, 0x00);
  clock->advance(249ms);
  EXPECT_EQ(chip->reported_temperature(), 25);
  clock->advance(1ms);
  EXPECT_EQ(chip->reported_temperature(), 50);
}

// DS25095A, register 5-2, bits 3 and 4, and 5.2.1.
TEST_F(Jc42Test, event_stays_as_it_is_in_shutdown) {
  const auto chip = attach_with_limits(0x00, 0x08);
  chip->set_temperature(31);
  write_register(configuration, 0x01, 0x00);
  EXPECT_EQ(chip->event_level(), Level::low);
  EXPECT_EQ(chip->configuration(), 0x0110);
  write_register(configuration, 0x00, 0x00);
  EXPECT_EQ(chip->event_level(), Level::high);
}

TEST_F(Jc42Test, event_enabled_in_shutdown_waits_for_the_wake_up) {
  const auto chip = attach_with_limits(0x00, 0x00);
  chip->set_temperature(31);
  write_register(configuration, 0x01, 0x08);
  EXPECT_EQ(chip->event_level(), Level::high);
  EXPECT_EQ(chip->configuration(), 0x0108);
  write_register(configuration, 0x00, 0x08);
  EXPECT_EQ(chip->event_level(), Level::low);
}

TEST_F(Jc42Test, interrupt_can_be_cleared_in_shutdown) {
  const auto chip = attach_with_limits(0x00, 0x09);
  chip->set_temperature(31);
  write_register(configuration, 0x01, 0x09);
  EXPECT_EQ(chip->event_level(), Level::low);
  write_register(configuration, 0x01, 0x29);
  EXPECT_EQ(chip->event_level(), Level::high);
  EXPECT_EQ(chip->configuration(), 0x0109);
}

TEST_F(Jc42Test, locks_keep_limits_and_configuration_until_power_is_lost) {
  const auto chip = attach_with_limits(0x02, 0xc8);
  write_register(configuration, 0x05, 0x03);
  write_register(upper, 0x05, 0x00);
  write_register(critical, 0x05, 0x00);

  EXPECT_EQ(read_register(configuration), bytes({0x02, 0xc8}));
  EXPECT_EQ(chip->upper_limit(), 30);
  EXPECT_EQ(chip->critical_limit(), 40);
}

TEST_F(Jc42Test, lock_of_the_window_leaves_critical_free) {
  const auto chip = attach_with_limits(0x00, 0x40);
  write_register(lower, 0x05, 0x00);
  write_register(critical, 0x05, 0x00);

  EXPECT_EQ(chip->lower_limit(), 20);
  EXPECT_EQ(chip->critical_limit(), 80);
}

TEST_F(Jc42Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach_with_limits(0x02, 0x09);
  chip->set_temperature(31);
  const State state = chip->state();
  const auto other = std::make_shared<Jc42>("mcp9808", at(0x19));
  bus.attach(other);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_EQ(other->event_level(), Level::low);
}

TEST_F(Jc42Test, temperature_out_of_range_is_refused_with_the_range) {
  const auto chip = attach();

  EXPECT_THAT([&] { chip->set_temperature(125.5); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("125.5 C (expected -40 to 125)")));
  EXPECT_EQ(chip->temperature(), 25);
}

TEST_F(Jc42Test, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Jc42("mcp9808", at(0x20)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x18 to 0x1f")));
}

}  // namespace
}  // namespace vhost_device::sim
