// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/i2c/message.hpp"

namespace vhost_device::sim {

/// Whether a chip has SMBus packet error codes.
enum class Pec { none, optional };

/// The packet error code over `bytes`, going on from `crc`: CRC-8 with x^8 + x^2 + x + 1 (SMBus
/// 3.2, 6.4.1.2).
[[nodiscard]] std::uint8_t pec_of(std::span<const std::byte> bytes, std::uint8_t crc = 0);

/// The address as it is on the wire, with the direction behind it.
[[nodiscard]] std::byte wire_address(const i2c::Message& message);

}  // namespace vhost_device::sim
