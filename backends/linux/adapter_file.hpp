// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <filesystem>
#include <span>
#include <string>

#include "backends/linux/smbus_plan.hpp"
#include "core/i2c/functionality.hpp"
#include "core/i2c/message.hpp"
#include "core/support/unique_fd.hpp"

namespace vhost_device::linux_i2c {

/// /dev/i2c-N while it is open: the calls of i2c-dev, one function each.
///
/// As long as one exists the kernel keeps the adapter: its number is not given to another one, its
/// module cannot be removed, and whoever unplugs it waits.
class AdapterFile {
 public:
  /// The most messages in one transaction, and the longest one (i2cdev_ioctl in
  /// drivers/i2c/i2c-dev.c).
  static constexpr std::size_t max_messages = 42;
  static constexpr std::size_t max_message_bytes = 8192;

  /// Nothing: not open.
  AdapterFile() = default;
  explicit AdapterFile(const std::filesystem::path& node) noexcept;

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(file_); }
  /// Why it could not be opened, an errno.
  [[nodiscard]] int open_error() const { return open_error_; }

  /// Whether this is the character device that i2c-dev has for the adapter with this number.
  [[nodiscard]] bool is_adapter(unsigned number) const;

  // These return 0, or an errno.

  /// I2C_FUNCS.
  [[nodiscard]] int read_functionality(i2c::Functionality& functionality) const;
  /// I2C_TIMEOUT: how long the adapter waits for a transfer, in steps of 10 ms, rounded up. For all
  /// users of the adapter, until somebody sets another.
  [[nodiscard]] int set_timeout(std::chrono::milliseconds timeout) const;
  /// I2C_RETRIES: how often a transfer is begun again after the arbitration was lost. For all
  /// users, too.
  [[nodiscard]] int set_retries(unsigned retries) const;
  /// I2C_SLAVE, for what follows of SMBus. EBUSY: the address belongs to a driver of the host, here
  /// or on a mux's side of the same wire. With `force`: I2C_SLAVE_FORCE, which does not ask.
  [[nodiscard]] int choose(i2c::Address address, bool force) const;

  /// I2C_RDWR: the messages as one transaction, data where it lies.
  ///
  /// EMSGSIZE: over one of the limits above, and nothing was asked of the kernel. EIO also when the
  /// kernel says that fewer messages ran. `completed` is how many did.
  [[nodiscard]] int transfer(std::span<const i2c::Message> messages, std::size_t& completed) const;

  /// I2C_SMBUS, with the address chosen before.
  [[nodiscard]] int call(SmbusCall& call) const;

 private:
  support::UniqueFd file_;
  int open_error_ = 0;
};

/// Why a device file cannot be opened, and what to do about it.
[[nodiscard]] std::string open_problem(const std::filesystem::path& node, int error);

}  // namespace vhost_device::linux_i2c
