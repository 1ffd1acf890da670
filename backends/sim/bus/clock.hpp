// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <chrono>

namespace vhost_device::sim {

/// A bus's time: since an arbitrary start, never going back.
using Time = std::chrono::nanoseconds;

/// The only time that simulated chips know. Thread-safe.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual Time now() const = 0;
};

/// The time of the host.
class RealClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

/// Time that passes only when it is told to.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time(now_.load(std::memory_order_acquire)); }

  /// `by` must not be negative.
  void advance(Time by) { now_.fetch_add(by.count(), std::memory_order_acq_rel); }

 private:
  std::atomic<Time::rep> now_{0};
};

}  // namespace vhost_device::sim
