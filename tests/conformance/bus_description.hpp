// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vhost_device::conformance {

/// What the back-end's bus is known to have on it. The default is examples/boards/demo.dts.
struct BusDescription {
  std::uint8_t eeprom = 0x50;      ///< The 7-bit address of an EEPROM that can be written.
  std::size_t pointer_bytes = 2;   ///< 1 or 2.
  std::size_t eeprom_size = 4096;  ///< In bytes, of what this address reaches.
  std::uint8_t absent = 0x20;      ///< A 7-bit address at which nobody answers.

  /// How many bytes the cases write, at the EEPROM's end: no more than the smallest page there is.
  static constexpr std::size_t scratch_bytes = 8;
  [[nodiscard]] std::size_t scratch() const { return eeprom_size - scratch_bytes; }

  /// The bytes that set the EEPROM's pointer to `offset`.
  [[nodiscard]] std::vector<std::byte> pointer(std::size_t offset) const;

  /// Takes "ADDRESS[:POINTER_BYTES[:SIZE]]"; the message when it cannot.
  [[nodiscard]] std::optional<std::string> set_eeprom(std::string_view text);
  /// Takes "ADDRESS"; the message when it cannot.
  [[nodiscard]] std::optional<std::string> set_absent(std::string_view text);

  [[nodiscard]] std::string text() const;
};

}  // namespace vhost_device::conformance
