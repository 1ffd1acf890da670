// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/registers/smbus_pec.hpp"

#include "backends/sim/registers/crc8.hpp"

namespace vhost_device::sim {

std::uint8_t pec_of(std::span<const std::byte> bytes, std::uint8_t crc) {
  constexpr std::uint8_t polynomial = 0x07;
  return crc8(bytes, polynomial, crc);
}

std::byte wire_address(const i2c::Message& message) {
  return static_cast<std::byte>(unsigned{message.address.value()} << 1U | (message.read ? 1U : 0U));
}

}  // namespace vhost_device::sim
