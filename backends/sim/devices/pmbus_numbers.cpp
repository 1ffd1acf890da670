// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pmbus_numbers.hpp"

#include <algorithm>
#include <cmath>

namespace vhost_device::sim {

namespace {
constexpr int mantissa_bits = 11;
constexpr int min_mantissa = -1024;
constexpr int max_mantissa = 1023;
constexpr int min_exponent = -16;
constexpr int max_exponent = 15;
}  // namespace

std::uint16_t to_linear11(double value) {
  int exponent = min_exponent;
  const auto mantissa = [&] { return std::round(std::ldexp(value, -exponent)); };
  const auto fits = [&] { return mantissa() >= min_mantissa && mantissa() <= max_mantissa; };
  while (exponent < max_exponent && !fits()) ++exponent;
  const auto code =
      static_cast<int>(std::clamp(mantissa(), double{min_mantissa}, double{max_mantissa}));
  return static_cast<std::uint16_t>((static_cast<unsigned>(exponent) << mantissa_bits) |
                                    (static_cast<unsigned>(code) & 0x7ffU));
}

double from_linear11(std::uint16_t word) {
  const auto as_signed = [](unsigned bits, unsigned sign) {
    return static_cast<int>(bits) - ((bits & sign) != 0 ? static_cast<int>(2 * sign) : 0);
  };
  return std::ldexp(as_signed(word & 0x7ffU, 0x400),
                    as_signed(static_cast<unsigned>(word) >> mantissa_bits, 0x10));
}

std::uint16_t to_linear16(double value, int exponent) {
  const double mantissa = std::round(std::ldexp(value, -exponent));
  return static_cast<std::uint16_t>(std::clamp(mantissa, 0.0, 65535.0));
}

double from_linear16(std::uint16_t word, int exponent) { return std::ldexp(word, exponent); }

}  // namespace vhost_device::sim
