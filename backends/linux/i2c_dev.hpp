// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/linux/adapter_lease.hpp"
#include "backends/linux/adapter_link.hpp"
#include "backends/linux/adapters.hpp"
#include "backends/linux/notices.hpp"
#include "core/i2c/adapter.hpp"

namespace vhost_device::linux_i2c {

/// Chips on a real bus of the host, through /dev/i2c-N (Linux's
/// Documentation/i2c/dev-interface.rst).
///
/// The file is never open for long (see `AdapterLease`): while it is, nobody can unplug the adapter
/// or remove its module. So an adapter may go and come back while guests use it. In between every
/// transaction is an io_error; no other adapter is ever taken for it.
///
/// An adapter with I2C_FUNC_I2C takes every transaction of up to 42 messages of up to 8192 bytes.
/// Others take what some SMBus protocol puts on the wire with the same bits (see `plan_smbus`).
class I2cDev final : public i2c::Adapter {
 public:
  struct Options {
    /// How long a transfer may take (I2C_TIMEOUT), in steps of 10 ms; nothing: the kernel's own
    /// limit, mostly a second. It is the adapter's, and so for all its users.
    std::optional<std::chrono::milliseconds> timeout;
    /// How often a transfer that lost the arbitration is begun again (I2C_RETRIES), for all users,
    /// too; nothing: as the kernel has it.
    std::optional<unsigned> retries;
    /// How long a transaction may wait while another guest's is under way. Nothing: 5 seconds, or
    /// twice `timeout` if that is more, as the kernel may begin a transfer again up to its end.
    std::optional<std::chrono::milliseconds> wait_limit;
    /// Also use addresses that belong to a driver of the host. It does not expect that.
    bool force = false;
    HostPaths paths;
  };

  /// Grants `addresses` on an adapter that was found (see `find_adapter`). `by_name`: it may come
  /// back under another number.
  ///
  /// Throws AdapterError, with what to do about it in the text: it is not there any more; no
  /// permission to open /dev/i2c-N, or no such file; an adapter that can do nothing which messages
  /// could be sent by; a timeout or retries that the kernel does not take; addresses that belong to
  /// drivers of the host (all of which are named), unless `force`.
  I2cDev(HostAdapter adapter, bool by_name, std::vector<i2c::Address> addresses, Options options);

  /// The same for an adapter given by name or by number. Throws what `find_adapter` throws, too.
  I2cDev(std::string_view name_or_number, std::vector<i2c::Address> addresses,
         const Options& options);

  /// The adapter as it was found at the start. Its number may be another by now.
  [[nodiscard]] const HostAdapter& host_adapter() const { return link_.at_start(); }

  /// Who hears of changes, once each: "i2c-3 (NAME) is gone: WHY", "i2c-3 (NAME) is back as i2c-4",
  /// that it cannot be used although it is there, and that an address belongs to a driver of the
  /// host by now. Of what comes too often in a minute, the rest is counted only. Called from the
  /// thread of whoever transfers, which waits; must not transfer on this adapter.
  void on_notice(Notices::Handler handler);

  /// Who hears of transactions that the adapter failed at, up to 60 in a minute: "i2c-3 (NAME):
  /// transfer to 0x50: ENXIO (No such device or address), for the guest: address NACK". Called like
  /// the other one.
  void on_failure(Notices::Handler handler);

  /// What the kernel says (I2C_FUNCS), but without 10-bit addresses on an adapter that can do
  /// nothing but SMBus. While the adapter is gone, what it was.
  [[nodiscard]] i2c::Functionality functionality() const override { return link_.functionality(); }

 private:
  /// Errors, besides those of the errno table:
  /// - not_permitted: an address that is not granted, or belongs to a driver of the host by now;
  /// - too_long: over 42 messages, or over 8192 bytes in one, where there is I2C_FUNC_I2C;
  /// - not_supported: no SMBus protocol of the adapter's is the same on the wire, also where fewer
  ///   bytes would be;
  /// - timeout: the adapter was in use by others for longer than `wait_limit`;
  /// - io_error: the adapter is gone, or has received less than was asked for.
  [[nodiscard]] i2c::TransferResult do_transfer(std::span<const i2c::Message> messages) override;

  [[nodiscard]] i2c::TransferResult transfer_locked(std::span<const i2c::Message> messages);
  [[nodiscard]] i2c::TransferResult transfer_by_smbus(const AdapterFile& file,
                                                      std::span<const i2c::Message> messages);
  /// What an errno of the kernel's means, which is told.
  [[nodiscard]] i2c::TransferError failure(int error, std::span<const i2c::Message> messages);
  [[nodiscard]] bool is_granted(i2c::Address address) const;

  const std::vector<i2c::Address> addresses_;  // sorted
  const std::chrono::milliseconds wait_limit_;
  const bool force_;

  std::timed_mutex mutex_;
  AdapterLink link_;  // guarded by it, but for what does not change
  AdapterLease lease_{link_, mutex_};
  Notices failures_;
};

}  // namespace vhost_device::linux_i2c
