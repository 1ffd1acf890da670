// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <linux/i2c.h>

#include <cstdint>
#include <optional>
#include <span>

#include "core/i2c/functionality.hpp"
#include "core/i2c/message.hpp"

namespace vhost_device::linux_i2c {

/// The arguments of one SMBus call of the kernel (`struct i2c_smbus_ioctl_data`).
struct SmbusCall {
  std::uint8_t direction;  ///< I2C_SMBUS_WRITE or I2C_SMBUS_READ.
  std::uint32_t protocol;  ///< I2C_SMBUS_QUICK and so on: what the kernel calls its `size`.
  std::uint8_t command;
  i2c_smbus_data data;  ///< What is sent; the call puts what is received in its place.
};

/// What an adapter must have one of, to be of use without I2C_FUNC_I2C.
[[nodiscard]] i2c::Functionality smbus_functions();

/// The SMBus call that puts the same bits on the wire as these messages do, by the protocols that
/// the adapter has. Nothing when there is none, also where that is a matter of length only: a call
/// carries 32 bytes of data at most. Nothing for 10-bit addresses, either.
///
/// Block Read, and Block Process Call, are no one's equal: there the chip says how much is read,
/// and here the messages do.
///
/// Reads what is to be sent once, so that a guest cannot change it between check and use.
[[nodiscard]] std::optional<SmbusCall> plan_smbus(std::span<const i2c::Message> messages,
                                                  i2c::Functionality functionality);

/// Puts what a call has received where the messages want it. False if the adapter received less, as
/// i2c-stub does behind the end of its registers.
[[nodiscard]] bool take_received(const SmbusCall& call, std::span<const i2c::Message> messages);

}  // namespace vhost_device::linux_i2c
