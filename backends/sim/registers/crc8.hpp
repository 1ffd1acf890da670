// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vhost_device::sim {

/// A CRC of eight bits, the most significant bit first, going on from `crc`. `polynomial` is
/// without its x^8.
[[nodiscard]] constexpr std::uint8_t crc8(std::span<const std::byte> bytes, std::uint8_t polynomial,
                                          std::uint8_t crc) {
  constexpr unsigned top = 0x80;
  for (const std::byte byte : bytes) {
    unsigned rest = crc ^ std::to_integer<unsigned>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      rest = (rest & top) != 0 ? rest << 1U ^ polynomial : rest << 1U;
    }
    crc = static_cast<std::uint8_t>(rest);
  }
  return crc;
}

}  // namespace vhost_device::sim
