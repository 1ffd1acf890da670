// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace vhost_device::sim {

/// A property that a chip cannot be made with. The text starts with the property's name and says
/// what is wrong and what was expected; the reader of the board puts file and node before it.
class PropertyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a description of a board says about one chip, whatever the format it was written in.
///
/// Each getter returns nothing when the property is not there, throws PropertyError when it has
/// the wrong shape, and notes the name as known, so that the reader of the board can complain about
/// the rest. So a chip asks for everything it knows, also for what it will not use this time.
class Properties {
 public:
  Properties() = default;
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;
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

}  // namespace vhost_device::sim
