// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/devices/properties.hpp"
#include "core/i2c/address.hpp"

namespace vhost_device::sim {

/// One kind of part, as a board or a script names it.
struct Part {
  std::string_view name;  ///< The bare name, such as "24c32": also the Linux i2c device id.
  /// Makes one with its properties. Throws what the chip's constructor throws and PropertyError.
  std::shared_ptr<Device> (*make)(const Part& part, i2c::Address address,
                                  const Properties& properties);
};

/// A family of parts that share a model: one row of the registry.
struct Family {
  std::string_view name;                      ///< "24Cxx EEPROM"
  std::string_view driver;                    ///< The Linux driver that proves it: "at24"
  std::span<const std::string_view> vendors;  ///< Prefixes in devicetrees: "atmel", "microchip"
  std::span<const Part> parts;
};

/// What a part is called in a family's table: its row's `name`, or the row itself where the parts
/// differ in nothing else.
template <typename Row>
[[nodiscard]] constexpr std::string_view name_of(const Row& row) {
  if constexpr (std::is_convertible_v<Row, std::string_view>) {
    return row;
  } else {
    return row.name;
  }
}

/// The parts of a family by its table.
template <typename Row, std::size_t count>
[[nodiscard]] constexpr std::array<Part, count> parts_of(const std::array<Row, count>& rows,
                                                         decltype(Part::make) make) {
  std::array<Part, count> parts{};
  for (std::size_t i = 0; i < count; ++i) parts[i] = {name_of(rows[i]), make};
  return parts;
}

/// Every family there is.
[[nodiscard]] std::span<const Family* const> families();

/// The part for a devicetree `compatible` ("atmel,24c32", or the bare "24c32"); null if unknown.
[[nodiscard]] const Part* find_part(std::string_view compatible);

/// Every compatible that `find_part` knows, for messages and documentation.
[[nodiscard]] std::vector<std::string> compatibles();

}  // namespace vhost_device::sim
