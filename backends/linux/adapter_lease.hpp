// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <bitset>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "backends/linux/adapter_file.hpp"
#include "backends/linux/adapter_link.hpp"
#include "core/i2c/address.hpp"
#include "core/support/unique_fd.hpp"

namespace vhost_device::linux_i2c {

/// Keeps the adapter's file open from one transaction to the next, but never for longer than
/// `length`, whether it is in use or not: an open file keeps the host from unplugging the adapter
/// and from removing its module. What was asked at the beginning, whether it is the same adapter
/// still and which addresses belong to drivers of the host, is asked again with each lease.
///
/// All but the constructor and destructor are called with the mutex locked. In a process that was
/// forked off there is nobody to close the file in time: it is opened for each transaction. One
/// that was open at the fork stays open there until the next transaction, exec or the end.
class AdapterLease {
 public:
  static constexpr std::chrono::milliseconds length{20};
  /// After a lease the file is opened for each of so many transactions. Otherwise a guest that
  /// never pauses would leave no gap in which the module could be removed.
  static constexpr unsigned transactions_between = 8;

  /// `mutex` guards `link` and this, and outlives both.
  AdapterLease(AdapterLink& link, std::timed_mutex& mutex);
  AdapterLease(const AdapterLease&) = delete;
  AdapterLease& operator=(const AdapterLease&) = delete;
  ~AdapterLease();

  /// The adapter's file, for one transaction; not open when AdapterLink::open says so.
  [[nodiscard]] const AdapterFile& open();

  /// Whether a driver of the host owns this address, which is asked once for each lease.
  [[nodiscard]] bool is_owned(i2c::Address address);

  /// After each transaction. One that failed ends the lease, as the adapter may have gone; so does
  /// one at the end of its time, for which the closer alone might wait long beside a busy guest.
  void transaction_ended(bool ok);

 private:
  void close();
  void arm(std::chrono::nanoseconds time) const;
  void close_in_time();

  AdapterLink& link_;
  std::timed_mutex& mutex_;
  AdapterFile file_;
  bool leased_ = false;
  std::bitset<i2c::Address::max_seven_bit + 1> free_;  // no driver owns them
  unsigned before_lease_ = 0;                          // transactions until the next one

  support::UniqueFd timer_;         // one timer for each lease, which nobody has to stop
  std::atomic<bool> over_ = false;  // the lease's time is
  std::atomic<bool> ending_ = false;
  const unsigned process_;
  std::unique_ptr<std::thread> closer_;
};

}  // namespace vhost_device::linux_i2c
