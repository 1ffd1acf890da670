// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/chip_arguments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace vhost_device::sim {

namespace {

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.10g", value);
  return text.data();
}

std::string hex(unsigned value) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "0x%02x", value);
  return text.data();
}

}  // namespace

std::vector<i2c::Address> checked_address(std::string_view part, i2c::Address address,
                                          unsigned first, unsigned last) {
  const bool fits = !address.is_ten_bit() && address.value() >= first && address.value() <= last;
  if (fits) return {address};
  throw std::invalid_argument(std::string(part) + " cannot be at " + to_string(address) +
                              ": expected " + hex(first) +
                              (first == last ? "" : " to " + hex(last)));
}

std::vector<i2c::Address> checked_address(std::string_view part, i2c::Address address,
                                          std::initializer_list<unsigned> choices) {
  const bool fits = std::ranges::find(choices, address.value()) != choices.end();
  if (fits && !address.is_ten_bit()) return {address};
  std::string expected;
  for (const unsigned choice : choices) {
    expected.append(expected.empty() ? "" : " or ").append(hex(choice));
  }
  throw std::invalid_argument(std::string(part) + " cannot be at " + to_string(address) +
                              ": expected " + expected);
}

double checked_value(std::string_view part, std::string_view quantity, double value, double min,
                     double max, std::string_view unit) {
  if (value >= min && value <= max) return value;
  throw std::invalid_argument(std::string(part) + ": " + std::string(quantity) + " " +
                              short_number(value) + " " + std::string(unit) + " (expected " +
                              short_number(min) + " to " + short_number(max) + ")");
}

std::optional<double> milli_property(const Properties& properties, std::string_view name,
                                     double min, double max) {
  constexpr double thousand = 1000;
  const auto thousandths = properties.i32(name);
  if (!thousandths) return std::nullopt;
  const double value = *thousandths / thousand;
  if (!(value >= min && value <= max)) {
    properties.bad_value(name,
                         short_number(min * thousand) + " to " + short_number(max * thousand));
  }
  return value;
}

}  // namespace vhost_device::sim
