// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/support/i2c_stand_in_bus.hpp"

#include <algorithm>
#include <cerrno>

namespace vhost_device::stand_in {
namespace {

constexpr std::uint16_t registers_address = 0x48;
constexpr std::uint16_t eeprom_address = 0x50;

bool is_there(std::uint16_t address) {
  return address == registers_address || address == eeprom_address;
}

}  // namespace

int Bus::transfer(const i2c_rdwr_ioctl_data& group) {
  if (group.msgs == nullptr || group.nmsgs == 0 || group.nmsgs > max_messages_) return -EINVAL;
  const std::span<const i2c_msg> messages(group.msgs, group.nmsgs);
  const auto is_too_long = [](const i2c_msg& message) { return message.len > max_message_bytes; };
  if (std::ranges::any_of(messages, is_too_long)) return -EINVAL;
  const std::scoped_lock lock(mutex_);
  return transfer_locked(messages);
}

int Bus::transfer_locked(std::span<const i2c_msg> messages) {
  for (const i2c_msg& message : messages) {
    if ((message.flags & I2C_M_TEN) != 0 || !is_there(message.addr)) return -ENXIO;
    const std::span data(message.buf, message.len);
    const bool read = (message.flags & I2C_M_RD) != 0;
    if (message.addr == eeprom_address) {
      read ? eeprom_read(data) : eeprom_write(data);
    } else {
      read ? registers_read(data) : registers_write(data);
    }
  }
  return static_cast<int>(messages.size());
}

// A word address of two bytes, the upper one first; data wraps within its page.
void Bus::eeprom_write(std::span<const std::uint8_t> data) {
  if (data.size() < 2) return;
  word_address_ = (static_cast<unsigned>(data[0]) << 8U | data[1]) % eeprom_bytes;
  for (const std::uint8_t byte : data.subspan(2)) {
    eeprom_[word_address_] = byte;
    const unsigned page = word_address_ / page_bytes * page_bytes;
    word_address_ = page + (word_address_ + 1) % page_bytes;
  }
}

void Bus::eeprom_read(std::span<std::uint8_t> data) {
  for (std::uint8_t& byte : data) {
    byte = eeprom_[word_address_];
    word_address_ = (word_address_ + 1) % eeprom_bytes;
  }
}

void Bus::registers_write(std::span<const std::uint8_t> data) {
  if (data.empty()) return;
  pointer_ = data[0] % register_count;
  if (pointer_ == 0) return;
  const auto value = data.subspan(1, std::min<std::size_t>(data.size() - 1, 2));
  std::ranges::copy(value, registers_[pointer_].begin());
}

void Bus::registers_read(std::span<std::uint8_t> data) const {
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = registers_[pointer_][i % 2];
}

int Bus::smbus(std::uint16_t address, const i2c_smbus_ioctl_data& call) {
  const bool reads = call.read_write == I2C_SMBUS_READ;
  const bool is_quick = call.size == I2C_SMBUS_QUICK;
  const bool has_command = call.size != I2C_SMBUS_QUICK && !(call.size == I2C_SMBUS_BYTE && reads);
  std::size_t data_bytes = 0;
  if (call.size == I2C_SMBUS_BYTE && reads) data_bytes = 1;
  if (call.size == I2C_SMBUS_BYTE_DATA) data_bytes = 1;
  if (call.size == I2C_SMBUS_WORD_DATA) data_bytes = 2;
  if (call.size > I2C_SMBUS_WORD_DATA) return -EOPNOTSUPP;
  if (call.data == nullptr && data_bytes > 0) return -EINVAL;

  // What i2c_smbus_xfer_emulated makes of it: the command, and the data behind it or read after it.
  std::array<std::uint8_t, 3> out{call.command};
  std::uint16_t out_size = has_command ? 1 : 0;
  std::array<i2c_msg, 2> messages{};
  std::size_t count = 0;
  if (!reads) {
    for (std::size_t i = 0; i < data_bytes; ++i) out[out_size++] = call.data->block[i];
  }
  if (!reads || has_command || is_quick) messages[count++] = {address, 0, out_size, out.data()};
  if (reads && data_bytes > 0) {
    messages[count++] = {address, I2C_M_RD, static_cast<std::uint16_t>(data_bytes),
                         call.data->block};
  }
  const std::scoped_lock lock(mutex_);
  const int done = transfer_locked(std::span(messages).first(count));
  return done < 0 ? done : 0;
}

}  // namespace vhost_device::stand_in
