// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/poll_window.hpp"

#include <algorithm>
#include <charconv>

namespace vhost_device::io {
namespace {

/// Requests that came after `gap` may come after this many times that.
constexpr int margin = 2;
/// A window below this is not worth the loop.
constexpr std::chrono::microseconds shortest{2};

constexpr std::chrono::microseconds adaptive_limit{100};
constexpr std::chrono::milliseconds longest{100};

std::optional<std::chrono::nanoseconds> parse_time(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit == "us") return std::chrono::microseconds(value);
  if (unit == "ms") return std::chrono::milliseconds(value);
  return std::nullopt;
}

}  // namespace

std::optional<PollPolicy> parse_poll_policy(std::string_view text) {
  if (text == "off") return PollPolicy{};
  if (text == "adaptive") return PollPolicy{.limit = adaptive_limit, .adaptive = true};
  const auto time = parse_time(text);
  if (!time || time->count() == 0 || *time > longest) return std::nullopt;
  return PollPolicy{.limit = *time};
}

void PollWindow::request_came(Duration gap) {
  if (!policy_.adaptive) return;
  if (gap <= policy_.limit) {
    // Down slowly: one quick request tells little about the next.
    window_ = std::min(std::max(margin * gap, window_ - window_ / 8), policy_.limit);
    window_ = std::max<Duration>(window_, std::min<Duration>(shortest, policy_.limit));
    return;
  }
  window_ /= 2;
  if (window_ < shortest) window_ = Duration(0);
}

void PollWindow::processor_is_wanted() {
  if (policy_.adaptive) window_ = Duration(0);
}

}  // namespace vhost_device::io
