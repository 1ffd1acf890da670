// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <linux/i2c-dev.h>
#include <linux/i2c.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <span>

namespace vhost_device::stand_in {

/// What is behind the adapter of the stand-in, and what i2c-dev's calls do with it: a 24C32 without
/// a write cycle at 0x50 (contents 0xff), and a chip like an LM75 at 0x48, which has four registers
/// of two bytes behind a pointer of one; register 0 reads 0x17 0x80 and cannot be written.
///
/// Calls return what ioctl returns, or an errno as a negative number, as the kernel's own functions
/// do. Any thread may make them; the bus is locked for a transaction, as the kernel locks an
/// adapter. Nothing is allocated.
class Bus {
 public:
  static constexpr unsigned long functionality = I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
  /// As i2cdev_ioctl_rdwr in drivers/i2c/i2c-dev.c has it.
  static constexpr unsigned max_message_bytes = 8192;

  /// With another limit than the kernel's of 42 for the messages of a transaction.
  explicit Bus(unsigned max_messages) : max_messages_(max_messages) { eeprom_.fill(0xff); }

  /// I2C_RDWR. EINVAL beyond the limits, ENXIO when nobody answers at an address.
  int transfer(const i2c_rdwr_ioctl_data& group);

  /// I2C_SMBUS for the chip at `address`: quick, byte, byte data and word data; EOPNOTSUPP else.
  int smbus(std::uint16_t address, const i2c_smbus_ioctl_data& call);

 private:
  int transfer_locked(std::span<const i2c_msg> messages);
  void eeprom_write(std::span<const std::uint8_t> data);
  void eeprom_read(std::span<std::uint8_t> data);
  void registers_write(std::span<const std::uint8_t> data);
  void registers_read(std::span<std::uint8_t> data) const;

  static constexpr unsigned eeprom_bytes = 4096;
  static constexpr unsigned page_bytes = 32;
  static constexpr unsigned register_count = 4;

  const unsigned max_messages_;
  std::mutex mutex_;
  std::array<std::uint8_t, eeprom_bytes> eeprom_{};
  unsigned word_address_ = 0;
  // Temperature 23.5 degrees, configuration, and the two limits of 75 and 80 degrees (TI SNIS153).
  std::array<std::array<std::uint8_t, 2>, register_count> registers_{
      {{0x17, 0x80}, {0x00, 0x00}, {0x4b, 0x00}, {0x50, 0x00}}};
  unsigned pointer_ = 0;
};

}  // namespace vhost_device::stand_in
