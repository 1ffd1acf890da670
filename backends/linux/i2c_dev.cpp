// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/i2c_dev.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <system_error>
#include <utility>

#include "backends/linux/errno_table.hpp"
#include "backends/linux/smbus_plan.hpp"
#include "core/support/relax.hpp"
#include "core/support/timed_lock.hpp"

namespace vhost_device::linux_i2c {
namespace {

using i2c::TransferError;
using i2c::TransferResult;
using std::chrono::milliseconds;

std::vector<i2c::Address> sorted(std::vector<i2c::Address> addresses) {
  std::ranges::sort(addresses);
  return addresses;
}

milliseconds wait_limit_for(const I2cDev::Options& options) {
  constexpr milliseconds usual{5000};
  constexpr milliseconds longest{INT_MAX};  // far beyond what the kernel takes
  if (options.wait_limit) return *options.wait_limit;
  return std::max(usual, 2 * std::min(options.timeout.value_or(usual / 2), longest));
}

// Enough to see what is wrong, and what a guest that looks for chips comes to is left out.
constexpr std::size_t failures_per_period = 60;

std::string failure_text(const HostAdapter& adapter, int error,
                         std::span<const i2c::Message> messages) {
  const char* const name = ::strerrorname_np(error);
  std::string text = to_string(adapter) + ": transfer to " + to_string(messages.front().address);
  if (messages.size() > 1) text += " and on, of " + std::to_string(messages.size()) + " messages";
  text += std::string(": ") + (name != nullptr ? name : "errno " + std::to_string(error)) + " (" +
          std::generic_category().message(error) + "), for the guest: ";
  return text.append(to_string(transfer_error(error)));
}

}  // namespace

I2cDev::I2cDev(HostAdapter adapter, bool by_name, std::vector<i2c::Address> addresses,
               Options options)
    : addresses_(sorted(std::move(addresses))),
      wait_limit_(wait_limit_for(options)),
      force_(options.force),
      link_(std::move(adapter), by_name, addresses_,
            {.timeout = options.timeout,
             .retries = options.retries,
             .force = options.force,
             .paths = std::move(options.paths)}),
      failures_(to_string(link_.at_start()), failures_per_period) {}

I2cDev::I2cDev(std::string_view name_or_number, std::vector<i2c::Address> addresses,
               const Options& options)
    : I2cDev(find_adapter(name_or_number, options.paths), !is_adapter_number(name_or_number),
             std::move(addresses), options) {}

void I2cDev::on_notice(Notices::Handler handler) {
  const std::scoped_lock lock(mutex_);
  link_.on_notice(std::move(handler));
}

void I2cDev::on_failure(Notices::Handler handler) {
  const std::scoped_lock lock(mutex_);
  failures_.set_handler(std::move(handler));
}

bool I2cDev::is_granted(i2c::Address address) const {
  return std::ranges::binary_search(addresses_, address);
}

TransferResult I2cDev::do_transfer(std::span<const i2c::Message> messages) {
  for (const i2c::Message& message : messages) {
    if (!is_granted(message.address)) return {0, TransferError::not_permitted};
  }
  if (!support::try_lock_for_a_moment(mutex_) &&
      !support::try_lock_until(mutex_, std::chrono::steady_clock::now() + wait_limit_)) {
    return {0, TransferError::timeout};
  }
  const std::unique_lock lock(mutex_, std::adopt_lock);
  struct End {
    AdapterLease& lease;
    bool ok = false;
    ~End() { lease.transaction_ended(ok); }
  } end{lease_};
  const TransferResult result = transfer_locked(messages);
  end.ok = result.ok();
  return result;
}

TransferResult I2cDev::transfer_locked(std::span<const i2c::Message> messages) {
  const AdapterFile& file = lease_.open();
  if (!file) return {0, TransferError::io_error};
  const i2c::Functionality functions = functionality();
  for (const i2c::Message& message : messages) {
    // Once more, as the adapter may have come back with less than before; such a one would take the
    // low 7 bits for another chip's address.
    if (message.address.is_ten_bit() && (functions & i2c::func::ten_bit_address) == 0) {
      return {0, TransferError::not_supported};
    }
    // I2C_RDWR does not ask, and a driver may have taken the chip since the start.
    if (lease_.is_owned(message.address)) return {0, TransferError::not_permitted};
  }
  if ((functions & i2c::func::i2c) == 0) return transfer_by_smbus(file, messages);
  TransferResult result;
  if (const int error = file.transfer(messages, result.completed); error != 0) {
    result.error = failure(error, messages);
  }
  return result;
}

TransferResult I2cDev::transfer_by_smbus(const AdapterFile& file,
                                         std::span<const i2c::Message> messages) {
  std::optional<SmbusCall> call = plan_smbus(messages, functionality());
  if (!call) return {0, TransferError::not_supported};
  if (const int error = file.choose(messages.front().address, force_); error != 0) {
    return {0, error == EBUSY ? TransferError::not_permitted : failure(error, messages)};
  }
  if (const int error = file.call(*call); error != 0) return {0, failure(error, messages)};
  if (!take_received(*call, messages)) return {0, failure(EPROTO, messages)};
  return {messages.size(), TransferError::none};
}

TransferError I2cDev::failure(int error, std::span<const i2c::Message> messages) {
  failures_.tell([&] { return failure_text(link_.current(), error, messages); });
  return transfer_error(error);
}

}  // namespace vhost_device::linux_i2c
