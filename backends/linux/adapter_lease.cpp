// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/adapter_lease.hpp"

#include <pthread.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <utility>

namespace vhost_device::linux_i2c {
namespace {

/// A thread that gets no signals: they are the business of the program's others.
template <typename Function>
std::thread start_without_signals(Function function) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(function));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

AdapterLease::AdapterLease(AdapterLink& link, std::timed_mutex& mutex)
    : link_(link),
      mutex_(mutex),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)),
      process_(::getpid()) {
  if (!timer_) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  closer_ = start_without_signals([this] { close_in_time(); });
}

AdapterLease::~AdapterLease() {
  // A process that was forked off has the object, but not the thread.
  if (process_ != ::getpid()) {
    closer_.detach();
    return;
  }
  ending_ = true;
  arm(std::chrono::nanoseconds(1));
  closer_.join();
}

const AdapterFile& AdapterLease::open() {
  if (file_) return file_;
  file_ = link_.open();
  if (before_lease_ > 0) {
    --before_lease_;
  } else if (file_) {
    leased_ = true;
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
  if (!leased_ || !ok) close();
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
    const std::scoped_lock lock(mutex_);
    if (!leased_) continue;
    close();
    before_lease_ = transactions_between;
  }
}

}  // namespace vhost_device::linux_i2c
