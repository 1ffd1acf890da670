// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// States whose values contradict each other, or are beyond what the chip could ever have: a driver
// would wait for ever for a conversion that nobody does, or be told what cannot be.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/registry.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Spoilt {
  const char* part;
  unsigned address;
  Bytes written;     // by which the chip gets into the state that is spoilt
  const char* name;  // of the value
  StateValue value;  // that does not go with the others
  const char* error;
};

void PrintTo(const Spoilt& spoilt, std::ostream* out) { *out << spoilt.part << " " << spoilt.name; }

constexpr std::monostate none;
constexpr std::int64_t year_ns = 31'557'600'000'000'000;

StateValue number(std::int64_t value) { return value; }

class SpoiltState : public ::testing::TestWithParam<Spoilt> {
 protected:
  std::shared_ptr<Device> chip = [] {
    const Part& part = *find_part(GetParam().part);
    return part.make(part, at(GetParam().address), FakeProperties());
  }();
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
};

TEST_P(SpoiltState, is_refused_and_changes_nothing) {
  bus.attach(chip);
  Controller(bus).write(GetParam().address, GetParam().written);
  const State before = chip->state();
  State spoilt = before;
  const auto value = std::ranges::find(spoilt, GetParam().name, &State::value_type::first);
  ASSERT_NE(value, spoilt.end());
  value->second = GetParam().value;

  EXPECT_THAT([&] { chip->set_state(spoilt); },
              ThrowsMessage<StateError>(HasSubstr(GetParam().error)));

  EXPECT_EQ(chip->state(), before);
}

const auto no_write = Bytes();

