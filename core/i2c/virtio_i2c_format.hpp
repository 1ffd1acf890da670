// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/i2c/address.hpp"

/// What a virtio-i2c request looks like in guest memory (VIRTIO 1.3, 5.x "I2C Adapter Device",
/// struct virtio_i2c_req; device id 34).
namespace vhost_device::i2c::format {

/// VIRTIO_I2C_F_ZERO_LENGTH_REQUEST: requests without a data buffer. Mandatory for both sides.
inline constexpr std::uint64_t feature_zero_length_request = 1ULL << 0;

/// struct virtio_i2c_out_hdr: le16 addr, le16 padding, le32 flags.
struct OutHeader {
  std::uint16_t address;
  std::uint16_t padding;
  std::uint32_t flags;
};
static_assert(sizeof(OutHeader) == 8);

/// VIRTIO_I2C_FLAGS_*: the other bits are reserved.
inline constexpr std::uint32_t flag_fail_next = 1U << 0;
inline constexpr std::uint32_t flag_read = 1U << 1;
inline constexpr std::uint32_t known_flags = flag_fail_next | flag_read;

/// virtio_i2c_in_hdr.status.
inline constexpr std::byte status_ok{0};
inline constexpr std::byte status_error{1};

/// The address field of a header: 7-bit addresses in bits 7..1, 10-bit ones as
/// `1 1 1 1 0 A9 A8 0` in the low byte and A7..A0 in the high one. Empty when `field` is neither.
[[nodiscard]] std::optional<Address> decode_address(std::uint16_t field);

/// The field for an address.
[[nodiscard]] std::uint16_t encode_address(Address address);

}  // namespace vhost_device::i2c::format
