// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <time.h>

#include <chrono>

namespace vhost_device::support {

/// The time of the kernel's last tick, up to 10 ms ago: for limits of seconds, where reading the
/// precise time would cost as much as the work that is limited.
struct CoarseClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CoarseClock>;
  static constexpr bool is_steady = true;

  [[nodiscard]] static time_point now() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

}  // namespace vhost_device::support
