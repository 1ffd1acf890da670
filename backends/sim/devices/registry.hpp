// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/sim/bus/device.hpp"

namespace vhost_device::sim {

/// What a description of a board says about one chip, whatever the format it was written in.
///
/// Each getter returns nothing when the property is not there, throws PropertyError when it has
/// the wrong shape, and notes the name as known, so that the reader of the board can complain about
/// the rest.
class Properties {
 public:
  virtual ~Properties() = default;
  [[nodiscard]] virtual std::optional<std::uint32_t> u32(std::string_view name) const = 0;
  /// Two's complement, for properties such as an initial temperature in millidegrees.
  [[nodiscard]] virtual std::optional<std::int32_t> i32(std::string_view name) const = 0;
  [[nodiscard]] virtual std::optional<std::string> string(std::string_view name) const = 0;
  /// A file name; relative ones are taken from the board file's folder.
  [[nodiscard]] virtual std::optional<std::string> path(std::string_view name) const = 0;
  /// True when the property is there.
  [[nodiscard]] virtual bool flag(std::string_view name) const = 0;
  /// Throws PropertyError about `name`: its value is well-formed, but not one that the chip can
  /// take. `expected` says what would be.
  [[noreturn]] virtual void bad_value(std::string_view name, std::string_view expected) const = 0;
};

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

/// Every family there is.
[[nodiscard]] std::span<const Family* const> families();

/// The part for a devicetree `compatible` ("atmel,24c32", or the bare "24c32"); null if unknown.
[[nodiscard]] const Part* find_part(std::string_view compatible);

/// Every compatible that `find_part` knows, for messages and documentation.
[[nodiscard]] std::vector<std::string> compatibles();

}  // namespace vhost_device::sim
