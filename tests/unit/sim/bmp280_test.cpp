// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/bmp280.hpp"

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
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::ThrowsMessage;

constexpr std::uint8_t ctrl_hum = 0xf2;
constexpr std::uint8_t status = 0xf3;
constexpr std::uint8_t ctrl_meas = 0xf4;
constexpr std::uint8_t config = 0xf5;

class Bmp280Test : public ::testing::Test {
 protected:
  std::shared_ptr<Bmp280> attach(std::string_view part = "bmp280") {
    auto chip = std::make_shared<Bmp280>(part, at(0x76));
    bus.attach(chip);
    return chip;
  }
  Bytes read_registers(std::uint8_t address, std::size_t length) {
    return controller.write_read(0x76, bytes({address}), length);
  }
  std::uint8_t read_register(std::uint8_t address) {
    return std::to_integer<std::uint8_t>(read_registers(address, 1).at(0));
  }
  void write_register(std::uint8_t address, std::uint8_t value) {
    controller.write(0x76, bytes({address, value}));
  }
  std::uint32_t raw(std::uint8_t address) {
    const Bytes data = read_registers(address, 3);
    return std::to_integer<std::uint32_t>(data.at(0)) << 12U |
           std::to_integer<std::uint32_t>(data.at(1)) << 4U |
           std::to_integer<std::uint32_t>(data.at(2)) >> 4U;
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

TEST_F(Bmp280Test, registers_after_power_up_are_the_datasheets) {
  attach();

  EXPECT_EQ(read_register(0xd0), 0x58);
  EXPECT_EQ(read_registers(0xf2, 4), bytes({0x00, 0x00, 0x00, 0x00}));
  EXPECT_EQ(read_registers(0xf7, 6), bytes({0x80, 0x00, 0x00, 0x80, 0x00, 0x00}));
}

TEST_F(Bmp280Test, other_part_has_its_id_and_humidity) {
  attach("bme280");

  EXPECT_EQ(read_register(0xd0), 0x60);
  EXPECT_EQ(read_registers(0xfd, 2), bytes({0x80, 0x00}));
}

// BST-BMP280-DS001, 3.12: dig_T1 to dig_T3 and dig_P1 to dig_P9.
TEST_F(Bmp280Test, trim_is_the_datasheets_example_in_little_endian) {
  attach();

  EXPECT_EQ(read_registers(0x88, 24),
            bytes({0x70, 0x6b, 0x43, 0x67, 0x18, 0xfc, 0x7d, 0x8e, 0x43, 0xd6, 0xd0, 0x0b,
                   0x27, 0x0b, 0x8c, 0x00, 0xf9, 0xff, 0x8c, 0x3c, 0xf8, 0xc6, 0x70, 0x17}));
}

// BST-BMP280-DS001, 3.12: 519888 and 415148 are 25.08 C and 100653.27 Pa.
TEST_F(Bmp280Test, raw_values_are_the_datasheets_example) {
  const auto chip = attach();
  chip->set_temperature(25.08);
  chip->set_pressure(100653.27);
  write_register(ctrl_meas, 0xb7);  // x16, normal
  clock->advance(1s);

  // One step of temperature is 0.0003 C, which is 0.03 Pa.
  EXPECT_THAT(raw(0xfa), AllOf(Ge(519888U - 15), Le(519888U + 15)));
  EXPECT_THAT(raw(0xf7), AllOf(Ge(415148U - 2), Le(415148U + 2)));
}

TEST_F(Bmp280Test, writes_have_an_address_before_each_value) {
  const auto chip = attach();
  controller.write(0x76, bytes({config, 0x10, ctrl_meas, 0x24}));

  EXPECT_EQ(chip->configuration(), 0x10);
  EXPECT_EQ(chip->control(), 0x24);
}

struct Duration {
  const char* part;
  std::uint8_t humidity;
  std::uint8_t control;
  std::chrono::nanoseconds time;
};

class Bmp280Durations : public Bmp280Test, public ::testing::WithParamInterface<Duration> {};

// BST-BMP280-DS001, table 13, typical; BST-BME280-DS002, 9.1.
INSTANTIATE_TEST_SUITE_P(
    table, Bmp280Durations,
    ::testing::Values(Duration{"bmp280", 0, 0x25, 5500us}, Duration{"bmp280", 0, 0x29, 7500us},
                      Duration{"bmp280", 0, 0x2d, 11500us}, Duration{"bmp280", 0, 0x31, 19500us},
                      Duration{"bmp280", 0, 0x55, 37500us}, Duration{"bme280", 1, 0x25, 8ms},
                      Duration{"bme280", 5, 0xb5, 98ms}, Duration{"bme280", 0, 0x21, 3ms}));

TEST_P(Bmp280Durations, forced_measurement_takes_its_time_and_then_sleeps) {
  const auto chip = attach(GetParam().part);
  write_register(ctrl_hum, GetParam().humidity);
  write_register(ctrl_meas, GetParam().control);
  clock->advance(GetParam().time - 1ns);
  EXPECT_EQ(read_register(status), 0x08);
  EXPECT_EQ(raw(0xfa), 0x80000U);
  clock->advance(1ns);
  EXPECT_EQ(read_register(status), 0x00);
  EXPECT_NE(raw(0xfa), 0x80000U);
  EXPECT_EQ(chip->control(), GetParam().control & ~0x03U);
}

TEST_F(Bmp280Test, temperature_set_while_asleep_waits_for_a_measurement) {
  const auto chip = attach();
  write_register(ctrl_meas, 0x25);
  clock->advance(6ms);
  const std::uint32_t before = raw(0xfa);
  chip->set_temperature(60);
  clock->advance(1s);
  EXPECT_EQ(raw(0xfa), before);
  write_register(ctrl_meas, 0x25);
  clock->advance(6ms);
  EXPECT_GT(raw(0xfa), before);
}

TEST_F(Bmp280Test, normal_mode_measures_then_stands_by) {
  const auto chip = attach();
  write_register(config, 0x20);     // 62.5 ms
  write_register(ctrl_meas, 0x27);  // 5.5 ms
  EXPECT_TRUE(chip->is_measuring());
  clock->advance(5500us);
  EXPECT_FALSE(chip->is_measuring());
  clock->advance(62400us);
  EXPECT_FALSE(chip->is_measuring());
  clock->advance(100us);
  EXPECT_TRUE(chip->is_measuring());
  clock->advance(5500us);
  EXPECT_FALSE(chip->is_measuring());
}

TEST_F(Bmp280Test, standby_times_of_the_other_part_are_others) {
  const auto chip = attach("bme280");
  write_register(config, 0xe0);     // 20 ms, where the BMP280 has 4 s
  write_register(ctrl_meas, 0x27);  // 5.5 ms
  clock->advance(25400us);
  EXPECT_FALSE(chip->is_measuring());
  clock->advance(100us);
  EXPECT_TRUE(chip->is_measuring());
}

TEST_F(Bmp280Test, mode_changes_when_the_measurement_under_way_is_over) {
  const auto chip = attach();
  write_register(ctrl_meas, 0x27);
  write_register(ctrl_meas, 0x24);
  write_register(ctrl_meas, 0xff);  // ignored, as a change is awaited
  EXPECT_TRUE(chip->is_measuring());
  clock->advance(5500us);
  EXPECT_EQ(chip->control(), 0x24);
  EXPECT_NE(raw(0xfa), 0x80000U);
  clock->advance(1s);
  EXPECT_FALSE(chip->is_measuring());
}

// BST-BME280-DS002, 3.3.1.
TEST_F(Bmp280Test, control_of_humidity_is_kept_while_a_mode_change_is_awaited) {
  attach("bme280");
  write_register(ctrl_hum, 0x01);
  write_register(ctrl_meas, 0x27);
  write_register(ctrl_meas, 0x24);
  write_register(ctrl_hum, 0x05);
  EXPECT_EQ(read_registers(ctrl_hum, 1), bytes({0x01}));
  clock->advance(1s);
  write_register(ctrl_hum, 0x05);
  EXPECT_EQ(read_registers(ctrl_hum, 1), bytes({0x05}));
}

TEST_F(Bmp280Test, new_oversampling_counts_from_the_next_measurement) {
  const auto chip = attach();
  write_register(ctrl_meas, 0x27);  // 5.5 ms, then 0.5 ms
  write_register(ctrl_meas, 0x2b);  // 7.5 ms
  clock->advance(6ms);
  EXPECT_TRUE(chip->is_measuring());
  clock->advance(7400us);
  EXPECT_TRUE(chip->is_measuring());
  clock->advance(100us);
  EXPECT_FALSE(chip->is_measuring());
}

TEST_F(Bmp280Test, skipped_quantities_read_as_skipped) {
  attach("bme280");
  write_register(ctrl_meas, 0x21);
  clock->advance(1s);

  EXPECT_EQ(raw(0xf7), 0x80000U);
  EXPECT_NE(raw(0xfa), 0x80000U);
  EXPECT_EQ(read_registers(0xfd, 2), bytes({0x80, 0x00}));
}

// BST-BME280-DS002, 5.4.3.
TEST_F(Bmp280Test, control_of_humidity_counts_from_the_next_write_of_ctrl_meas) {
  attach("bme280");
  write_register(ctrl_meas, 0x27);
  write_register(ctrl_hum, 0x01);
  clock->advance(1s);
  EXPECT_EQ(read_registers(0xfd, 2), bytes({0x80, 0x00}));
  write_register(ctrl_meas, 0x27);
  clock->advance(1s);
  EXPECT_NE(read_registers(0xfd, 2), bytes({0x80, 0x00}));
}

// BST-BMP280-DS001, 3.3.1 and 3.3.2: 16 bits at x1; 20 with the filter.
TEST_F(Bmp280Test, oversampling_and_filter_make_the_resolution) {
  const auto chip = attach();
  chip->set_temperature(25.08);
  write_register(ctrl_meas, 0x27);
  clock->advance(1s);
  EXPECT_EQ(raw(0xfa) % 16, 0U);
  EXPECT_THAT(raw(0xfa), AllOf(Ge(519888U - 31), Le(519888U)));
  write_register(config, 0x08);
  clock->advance(1s);
  EXPECT_THAT(raw(0xfa), AllOf(Ge(519888U - 15), Le(519888U + 15)));
}

TEST_F(Bmp280Test, soft_reset_forgets_all_but_the_trim) {
  const auto chip = attach();
  write_register(config, 0x08);
  write_register(ctrl_meas, 0x27);
  clock->advance(1s);
  write_register(0xe0, 0x12);
  EXPECT_EQ(chip->control(), 0x27);
  write_register(0xe0, 0xb6);
  EXPECT_EQ(read_registers(status, 3), bytes({0x01, 0x00, 0x00}));  // im_update
  EXPECT_EQ(raw(0xf7), 0x80000U);
  EXPECT_EQ(read_registers(0x88, 2), bytes({0x70, 0x6b}));
  clock->advance(2ms);
  EXPECT_EQ(read_register(status), 0x00);
  EXPECT_EQ(read_register(0xe0), 0x00);
}

TEST_F(Bmp280Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach("bme280");
  chip->set_temperature(-12.5);
  write_register(ctrl_hum, 0x03);
  write_register(ctrl_meas, 0x27);
  clock->advance(3ms);
  const State state = chip->state();
  const auto other = std::make_shared<Bmp280>("bme280", at(0x77));
  bus.attach(other);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_TRUE(other->is_measuring());
  EXPECT_EQ(other->temperature(), -12.5);
}

TEST_F(Bmp280Test, quantities_out_of_range_are_refused_with_the_range) {
  const auto chip = attach();

  EXPECT_THAT([&] { chip->set_temperature(86); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("86 C (expected -40 to 85)")));
  EXPECT_THAT(
      [&] { chip->set_pressure(1000); },
      ThrowsMessage<std::invalid_argument>(HasSubstr("1000 Pa (expected 30000 to 110000)")));
  EXPECT_THAT([&] { chip->set_humidity(50); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("does not measure humidity")));
}

TEST_F(Bmp280Test, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Bmp280("bme280", at(0x78)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x76 to 0x77")));
}

}  // namespace
}  // namespace vhost_device::sim
