// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "backends/sim/registers/register.hpp"

// The register maps of the DS1307, DS3231 and DS1339.

namespace vhost_device::sim::ds1307 {

namespace bit {
// hours, and the alarms' hours
constexpr std::uint32_t twelve_hours = 0x40;
constexpr std::uint32_t pm = 0x20;
// seconds of the DS1307
constexpr std::uint32_t clock_halt = 0x80;
// month, but not of the DS1307
constexpr std::uint32_t century = 0x80;
// each register of an alarm: it is not compared
constexpr std::uint32_t mask = 0x80;
// an alarm's day: of the week, not of the month
constexpr std::uint32_t day_of_week = 0x40;
// control of the DS1307
constexpr std::uint32_t out = 0x80;
constexpr std::uint32_t square_wave = 0x10;
// control of the others
constexpr std::uint32_t stop_oscillator = 0x80;  // only with the battery on a DS3231
constexpr std::uint32_t convert = 0x20;          // DS3231
constexpr std::uint32_t interrupts = 0x04;
// status of the others
constexpr std::uint32_t oscillator_stopped = 0x80;
constexpr std::uint32_t busy = 0x04;  // DS3231
constexpr std::uint32_t alarm_flags = 0x03;
}  // namespace bit

// clang-format off
constexpr Register seconds{.name = "seconds", .address = 0x00, .writable = 0x7f};
constexpr Register minutes{.name = "minutes", .address = 0x01, .writable = 0x7f};
constexpr Register hours{.name = "hours", .address = 0x02, .writable = 0x7f};
constexpr Register day{.name = "day", .address = 0x03, .reset = 0x01, .writable = 0x07};
constexpr Register date{.name = "date", .address = 0x04, .reset = 0x01, .writable = 0x3f};
constexpr Register month{.name = "month", .address = 0x05, .reset = 0x01, .writable = 0x9f};
constexpr Register year{.name = "year", .address = 0x06};
constexpr Register alarm_1_seconds{.name = "alarm_1_seconds", .address = 0x07};
constexpr Register alarm_1_minutes{.name = "alarm_1_minutes", .address = 0x08};
constexpr Register alarm_1_hours{.name = "alarm_1_hours", .address = 0x09};
constexpr Register alarm_1_day{.name = "alarm_1_day", .address = 0x0a};
constexpr Register alarm_2_minutes{.name = "alarm_2_minutes", .address = 0x0b};
constexpr Register alarm_2_hours{.name = "alarm_2_hours", .address = 0x0c};
constexpr Register alarm_2_day{.name = "alarm_2_day", .address = 0x0d};
constexpr Register control{.name = "control", .address = 0x0e};
constexpr Register status{.name = "status", .address = 0x0f};
constexpr Register temperature_msb{.name = "temperature_msb", .address = 0x11, .writable = 0};
constexpr Register temperature_lsb{.name = "temperature_lsb", .address = 0x12, .writable = 0};

// The DS1307's own (19-5045, table 2 and "First application of power").
constexpr Register halt_seconds{.name = "seconds", .address = 0x00, .reset = bit::clock_halt};
constexpr Register plain_month{.name = "month", .address = 0x05, .reset = 0x01, .writable = 0x1f};
constexpr Register output_control{.name = "control", .address = 0x07, .reset = 0x03, .writable = 0x93};
// clang-format on

constexpr std::uint32_t first_memory = 0x08;
constexpr std::size_t memory_size = 56;

// Each byte of the memory has a name of its own: "ram_08" to "ram_3f".
constexpr auto memory_names = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::array<char, 6>, memory_size> names{};
  for (std::size_t i = 0; i < memory_size; ++i) {
    const std::size_t address = first_memory + i;
    names[i] = {'r', 'a', 'm', '_', digits[address / 16], digits[address % 16]};
  }
  return names;
}();

constexpr auto ds1307_map = [] {
  std::array<Register, first_memory + memory_size> map{};
  const std::array clock{halt_seconds, minutes,     hours, day,
                         date,         plain_month, year,  output_control};
  std::copy(clock.begin(), clock.end(), map.begin());
  for (std::size_t i = 0; i < memory_size; ++i) {
    Register& byte = map[first_memory + i];
    byte.name = std::string_view(memory_names[i].data(), memory_names[i].size());
    byte.address = static_cast<std::uint32_t>(first_memory + i);
  }
  return map;
}();

constexpr Register with(Register reg, std::uint32_t reset, std::uint32_t writable) {
  reg.reset = reset;
  reg.writable = writable;
  return reg;
}

/// The clock, both alarms, control and status, and what a part has behind them.
template <typename... Registers>
constexpr auto map_with_alarms(const Register& its_control, const Register& its_status,
                               const Registers&... others) {
  return std::array{
      seconds,       minutes,         hours,           day,           date,        month,
      year,          alarm_1_seconds, alarm_1_minutes, alarm_1_hours, alarm_1_day, alarm_2_minutes,
      alarm_2_hours, alarm_2_day,     its_control,     its_status,    others...};
}

// 19-5170, figure 1, and the registers' descriptions.
constexpr auto ds3231_map = map_with_alarms(with(control, 0x1c, 0xff), with(status, 0x88, 0x8b),
                                            Register{.name = "aging_offset", .address = 0x10},
                                            temperature_msb, temperature_lsb);

// 19-5769, table 3, and the registers' descriptions.
constexpr auto ds1339_map = map_with_alarms(with(control, 0x18, 0xbf), with(status, 0x80, 0x83),
                                            Register{.name = "trickle_charger", .address = 0x10});

}  // namespace vhost_device::sim::ds1307
