// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/mpu6050.hpp"

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

constexpr std::uint8_t divider = 0x19;
constexpr std::uint8_t config = 0x1a;
constexpr std::uint8_t gyro_config = 0x1b;
constexpr std::uint8_t accel_config = 0x1c;
constexpr std::uint8_t fifo_enable = 0x23;
constexpr std::uint8_t int_pin = 0x37;
constexpr std::uint8_t int_enable = 0x38;
constexpr std::uint8_t int_status = 0x3a;
constexpr std::uint8_t accel = 0x3b;
constexpr std::uint8_t temp = 0x41;
constexpr std::uint8_t gyro = 0x43;
constexpr std::uint8_t user_control = 0x6a;
constexpr std::uint8_t power_1 = 0x6b;
constexpr std::uint8_t power_2 = 0x6c;
constexpr std::uint8_t fifo_count = 0x72;
constexpr std::uint8_t fifo_data = 0x74;
constexpr std::uint8_t who_am_i = 0x75;

class Mpu6050Test : public ::testing::Test {
 protected:
  // Awake, with a sample every millisecond.
  std::shared_ptr<Mpu6050> attach() {
    auto chip = std::make_shared<Mpu6050>("mpu6050", at(0x68));
    bus.attach(chip);
    write(config, 1);
    write(power_1, 0);
    return chip;
  }
  void write(std::uint8_t pointer, std::uint8_t value) {
    controller.write(0x68, bytes({pointer, value}));
  }
  Bytes read(std::uint8_t pointer, std::size_t length = 1) {
    return controller.write_read(0x68, bytes({pointer}), length);
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

// RM-MPU-6000A-00, 3: 0 but for these two.
TEST_F(Mpu6050Test, chip_after_power_up_sleeps_and_knows_its_name) {
  const auto chip = std::make_shared<Mpu6050>("mpu6050", at(0x69));
  bus.attach(chip);
  clock->advance(1h);

  EXPECT_EQ(controller.write_read(0x69, bytes({power_1}), 1), bytes({0x40}));
  EXPECT_EQ(controller.write_read(0x69, bytes({who_am_i}), 1), bytes({0x68}));
  EXPECT_EQ(controller.write_read(0x69, bytes({accel}), 6), bytes({0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(chip->is_asleep());
}

TEST_F(Mpu6050Test, burst_goes_through_all_readings_big_endian) {
  const auto chip = attach();
  chip->set_acceleration({0.5, -1, 1});
  chip->set_angular_velocity({1, -1, 100});
  chip->set_temperature(36.53);

  EXPECT_EQ(read(accel, 14), bytes({0x20, 0x00, 0xc0, 0x00, 0x40, 0x00,     // 16384 LSB/g
                                    0x00, 0x00,                             //
                                    0x00, 0x83, 0xff, 0x7d, 0x33, 0x2c}));  // 131 LSB/(deg/s)
}

struct Scale {
  std::uint8_t setting;
  double value;
  std::uint8_t high;
  std::uint8_t low;
};

class Mpu6050AccelerationScales : public Mpu6050Test,
                                  public ::testing::WithParamInterface<Scale> {};

// RM-MPU-6000A-00, 4.17.
TEST_P(Mpu6050AccelerationScales, reading_has_the_ranges_code) {
  const auto chip = attach();
  write(accel_config, GetParam().setting);
  chip->set_acceleration({GetParam().value, 0, 0});

  EXPECT_EQ(read(accel, 2), bytes({GetParam().high, GetParam().low}));
}

INSTANTIATE_TEST_SUITE_P(ranges, Mpu6050AccelerationScales,
                         ::testing::Values(Scale{0x00, 1, 0x40, 0x00}, Scale{0x08, 1, 0x20, 0x00},
                                           Scale{0x10, 1, 0x10, 0x00}, Scale{0x18, 1, 0x08, 0x00},
                                           Scale{0x00, 16, 0x7f, 0xff},
                                           Scale{0x00, -16, 0x80, 0x00},
                                           Scale{0x18, -16, 0x80, 0x00},
                                           Scale{0x18, 16, 0x7f, 0xff}));

class Mpu6050GyroScales : public Mpu6050Test, public ::testing::WithParamInterface<Scale> {};

// RM-MPU-6000A-00, 4.19: 131, 65.5, 32.8 and 16.4 LSB per degree per second.
TEST_P(Mpu6050GyroScales, reading_has_the_ranges_code) {
  const auto chip = attach();
  write(gyro_config, GetParam().setting);
  chip->set_angular_velocity({0, GetParam().value, 0});

  EXPECT_EQ(read(gyro + 2, 2), bytes({GetParam().high, GetParam().low}));
}

INSTANTIATE_TEST_SUITE_P(ranges, Mpu6050GyroScales,
                         ::testing::Values(Scale{0x00, 10, 0x05, 0x1e}, Scale{0x08, 10, 0x02, 0x8f},
                                           Scale{0x10, 10, 0x01, 0x48}, Scale{0x18, 10, 0x00, 0xa4},
                                           Scale{0x00, 2000, 0x7f, 0xff},
                                           Scale{0x18, 2000, 0x7f, 0xff},
                                           Scale{0x18, -1000, 0xbf, 0xf0}));

// RM-MPU-6000A-00, 4.18: degrees = code / 340 + 36.53.
TEST_F(Mpu6050Test, temperature_has_the_datasheets_code) {
  const auto chip = attach();
  chip->set_temperature(-40);
  EXPECT_EQ(read(temp, 2), bytes({0x9a, 0x5c}));  // -26020
  chip->set_temperature(85);
  EXPECT_EQ(read(temp, 2), bytes({0x40, 0x60}));  // 16480
}

struct Rate {
  std::uint8_t config;
  std::uint8_t divider;
  double hertz;
};

class Mpu6050Rates : public Mpu6050Test, public ::testing::WithParamInterface<Rate> {};

// RM-MPU-6000A-00, 4.2.
TEST_P(Mpu6050Rates, sample_rate_is_the_gyroscopes_divided) {
  const auto chip = attach();
  write(config, GetParam().config);
  write(divider, GetParam().divider);

  EXPECT_NEAR(chip->sample_rate(), GetParam().hertz, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(rates, Mpu6050Rates,
                         ::testing::Values(Rate{0, 0, 8000}, Rate{7, 7, 1000}, Rate{1, 0, 1000},
                                           Rate{6, 4, 200}, Rate{4, 255, 3.90625}));

TEST_F(Mpu6050Test, sample_is_ready_after_its_period_until_the_status_is_read) {
  attach();
  write(divider, 19);
  clock->advance(20ms - 1us);
  EXPECT_EQ(read(int_status), bytes({0x00}));
  clock->advance(1us);
  EXPECT_EQ(read(accel + 4, 2), bytes({0x40, 0x00}));
  EXPECT_EQ(read(int_status), bytes({0x01}));
  EXPECT_EQ(read(int_status), bytes({0x00}));
}

TEST_F(Mpu6050Test, sleeping_chip_keeps_its_readings) {
  const auto chip = attach();
  chip->set_acceleration({1, 0, 0});
  write(power_1, 0x40);
  chip->set_acceleration({-1, 0, 0});
  clock->advance(1h);
  EXPECT_EQ(read(accel, 2), bytes({0x40, 0x00}));
}

TEST_F(Mpu6050Test, axis_in_standby_and_disabled_thermometer_keep_their_readings) {
  const auto chip = attach();
  chip->set_acceleration({1, 1, 1});
  write(power_2, 0x10);  // Y of the accelerometer
  write(power_1, 0x08);  // no temperature
  const Bytes temperature = read(temp, 2);
  chip->set_temperature(80);
  chip->set_acceleration({-1, -1, -1});
  EXPECT_EQ(read(accel, 6), bytes({0xc0, 0x00, 0x40, 0x00, 0xc0, 0x00}));
  EXPECT_EQ(read(temp, 2), temperature);
}

// RM-MPU-6000A-00, 4.29: 1.25 Hz.
TEST_F(Mpu6050Test, cycle_mode_wakes_up_at_its_own_rate) {
  attach();
  write(power_1, 0x20);
  clock->advance(799ms);
  EXPECT_EQ(read(int_status), bytes({0x00}));
  clock->advance(1ms);
  EXPECT_EQ(read(int_status), bytes({0x01}));
}

TEST_F(Mpu6050Test, reset_brings_every_register_back) {
  const auto chip = attach();
  write(gyro_config, 0x18);
  write(power_1, 0x80);
  EXPECT_EQ(read(gyro_config), bytes({0x00}));
  EXPECT_EQ(read(power_1), bytes({0x40}));
  EXPECT_EQ(read(accel + 4, 2), bytes({0x00, 0x00}));
  EXPECT_TRUE(chip->is_asleep());
}

TEST_F(Mpu6050Test, fifo_has_what_is_enabled_in_the_order_of_the_registers) {
  const auto chip = attach();
  chip->set_angular_velocity({10, 20, 30});
  chip->set_temperature(36.53 + 1);
  write(fifo_enable, 0xa8);  // temperature, Y of the gyroscope, accelerometer
  write(user_control, 0x40);
  clock->advance(2ms);
  EXPECT_EQ(read(fifo_count, 2), bytes({0, 20}));
  EXPECT_EQ(read(fifo_data, 10),
            bytes({0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x01, 0x54, 0x0a, 0x3c}));
  EXPECT_EQ(read(fifo_count, 2), bytes({0, 10}));
}

// RM-MPU-6000A-00, 4.31.
TEST_F(Mpu6050Test, empty_fifo_gives_the_last_byte_again) {
  attach();
  write(fifo_data, 0x12);
  write(fifo_data, 0x34);
  EXPECT_EQ(read(fifo_data, 4), bytes({0x12, 0x34, 0x34, 0x34}));
}

// RM-MPU-6000A-00, 4.30.
TEST_F(Mpu6050Test, low_byte_of_the_count_is_that_of_the_last_high_byte) {
  attach();
  write(fifo_data, 1);
  EXPECT_EQ(read(fifo_count + 1), bytes({0}));
  EXPECT_EQ(read(fifo_count), bytes({0}));
  write(fifo_data, 2);
  EXPECT_EQ(read(fifo_count + 1), bytes({1}));
}

TEST_F(Mpu6050Test, fifo_that_overflows_loses_the_oldest_and_says_so) {
  const auto chip = attach();
  write(fifo_enable, 0x08);
  write(user_control, 0x40);
  clock->advance(170ms);  // 1020 bytes
  EXPECT_EQ(chip->fifo_count(), 1020U);
  EXPECT_EQ(read(int_status), bytes({0x01}));
  clock->advance(1ms);
  EXPECT_EQ(chip->fifo_count(), 1024U);
  EXPECT_EQ(read(int_status), bytes({0x11}));
  EXPECT_EQ(read(fifo_data, 4), bytes({0x00, 0x00, 0x40, 0x00}));
  clock->advance(24h);
  EXPECT_EQ(chip->fifo_count(), 1024U);
  EXPECT_EQ(read(fifo_data, 4), bytes({0x00, 0x00, 0x40, 0x00}));
}

// RM-MPU-6000A-00, 4.27: only while FIFO_EN is 0; the bit clears itself.
TEST_F(Mpu6050Test, fifo_is_reset_while_it_is_off) {
  const auto chip = attach();
  write(fifo_data, 1);
  write(user_control, 0x44);
  EXPECT_EQ(chip->fifo_count(), 1U);
  write(user_control, 0x04);
  EXPECT_EQ(chip->fifo_count(), 0U);
  EXPECT_EQ(read(user_control), bytes({0x00}));
}

TEST_F(Mpu6050Test, latched_interrupt_lasts_until_the_status_is_read) {
  const auto chip = attach();
  write(int_pin, 0xa0);  // active low, latched
  write(int_enable, 0x01);
  EXPECT_EQ(chip->interrupt_level(), Level::high);
  clock->advance(5ms);
  EXPECT_EQ(chip->interrupt_level(), Level::low);
  read(accel, 6);
  EXPECT_EQ(chip->interrupt_level(), Level::low);
  read(int_status);
  EXPECT_EQ(chip->interrupt_level(), Level::high);
}

TEST_F(Mpu6050Test, any_read_ends_an_interrupt_that_asks_for_it) {
  const auto chip = attach();
  write(int_pin, 0x30);
  write(int_enable, 0x01);
  clock->advance(1ms);
  EXPECT_EQ(chip->interrupt_level(), Level::high);
  read(accel, 6);
  EXPECT_EQ(chip->interrupt_level(), Level::low);
}

TEST_F(Mpu6050Test, interrupt_that_is_not_latched_is_a_pulse_of_50_microseconds) {
  const auto chip = attach();
  write(int_enable, 0x01);
  clock->advance(1ms + 49us);
  EXPECT_EQ(chip->interrupt_level(), Level::high);
  clock->advance(1us);
  EXPECT_EQ(chip->interrupt_level(), Level::low);
}

TEST_F(Mpu6050Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach();
  chip->set_angular_velocity({1, 2, 3});
  write(int_enable, 0x01);
  write(fifo_enable, 0x78);
  write(user_control, 0x40);
  clock->advance(3ms);
  const State state = chip->state();
  const auto other = std::make_shared<Mpu6050>("mpu6050", at(0x69));
  bus.attach(other);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_EQ(controller.write_read(0x69, bytes({fifo_data}), 12), read(fifo_data, 12));
  EXPECT_EQ(other->fifo_count(), 24U);
}

TEST_F(Mpu6050Test, value_out_of_range_is_refused_with_the_range) {
  const auto chip = attach();

  EXPECT_THAT(
      [&] {
        chip->set_angular_velocity({0, 0, -2001});
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("-2001 deg/s (expected -2000 to 2000)")));
  EXPECT_THAT([&] { chip->set_temperature(86); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("86 C (expected -40 to 85)")));
  EXPECT_EQ(chip->angular_velocity(), (Axes{0, 0, 0}));
}

TEST_F(Mpu6050Test, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Mpu6050("mpu6050", at(0x6a)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x68 to 0x69")));
}

}  // namespace
}  // namespace vhost_device::sim
