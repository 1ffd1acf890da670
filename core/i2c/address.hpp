// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace vhost_device::i2c {

/// The address of a chip on a bus: 7 bits (0x00 to 0x7f) or 10 bits (0x000 to 0x3ff). The two kinds
/// are different addresses even where the numbers are the same.
class Address {
 public:
  static constexpr std::uint16_t max_seven_bit = 0x7f;
  static constexpr std::uint16_t max_ten_bit = 0x3ff;

  /// Empty when `value` is above 0x7f.
  [[nodiscard]] static constexpr std::optional<Address> seven_bit(unsigned value) {
    if (value > max_seven_bit) return std::nullopt;
    return Address(static_cast<std::uint16_t>(value), false);
  }
  /// Empty when `value` is above 0x3ff.
  [[nodiscard]] static constexpr std::optional<Address> ten_bit(unsigned value) {
    if (value > max_ten_bit) return std::nullopt;
    return Address(static_cast<std::uint16_t>(value), true);
  }

  [[nodiscard]] constexpr std::uint16_t value() const { return value_; }
  [[nodiscard]] constexpr bool is_ten_bit() const { return ten_bit_; }

  /// Whether the I2C specification (UM10204, 3.1.12 "Reserved addresses") keeps this address for
  /// something else than a chip: 0x00 to 0x07 and 0x78 to 0x7f.
  [[nodiscard]] constexpr bool is_reserved() const {
    return !ten_bit_ && (value_ < 0x08 || value_ > 0x77);
  }

  friend constexpr auto operator<=>(const Address&, const Address&) = default;

 private:
  constexpr Address(std::uint16_t value, bool ten_bit) : value_(value), ten_bit_(ten_bit) {}

  std::uint16_t value_;
  bool ten_bit_;
};

/// "0x50", or "0x150 (10-bit)".
[[nodiscard]] std::string to_string(Address address);

}  // namespace vhost_device::i2c
