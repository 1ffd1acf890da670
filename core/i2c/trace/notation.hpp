// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/i2c/address.hpp"
#include "core/i2c/message.hpp"

namespace vhost_device::i2c {

/// What traces, recordings and reports have in common: how things are written in a line of text.

/// "0x48", or "0x148" with three digits for one of 10 bits.
void append_address(Address address, std::string& out);

/// " 01 60": a blank and two digits for each byte.
void append_bytes(std::span<const std::byte> bytes, std::string& out);

/// Text as it is, but that a line stays one whatever is in it.
void append_in_line(std::string_view text, std::string& out);

/// What is asked of a bus: "0x48 W 00  Sr 0x48 R [2]", a read with its length. Of a longer write
/// than `max_bytes` the rest is left out, and so are messages after the first `max_messages`.
[[nodiscard]] std::string describe_asked(std::span<const Message> messages,
                                         std::size_t max_bytes = 32, std::size_t max_messages = 8);

}  // namespace vhost_device::i2c
