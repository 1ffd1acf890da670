// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/virtio_i2c_format.hpp"

namespace vhost_device::i2c::format {
namespace {

// The low byte of a 10-bit address: 11110, A9, A8, and a zero where the wire has R/W.
constexpr unsigned ten_bit_marker = 0xf0;
constexpr unsigned ten_bit_marker_mask = 0xf9;

}  // namespace

std::optional<Address> decode_address(std::uint16_t field) {
  const unsigned low = field & 0xffU;
  const unsigned high = field >> 8U;
  if ((low & 1U) != 0) return std::nullopt;
  if ((low & ten_bit_marker_mask) == ten_bit_marker) {
    return Address::ten_bit(((low & 0x6U) << 7U) | high);
  }
  if (high != 0) return std::nullopt;
  return Address::seven_bit(low >> 1U);
}

std::uint16_t encode_address(Address address) {
  const unsigned value = address.value();
  if (!address.is_ten_bit()) return static_cast<std::uint16_t>(value << 1U);
  const unsigned low = ten_bit_marker | ((value >> 7U) & 0x6U);
  return static_cast<std::uint16_t>(low | ((value & 0xffU) << 8U));
}

}  // namespace vhost_device::i2c::format
