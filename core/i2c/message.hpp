// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "core/i2c/address.hpp"

namespace vhost_device::i2c {

/// One message of a transaction: a (repeated) START, the address, and the bytes that go one way.
/// The counterpart of Linux's `struct i2c_msg`.
struct Message {
  Address address;
  bool read = false;
  std::span<std::byte> data;  ///< Sent, or received into. Empty: the address alone (SMBus quick).
};

/// The longest message, as in `i2c_msg.len`.
inline constexpr std::size_t max_message_length = 65535;

}  // namespace vhost_device::i2c
