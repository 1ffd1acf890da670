// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/adxl345.hpp"

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

constexpr std::uint8_t rate = 0x2c;
constexpr std::uint8_t power = 0x2d;
constexpr std::uint8_t enable = 0x2e;
constexpr std::uint8_t map = 0x2f;
constexpr std::uint8_t source = 0x30;
constexpr std::uint8_t format = 0x31;
constexpr std::uint8_t data = 0x32;
constexpr std::uint8_t fifo = 0x38;
constexpr std::uint8_t fifo_status = 0x39;

class Adxl345Test : public ::testing::Test {
 protected:
  std::shared_ptr<Adxl345> attach(bool measures = true) {
    auto chip = std::make_shared<Adxl345>("adxl345", at(0x53));
    bus.attach(chip);
    if (measures) write(power, 0x08);
    return chip;
  }
  void write(std::uint8_t pointer, std::uint8_t value) {
    controller.write(0x53, bytes({pointer, value}));
  }
  Bytes read(std::uint8_t pointer, std::size_t length = 1) {
    return controller.write_read(0x53, bytes({pointer}), length);
  }
  // A sample with this many codes on the X axis.
  static void sample(Adxl345& chip, int code) { chip.set_acceleration({code / 256.0, 0, 0}); }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

// Table 19.
TEST_F(Adxl345Test, registers_after_power_up_are_the_datasheets) {
  attach(false);

  EXPECT_EQ(read(0x00), bytes({0xe5}));
  EXPECT_EQ(read(rate), bytes({0x0a}));
  EXPECT_EQ(read(power), bytes({0x00}));
  EXPECT_EQ(read(source), bytes({0x02}));
  EXPECT_EQ(read(data, 8), bytes({0, 0, 0, 0, 0, 0, 0, 0}));
}

struct Reading {
  std::uint8_t format;
  double g;
  std::uint8_t low;
  std::uint8_t high;
};

class Adxl345Readings : public Adxl345Test, public ::testing::WithParamInterface<Reading> {};

// Table 1: 256, 128, 64 and 32 LSB/g in 10 bits, 256 LSB/g at full resolution.
TEST_P(Adxl345Readings, reading_has_the_formats_code) {
  const auto chip = attach();
  write(format, GetParam().format);
  chip->set_acceleration({0, GetParam().g, 0});

  EXPECT_EQ(read(data + 2, 2), bytes({GetParam().low, GetParam().high}));
}

INSTANTIATE_TEST_SUITE_P(
    formats, Adxl345Readings,
    ::testing::Values(Reading{0x00, 1, 0x00, 0x01}, Reading{0x00, -1, 0x00, 0xff},
                      Reading{0x00, 16, 0xff, 0x01}, Reading{0x00, -16, 0x00, 0xfe},
                      Reading{0x01, 1, 0x80, 0x00}, Reading{0x02, 1, 0x40, 0x00},
                      Reading{0x03, 1, 0x20, 0x00}, Reading{0x03, -16, 0x00, 0xfe},
                      Reading{0x08, 1, 0x00, 0x01}, Reading{0x0b, 1, 0x00, 0x01},
                      Reading{0x0b, 16, 0xff, 0x0f}, Reading{0x0b, -16, 0x00, 0xf0},
                      Reading{0x04, 1, 0x00, 0x40}, Reading{0x0f, -16, 0x00, 0x80}));

// Figure 49.
TEST_F(Adxl345Test, lowest_bit_is_zero_at_the_fastest_rates) {
  const auto chip = attach();
  write(rate, 0x0e);
  sample(*chip, 3);
  EXPECT_EQ(read(data, 2), bytes({0x02, 0x00}));
  write(rate, 0x0d);
  sample(*chip, 3);
  EXPECT_EQ(read(data, 2), bytes({0x03, 0x00}));
}

// "OFSX, OFSY, OFSZ": 15.6 mg/LSB, 7f is 2 g.
TEST_F(Adxl345Test, offsets_are_added) {
  const auto chip = attach();
  write(0x1e, 0xff);
  write(0x20, 0x40);
  chip->set_acceleration({0, 0, -0.5});

  EXPECT_EQ(read(data, 6), bytes({0xfc, 0xff, 0x00, 0x00, 0x80, 0x00}));
}

TEST_F(Adxl345Test, samples_come_at_the_data_rate) {
  const auto chip = attach(false);
  write(rate, 0x0f);  // 3200 Hz
  write(power, 0x08);
  EXPECT_EQ(chip->data_rate(), 3200);
  clock->advance(1100us + 312us);
  EXPECT_EQ(read(source), bytes({0x02}));
  clock->advance(1us);
  EXPECT_EQ(read(source), bytes({0x82}));
  EXPECT_EQ(read(data, 6), bytes({0, 0, 0, 0, 0x00, 0x01}));
}

TEST_F(Adxl345Test, standby_takes_no_samples) {
  const auto chip = attach(false);
  sample(*chip, 100);
  clock->advance(1h);

  EXPECT_EQ(read(source), bytes({0x02}));
  EXPECT_EQ(read(data, 2), bytes({0x00, 0x00}));
}

TEST_F(Adxl345Test, data_ready_goes_when_the_data_is_read) {
  const auto chip = attach();
  write(enable, 0x80);
  EXPECT_EQ(chip->int1_level(), Level::low);
  sample(*chip, 1);
  EXPECT_EQ(chip->int1_level(), Level::high);
  EXPECT_EQ(chip->int2_level(), Level::low);
  read(data, 6);
  EXPECT_EQ(chip->int1_level(), Level::low);
}

TEST_F(Adxl345Test, unread_sample_that_is_replaced_is_an_overrun) {
  const auto chip = attach();
  sample(*chip, 1);
  sample(*chip, 2);
  EXPECT_EQ(read(source), bytes({0x83}));
  EXPECT_EQ(read(data, 2), bytes({0x02, 0x00}));
  EXPECT_EQ(read(source), bytes({0x02}));
}

TEST_F(Adxl345Test, interrupt_goes_to_the_pin_it_is_mapped_to_and_may_be_inverted) {
  const auto chip = attach();
  write(enable, 0x80);
  write(map, 0x80);
  sample(*chip, 1);
  EXPECT_EQ(chip->int1_level(), Level::low);
  EXPECT_EQ(chip->int2_level(), Level::high);
  write(format, 0x20);
  EXPECT_EQ(chip->int1_level(), Level::high);
  EXPECT_EQ(chip->int2_level(), Level::low);
}

TEST_F(Adxl345Test, fifo_gives_samples_in_their_order) {
  const auto chip = attach();
  write(fifo, 0x40);
  sample(*chip, 1);
  sample(*chip, 2);
  sample(*chip, 3);
  EXPECT_EQ(read(fifo_status), bytes({0x03}));
  EXPECT_EQ(read(data, 2), bytes({0x01, 0x00}));
  EXPECT_EQ(read(data, 6), bytes({0x02, 0x00, 0, 0, 0, 0}));
  EXPECT_EQ(read(data, 2), bytes({0x03, 0x00}));
  EXPECT_EQ(chip->fifo_entries(), 0U);
  EXPECT_EQ(read(data, 2), bytes({0x03, 0x00}));
}

// "Retrieving Data from FIFO": a read is over on the way from 37 to 38.
TEST_F(Adxl345Test, burst_that_goes_on_to_the_status_sees_one_sample_less) {
  const auto chip = attach();
  write(fifo, 0x80);
  sample(*chip, 1);
  sample(*chip, 2);

  EXPECT_EQ(read(data, 8), bytes({0x01, 0x00, 0, 0, 0, 0, 0x80, 0x01}));
}

TEST_F(Adxl345Test, fifo_mode_stops_when_full_and_stream_mode_goes_on) {
  const auto chip = attach();
  write(fifo, 0x40);
  for (int code = 1; code <= 40; ++code) sample(*chip, code);
  EXPECT_EQ(read(fifo_status), bytes({33}));
  EXPECT_EQ(read(data, 2), bytes({1, 0}));

  write(fifo, 0x00);
  EXPECT_EQ(read(fifo_status), bytes({0}));
  write(fifo, 0x80);
  for (int code = 1; code <= 40; ++code) sample(*chip, code);
  EXPECT_EQ(read(fifo_status), bytes({33}));
  EXPECT_EQ(read(data, 2), bytes({8, 0}));
}

TEST_F(Adxl345Test, overrun_tells_of_a_full_fifo_until_it_is_read) {
  const auto chip = attach();
  write(fifo, 0x80);
  for (int code = 1; code <= 31; ++code) sample(*chip, code);
  EXPECT_EQ(read(source), bytes({0x82}));
  sample(*chip, 32);
  EXPECT_EQ(read(source), bytes({0x83}));
  read(data, 6);
  EXPECT_EQ(read(source), bytes({0x82}));
}

TEST_F(Adxl345Test, watermark_is_reached_and_left) {
  const auto chip = attach();
  write(fifo, 0x82);
  write(enable, 0x02);
  sample(*chip, 1);
  EXPECT_EQ(chip->int1_level(), Level::low);
  sample(*chip, 2);
  EXPECT_EQ(chip->int1_level(), Level::high);
  read(data, 6);
  EXPECT_EQ(chip->int1_level(), Level::low);
}

TEST_F(Adxl345Test, fifo_fills_up_with_time) {
  attach();
  write(fifo, 0x80);
  clock->advance(1100us + 10 * 10ms);
  EXPECT_EQ(read(fifo_status), bytes({10}));
  clock->advance(24h);
  EXPECT_EQ(read(fifo_status), bytes({33}));
}

// 62.5 mg/LSB.
TEST_F(Adxl345Test, activity_beyond_its_threshold_is_told_until_it_is_read) {
  const auto chip = attach();
  write(0x24, 0x20);  // 2 g
  write(0x27, 0x40);  // X, dc-coupled
  write(enable, 0x10);
  chip->set_acceleration({-2, 3, 0});
  EXPECT_EQ(chip->int1_level(), Level::low);
  chip->set_acceleration({-2.01, 0, 0});
  chip->set_acceleration({0, 0, 0});
  EXPECT_EQ(chip->int1_level(), Level::high);
  EXPECT_EQ(read(source), bytes({0x93}));
  EXPECT_EQ(chip->int1_level(), Level::low);
}

TEST_F(Adxl345Test, trigger_keeps_the_last_samples_and_then_loses_none) {
  const auto chip = attach();
  write(0x24, 0x10);  // 1 g
  write(0x27, 0x40);
  write(enable, 0x10);
  write(fifo, 0xc2);
  for (int code = 1; code <= 40; ++code) sample(*chip, code);
  EXPECT_EQ(read(fifo_status), bytes({33}));
  sample(*chip, 257);
  EXPECT_EQ(read(fifo_status), bytes({0x82}));
  sample(*chip, 3);
  EXPECT_EQ(read(data, 2), bytes({40, 0}));
  EXPECT_EQ(read(data, 2), bytes({0x01, 0x01}));
  EXPECT_EQ(read(data, 2), bytes({3, 0}));
}

TEST_F(Adxl345Test, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach();
  write(format, 0x0b);
  write(fifo, 0x80);
  sample(*chip, 1000);
  sample(*chip, -1000);
  const State state = chip->state();
  const auto other = std::make_shared<Adxl345>("adxl345", at(0x1d));
  bus.attach(other);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_EQ(controller.write_read(0x1d, bytes({data}), 2), bytes({0xe8, 0x03}));
  EXPECT_EQ(controller.write_read(0x1d, bytes({data}), 2), bytes({0x18, 0xfc}));
}

TEST_F(Adxl345Test, acceleration_out_of_range_is_refused_with_the_range) {
  const auto chip = attach();

  EXPECT_THAT(
      [&] {
        chip->set_acceleration({0, 17, 0});
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("17 g (expected -16 to 16)")));
  EXPECT_EQ(chip->acceleration(), lying_flat);
}

TEST_F(Adxl345Test, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Adxl345("adxl345", at(0x1e)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x53 or 0x1d")));
}

}  // namespace
}  // namespace vhost_device::sim