INSTANTIATE_TEST_SUITE_P(
    conversions, SpoiltState,
    ::testing::Values(
        Spoilt{"bmp280", 0x76, bytes({0xf4, 0x25}), "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"bmp280", 0x76, bytes({0xf4, 0x27}), "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"bmp280", 0x76, bytes({0xf4, 0x27}), "conversion_period_ns", number(0),
               "conversion_period_ns: expected more than measurement_ns"},
        Spoilt{"bmp280", 0x76, bytes({0xf4, 0x25}), "mode", number(0), "conversion_end_ns"},
        Spoilt{"bmp280", 0x76, bytes({0xf4, 0x25}), "mode", number(2), "mode: expected 0, 1 or 3"},
        Spoilt{"bmp280", 0x76, no_write, "registers.ctrl_meas", number(0x25),
               "registers.ctrl_meas: asks for measurements"},
        Spoilt{"bmp280", 0x76, no_write, "humidity_sampling", number(1), "(expected 0 to 0)"},
        Spoilt{"tmp102", 0x48, no_write, "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"tmp102", 0x48, no_write, "conversion_period_ns", number(0),
               "conversion_period_ns: 0 (expected 250000000)"},
        // In shutdown, OS: one conversion.
        Spoilt{"tmp102", 0x48, bytes({0x01, 0xe1, 0xa0}), "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"lm75", 0x48, no_write, "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"jc42", 0x18, no_write, "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"jc42", 0x18, bytes({0x01, 0x01, 0x00}), "conversion_end_ns", number(1),
               "conversion_end_ns: expected null"},
        Spoilt{"ads1115", 0x48, bytes({0x01, 0x84, 0x83}), "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"ads1115", 0x48, bytes({0x01, 0x84, 0x83}), "conversion_period_ns", number(0),
               "conversion_period_ns: 0 (expected 7812500)"},
        Spoilt{"ads1115", 0x48, bytes({0x01, 0xc5, 0x83}), "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"ads1115", 0x48, no_write, "converted_full_scale_v", 3.0, "no gain of the part"},
        Spoilt{"ina219", 0x40, no_write, "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"ina226", 0x40, bytes({0x00, 0x41, 0x20}), "conversion_end_ns", number(1),
               "conversion_end_ns: expected null"},
        Spoilt{"mpu6050", 0x68, bytes({0x6b, 0x00}), "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"adxl345", 0x53, bytes({0x2d, 0x08}), "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"adxl345", 0x53, no_write, "fifo.entries", number(2),
               "fifo.entries: the FIFO is bypassed"},
        Spoilt{"sht3x", 0x44, bytes({0x24, 0x00}), "conversion_end_ns", none,
               "conversion_end_ns: expected a moment"},
        Spoilt{"sht3x", 0x44, bytes({0x21, 0x30}), "conversion_period_ns", number(0),
               "conversion_period_ns: expected one in periodic mode"},
        Spoilt{"sht3x", 0x44, bytes({0xf3, 0x2d}), "reply_length", number(2),
               "reply_length: expected 0, 3 or 6"},
        // Its EEPROM would be busy over and over.
        Spoilt{"mcp4725", 0x60, bytes({0x60, 0x80, 0x00}), "conversion_period_ns",
               number(1'000'000), "conversion_period_ns: 1000000 (expected 0)"},
        Spoilt{"ds3231", 0x68, bytes({0x0e, 0x3c}), "demanded_conversion_ns", none,
               "demanded_conversion_ns: expected a moment"}));

INSTANTIATE_TEST_SUITE_P(
    clocks, SpoiltState,
    ::testing::Values(
        Spoilt{"ds1307", 0x68, bytes({0x00, 0x00}), "last_tick_ns", none, "the oscillator runs"},
        Spoilt{"ds1307", 0x68, no_write, "last_tick_ns", number(0), "the oscillator stands still"},
        Spoilt{"ds3231", 0x68, no_write, "last_tick_ns", none, "the oscillator runs"},
        Spoilt{"ds1339", 0x68, bytes({0x0e, 0x98}), "last_tick_ns", number(0),
               "the oscillator stands still"},
        Spoilt{"pcf8563", 0x51, no_write, "last_tick_ns", none, "the oscillator runs"},
        Spoilt{"pcf8563", 0x51, bytes({0x0e, 0x82, 0x05}), "countdown_ns", none,
               "countdown_ns: expected a moment"}));

INSTANTIATE_TEST_SUITE_P(
    moments_too_far_ahead, SpoiltState,
    ::testing::Values(
        Spoilt{"ds3231", 0x68, no_write, "last_tick_ns", number(1), "to 0)"},
        Spoilt{"ds3231", 0x68, no_write, "next_conversion_ns", number(64'000'000'001),
               "to 64000000000)"},
        Spoilt{"pcf8563", 0x51, bytes({0x0e, 0x82, 0x05}), "countdown_ns", number(1), "to 0)"},
        Spoilt{"24c02", 0x50, no_write, "busy_until_ns", number(60'000'000'001), "to 60000000000)"},
        Spoilt{"tmp102", 0x48, no_write, "conversion_end_ns", number(year_ns), "to 4000000000)"},
        Spoilt{"lm75", 0x48, no_write, "conversion_end_ns", number(year_ns), "to 800000000)"},
        Spoilt{"sht3x", 0x44, bytes({0x30, 0xa2}), "reset_end_ns", number(500'001), "to 500000)"},
        Spoilt{"mpu6050", 0x68, no_write, "pulse_end_ns", number(50'001), "to 50000)"}));

INSTANTIATE_TEST_SUITE_P(
    quantities, SpoiltState,
    ::testing::Values(
        Spoilt{"pmbus", 0x58, no_write, "input_v", 101.0, "(expected 0 to 100)"},
        Spoilt{"pmbus", 0x58, no_write, "input_a", -1.0, "(expected 0 to 100)"},
        Spoilt{"pmbus", 0x58, no_write, "temperature_c", 151.0, "(expected -55 to 150)"},
        Spoilt{"pmbus", 0x58, no_write, "fan_rpm", -1.0, "(expected 0 to 30000)"},
        // The most that LINEAR16 says with an exponent of -10.
        Spoilt{"pmbus", 0x58, no_write, "rail.1.v", 64.0, "rail.1.v: 64"},
        Spoilt{"pmbus", 0x58, no_write, "rail.0.a", 101.0, "(expected 0 to 100)"},
        Spoilt{"pmbus", 0x58, no_write, "registers.page", number(3),
               "registers.page: expected 0 to 2, or 255"},
        Spoilt{"tmp75", 0x48, no_write, "pointer", number(4), "(expected 0 to 3)"},
        Spoilt{"tmp102", 0x48, no_write, "alert.faults", number(6), "(expected 0 to 5)"},
        Spoilt{"ee1004", 0x50, no_write, "pointer", number(256),
               "pointer: not in the visible page"},
        Spoilt{"pca9535", 0x20, no_write, "driven_high", number(1),
               "driven_high: has pins that are not driven"}));

}  // namespace
}  // namespace vhost_device::sim
