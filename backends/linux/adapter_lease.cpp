// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/adapter_lease.hpp"

#include <pthread.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <memory>
#include <system_error>

#include "core/support/forks.hpp"

namespace vhost_device::linux_i2c {
namespace {

static_assert(AdapterLease::length < std::chrono::seconds(1));  // see `arm`

/// Signals are the business of the program's other threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

AdapterLease::AdapterLease(AdapterLink& link, std::timed_mutex& mutex)
    : link_(link),
      mutex_(mutex),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)),
      process_(support::forks()) {
  if (!timer_) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  const SignalsBlocked blocked;
  closer_ = std::make_unique<std::thread>([this] { close_in_time(); });
}

AdapterLease::~AdapterLease() {
  // A process that was forked off has the object, but not the thread, which it can neither join nor
  // detach.
  if (process_ != support::forks()) {
    static_cast<void>(closer_.release());
    return;
  }
  ending_ = true;
  arm(std::chrono::nanoseconds(1));
  closer_->join();
}

const AdapterFile& AdapterLease::open() {
  const bool closer_is_there = process_ == support::forks();
  if (!closer_is_there) close();
  if (file_) return file_;
  file_ = link_.open();
  if (!closer_is_there) return file_;
  if (before_lease_ > 0) {
    --before_lease_;
  } else if (file_) {
    leased_ = true;
    over_ = false;
    arm(length);
  }
  return file_;
}

bool AdapterLease::is_owned(i2c::Address address) {
  if (address.is_ten_bit()) return link_.is_owned(file_, address);
  if (free_.test(address.value())) return false;
  const bool owned = link_.is_owned(file_, address);
  free_.set(address.value(), !owned);
  return owned;
}

void AdapterLease::transaction_ended(bool ok) {
  if (leased_ && over_.load(std::memory_order_relaxed)) before_lease_ = transactions_between;
  if (!leased_ || !ok || before_lease_ > 0) close();
}

void AdapterLease::close() {
  file_ = AdapterFile();
  free_.reset();
  leased_ = false;
}

void AdapterLease::arm(std::chrono::nanoseconds time) const {
  const itimerspec once{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = time.count()}};
  ::timerfd_settime(timer_.get(), 0, &once, nullptr);
}

void AdapterLease::close_in_time() {
  while (true) {
    std::uint64_t expirations = 0;
    const ssize_t size = ::read(timer_.get(), &expirations, sizeof expirations);
    if (ending_) return;
    if (size != sizeof expirations) continue;
    over_ = true;
    const std::scoped_lock lock(mutex_);
    if (!leased_ || !over_) continue;  // ended meanwhile
    close();
    before_lease_ = transactions_between;
  }
}

}  // namespace vhost_device::linux_i2c
