// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/smbus_plan.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace vhost_device::linux_i2c {
namespace {

constexpr std::size_t block_max = I2C_SMBUS_BLOCK_MAX;
/// Block Write: command, count, data.
constexpr std::size_t longest_write = 2 + block_max;

/// How many bytes a message has; none when there is no such message.
struct Length {
  int least = -1;
  int most = -1;

  [[nodiscard]] constexpr bool fits(int length) const { return least <= length && length <= most; }
};
constexpr int no_message = -1;
constexpr Length none{};

constexpr Length exactly(int length) { return {length, length}; }
constexpr Length between(int least, std::size_t most) { return {least, static_cast<int>(most)}; }

/// One kind of SMBus call, and the messages that have the same bits on the wire.
struct Protocol {
  Length written;
  Length read;
  i2c::Functionality function;
  std::uint8_t direction;
  std::uint32_t size;
};

// SMBus 3.2, 6.5 "Bus Protocols", with the I2C block transfers that Linux adds. The first row that
// fits is taken, so SMBus's own come before the others.
constexpr std::array protocols{
    Protocol{exactly(0), none, i2c::func::smbus_quick, I2C_SMBUS_WRITE, I2C_SMBUS_QUICK},
    Protocol{none, exactly(0), i2c::func::smbus_quick, I2C_SMBUS_READ, I2C_SMBUS_QUICK},
    Protocol{exactly(1), none, i2c::func::smbus_write_byte, I2C_SMBUS_WRITE, I2C_SMBUS_BYTE},
    Protocol{none, exactly(1), i2c::func::smbus_read_byte, I2C_SMBUS_READ, I2C_SMBUS_BYTE},
    Protocol{exactly(2), none, i2c::func::smbus_write_byte_data, I2C_SMBUS_WRITE,
             I2C_SMBUS_BYTE_DATA},
    Protocol{exactly(3), none, i2c::func::smbus_write_word_data, I2C_SMBUS_WRITE,
             I2C_SMBUS_WORD_DATA},
    Protocol{between(2, 1 + block_max), none, i2c::func::smbus_write_i2c_block, I2C_SMBUS_WRITE,
             I2C_SMBUS_I2C_BLOCK_DATA},
    Protocol{between(3, longest_write), none, i2c::func::smbus_write_block_data, I2C_SMBUS_WRITE,
             I2C_SMBUS_BLOCK_DATA},
    Protocol{exactly(1), exactly(1), i2c::func::smbus_read_byte_data, I2C_SMBUS_READ,
             I2C_SMBUS_BYTE_DATA},
    Protocol{exactly(1), exactly(2), i2c::func::smbus_read_word_data, I2C_SMBUS_READ,
             I2C_SMBUS_WORD_DATA},
    Protocol{exactly(1), between(1, block_max), i2c::func::smbus_read_i2c_block, I2C_SMBUS_READ,
             I2C_SMBUS_I2C_BLOCK_DATA},
    Protocol{exactly(3), exactly(2), i2c::func::smbus_process_call, I2C_SMBUS_WRITE,
             I2C_SMBUS_PROC_CALL},
};

/// The messages as SMBus has them: bytes to send, the command first, and how many to receive.
struct Exchange {
  int written = no_message;
  int read = no_message;
  std::array<std::uint8_t, longest_write> sent{};
};

std::optional<Exchange> to_exchange(std::span<const i2c::Message> messages) {
  const i2c::Message& first = messages.front();
  const i2c::Message& last = messages.back();
  if (messages.size() > 2 || first.address != last.address || first.address.is_ten_bit()) {
    return std::nullopt;
  }
  // Two messages: what is written goes first.
  if (messages.size() == 2 && (first.read || !last.read)) return std::nullopt;
  Exchange exchange;
  for (const i2c::Message& message : messages) {
    if (message.data.size() > longest_write) return std::nullopt;
    (message.read ? exchange.read : exchange.written) = static_cast<int>(message.data.size());
  }
  if (!first.read && !first.data.empty()) {
    std::memcpy(exchange.sent.data(), first.data.data(), first.data.size());
  }
  return exchange;
}

bool fits(const Protocol& protocol, const Exchange& exchange) {
  if (!protocol.written.fits(exchange.written) || !protocol.read.fits(exchange.read)) return false;
  // Block Write sends its own count.
  return protocol.size != I2C_SMBUS_BLOCK_DATA || exchange.sent[1] == exchange.written - 2;
}

std::uint16_t word_of(std::uint8_t low, std::uint8_t high) {
  return static_cast<std::uint16_t>(low | high << 8U);
}

void fill_data(SmbusCall& call, const Exchange& exchange) {
  const auto& sent = exchange.sent;
  switch (call.protocol) {
    case I2C_SMBUS_BYTE_DATA:
      call.data.byte = sent[1];
      break;
    case I2C_SMBUS_WORD_DATA:
    case I2C_SMBUS_PROC_CALL:
      call.data.word = word_of(sent[1], sent[2]);
      break;
    case I2C_SMBUS_BLOCK_DATA:
      std::copy_n(sent.begin() + 1, exchange.written - 1, call.data.block);
      break;
    case I2C_SMBUS_I2C_BLOCK_DATA: {
      // The count is for the kernel and not sent; a read is told by it how much is wanted.
      const bool reads = call.direction == I2C_SMBUS_READ;
      const int count = reads ? exchange.read : exchange.written - 1;
      call.data.block[0] = static_cast<std::uint8_t>(count);
      if (!reads) std::copy_n(sent.begin() + 1, count, call.data.block + 1);
      break;
    }
    default:
      break;
  }
}

}  // namespace

i2c::Functionality smbus_functions() {
  i2c::Functionality functions = 0;
  for (const Protocol& protocol : protocols) functions |= protocol.function;
  return functions;
}

std::optional<SmbusCall> plan_smbus(std::span<const i2c::Message> messages,
                                    i2c::Functionality functionality) {
  if (messages.empty()) return std::nullopt;
  const std::optional<Exchange> exchange = to_exchange(messages);
  if (!exchange) return std::nullopt;
  const auto* const protocol = std::ranges::find_if(protocols, [&](const Protocol& candidate) {
    return (functionality & candidate.function) != 0 && fits(candidate, *exchange);
  });
  if (protocol == protocols.end()) return std::nullopt;
  SmbusCall call{protocol->direction, protocol->size, exchange->sent[0], {}};
  fill_data(call, *exchange);
  return call;
}

bool take_received(const SmbusCall& call, std::span<const i2c::Message> messages) {
  const i2c::Message& message = messages.back();
  if (!message.read || message.data.empty()) return true;
  std::array<std::uint8_t, block_max> received{};
  std::size_t count = 1;
  switch (call.protocol) {
    case I2C_SMBUS_WORD_DATA:
    case I2C_SMBUS_PROC_CALL:
      received[0] = static_cast<std::uint8_t>(call.data.word & 0xffU);
      received[1] = static_cast<std::uint8_t>(call.data.word >> 8U);
      count = 2;
      break;
    case I2C_SMBUS_I2C_BLOCK_DATA:
      count = call.data.block[0];
      if (count > block_max) return false;
      std::copy_n(call.data.block + 1, count, received.begin());
      break;
    default:
      received[0] = call.data.byte;
      break;
  }
  if (count != message.data.size()) return false;
  std::memcpy(message.data.data(), received.data(), count);
  return true;
}

}  // namespace vhost_device::linux_i2c
