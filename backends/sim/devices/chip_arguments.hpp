// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "backends/sim/devices/properties.hpp"
#include "backends/sim/devices/registry.hpp"
#include "core/i2c/address.hpp"

// What chips are made with, and the errors when they cannot be.

namespace vhost_device::sim {

/// The address, which has to be one of 7 bits from `first` to `last`. Throws std::invalid_argument
/// with the part, the address and what was expected.
[[nodiscard]] std::vector<i2c::Address> checked_address(std::string_view part, i2c::Address address,
                                                        unsigned first, unsigned last);

/// The same for an address that has to be one of `choices`.
[[nodiscard]] std::vector<i2c::Address> checked_address(std::string_view part, i2c::Address address,
                                                        std::initializer_list<unsigned> choices);

/// A physical value from `min` to `max`. Throws std::invalid_argument, "tmp102: temperature 200 C
/// (expected -55 to 150)", also for what is not a number.
double checked_value(std::string_view part, std::string_view quantity, double value, double min,
                     double max, std::string_view unit);

/// A property in thousandths of a unit, in that unit. Throws PropertyError outside `min` to `max`,
/// which are in the unit, too.
[[nodiscard]] std::optional<double> milli_property(const Properties& properties,
                                                   std::string_view name, double min, double max);

/// The row of a part in a family's table. Throws std::invalid_argument with the parts there are.
template <std::ranges::range Rows>
[[nodiscard]] const std::ranges::range_value_t<Rows>& row_of(const Rows& rows,
                                                             std::string_view kind,
                                                             std::string_view part) {
  const auto row =
      std::ranges::find_if(rows, [&](const auto& each) { return name_of(each) == part; });
  if (row != std::ranges::end(rows)) return *row;
  std::string known;
  for (const auto& each : rows) known.append(" ").append(name_of(each));
  throw std::invalid_argument("there is no " + std::string(kind) + " " + std::string(part) +
                              "; known:" + known);
}

}  // namespace vhost_device::sim
