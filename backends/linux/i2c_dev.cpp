// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/i2c_dev.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "backends/linux/errno_table.hpp"
#include "backends/linux/smbus_plan.hpp"

namespace vhost_device::linux_i2c {
namespace {

using i2c::TransferError;
using i2c::TransferResult;

std::vector<i2c::Address> sorted(std::vector<i2c::Address> addresses) {
  std::ranges::sort(addresses);
  return addresses;
}

}  // namespace

I2cDev::I2cDev(std::string_view name_or_number, std::vector<i2c::Address> addresses,
               Options options)
    : addresses_(sorted(std::move(addresses))),
      wait_limit_(options.wait_limit),
      force_(options.force),
      link_(name_or_number, addresses_,
            {.timeout = options.timeout,
             .retries = options.retries,
             .force = options.force,
             .paths = std::move(options.paths)}) {}

void I2cDev::on_notice(std::function<void(const std::string&)> handler) {
  const std::scoped_lock lock(mutex_);
  link_.on_notice(std::move(handler));
}

bool I2cDev::is_granted(i2c::Address address) const {
  return std::ranges::binary_search(addresses_, address);
}

TransferResult I2cDev::do_transfer(std::span<const i2c::Message> messages) {
  for (const i2c::Message& message : messages) {
    if (!is_granted(message.address)) return {0, TransferError::not_permitted};
  }
  std::unique_lock lock(mutex_, std::try_to_lock);
  // By the wall clock, since ThreadSanitizer (of Clang 14) does not know what waits by the other. A
  // jump of it makes this one wait shorter or longer, and nothing else.
  if (!lock && !lock.try_lock_until(std::chrono::system_clock::now() + wait_limit_)) {
    return {0, TransferError::timeout};
  }
  const AdapterFile file = link_.open();
  if (!file) return {0, TransferError::io_error};
  const i2c::Functionality functions = functionality();
  for (const i2c::Message& message : messages) {
    // Once more, as the adapter may have come back with less than before; such a one would take the
    // low 7 bits for another chip's address.
    if (message.address.is_ten_bit() && (functions & i2c::func::ten_bit_address) == 0) {
      return {0, TransferError::not_supported};
    }
    if (link_.is_owned(file, message.address)) return {0, TransferError::not_permitted};
  }
  if ((functions & i2c::func::i2c) != 0) return file.transfer(messages);
  return transfer_by_smbus(file, messages);
}

TransferResult I2cDev::transfer_by_smbus(const AdapterFile& file,
                                         std::span<const i2c::Message> messages) {
  std::optional<SmbusCall> call = plan_smbus(messages, functionality());
  if (!call) return {0, TransferError::not_supported};
  const i2c::Address address = messages.front().address;
  if (const int error = file.choose(address, force_); error == EBUSY) {
    link_.note_owned(address);
    return {0, TransferError::not_permitted};
  } else if (error != 0) {
    return {0, transfer_error(error)};
  }
  if (const int error = file.call(*call); error != 0) return {0, transfer_error(error)};
  if (!take_received(*call, messages)) return {0, TransferError::io_error};
  return {messages.size(), TransferError::none};
}

}  // namespace vhost_device::linux_i2c
