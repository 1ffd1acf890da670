// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/guest_log.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace vhost_device::io {

GuestLog::GuestLog(std::string name, Now now)
    : name_(std::move(name)), now_(std::move(now)), period_end_(now_() + period) {}

void GuestLog::write(spdlog::level::level_enum level, std::string_view text) {
  if (!spdlog::should_log(level)) return;
  if (const auto now = now_(); now >= period_end_) begin_period(now);
  ++lines_;
  if (lines_ <= lines_per_period) {
    spdlog::log(level, "{}: {}", name_, text);
  } else if (lines_ == lines_per_period + 1) {
    spdlog::warn("{}: more than {} lines within {} s; leaving out the rest of them", name_,
                 lines_per_period, period.count());
  }
}

void GuestLog::debug(std::string_view text) const { spdlog::debug("{}: {}", name_, text); }

void GuestLog::begin_period(std::chrono::steady_clock::time_point now) {
  if (lines_ > lines_per_period) {
    spdlog::warn("{}: {} lines were left out", name_, lines_ - lines_per_period);
  }
  lines_ = 0;
  period_end_ = now + period;
}

}  // namespace vhost_device::io
