// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <spdlog/common.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace vhost_device::io {

/// The log of what one guest and its front-ends do, for as long as their socket is served: they can
/// cause lines as fast as they can send, also by connecting again, and shall not fill a disk. So
/// many lines are written in a period, and the first beyond them is replaced by a line that says
/// so. How many were left out is said before the next line that there is after the period's end,
/// and never if there is none.
///
/// For one thread.
class GuestLog {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  /// Far above what guests that start, reboot and leave come to.
  static constexpr std::size_t lines_per_period = 60;
  static constexpr std::chrono::seconds period{60};

  /// `name` begins each line. Periods are measured by `now`.
  explicit GuestLog(std::string name, Now now = std::chrono::steady_clock::now);

  /// Writes a line, or counts it as left out. A line below the log's level counts as neither.
  void write(spdlog::level::level_enum level, std::string_view text);

  /// Writes a line for whoever has asked for every message by the log's level; not limited.
  void debug(std::string_view text) const;

 private:
  void begin_period(std::chrono::steady_clock::time_point now);

  const std::string name_;
  const Now now_;
  std::chrono::steady_clock::time_point period_end_;
  std::size_t lines_ = 0;  // in this period, those left out among them
};

}  // namespace vhost_device::io
