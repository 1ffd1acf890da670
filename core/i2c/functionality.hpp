// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>

namespace vhost_device::i2c {

/// What an adapter can do: the bits of Linux's I2C_FUNC_* (include/uapi/linux/i2c.h).
using Functionality = std::uint32_t;

namespace func {
inline constexpr Functionality i2c = 0x00000001;
inline constexpr Functionality ten_bit_address = 0x00000002;
inline constexpr Functionality smbus_quick = 0x00010000;
inline constexpr Functionality smbus_read_byte = 0x00020000;
inline constexpr Functionality smbus_write_byte = 0x00040000;
inline constexpr Functionality smbus_read_byte_data = 0x00080000;
inline constexpr Functionality smbus_write_byte_data = 0x00100000;
inline constexpr Functionality smbus_read_word_data = 0x00200000;
inline constexpr Functionality smbus_write_word_data = 0x00400000;
inline constexpr Functionality smbus_process_call = 0x00800000;
inline constexpr Functionality smbus_write_block_data = 0x02000000;
inline constexpr Functionality smbus_read_i2c_block = 0x04000000;
inline constexpr Functionality smbus_write_i2c_block = 0x08000000;

/// Every message sequence that this library can express.
inline constexpr Functionality any_message = i2c | ten_bit_address | smbus_quick;
}  // namespace func

}  // namespace vhost_device::i2c
