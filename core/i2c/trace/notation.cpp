// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/notation.hpp"

#include <algorithm>
#include <iterator>

namespace vhost_device::i2c {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace

void append_address(Address address, std::string& out) {
  const unsigned value = address.value();
  out += "0x";
  if (address.is_ten_bit()) out += hex_digits[value >> 8];
  out += hex_digits[value >> 4 & 0xf];
  out += hex_digits[value & 0xf];
}

void append_bytes(std::span<const std::byte> bytes, std::string& out) {
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    out += ' ';
    out += hex_digits[value >> 4];
    out += hex_digits[value & 0xf];
  }
}

void append_in_line(std::string_view text, std::string& out) {
  std::ranges::transform(text, std::back_inserter(out), [](char character) {
    return static_cast<unsigned char>(character) < ' ' ? ' ' : character;
  });
}

std::string describe_asked(std::span<const Message> messages, std::size_t max_bytes,
                           std::size_t max_messages) {
  std::string text;
  for (const Message& message : messages.first(std::min(messages.size(), max_messages))) {
    if (!text.empty()) text += "  Sr ";
    append_address(message.address, text);
    if (message.read) {
      text += " R [" + std::to_string(message.data.size()) + "]";
      continue;
    }
    text += " W";
    append_bytes(message.data.first(std::min(message.data.size(), max_bytes)), text);
    if (message.data.size() > max_bytes) {
      text += " ...(" + std::to_string(message.data.size() - max_bytes) + " more)";
    }
  }
  if (messages.size() > max_messages) {
    text += "  and " + std::to_string(messages.size() - max_messages) + " messages more";
  }
  return text;
}

}  // namespace vhost_device::i2c
