// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace vhost_device::io {

/// Whether a guest's thread keeps looking for the next request before it goes to sleep.
struct PollPolicy {
  /// The longest time to look for after a request; zero: not at all.
  std::chrono::nanoseconds limit{0};
  /// Look only for as long as requests have been coming that quickly, and not while others want the
  /// processor.
  bool adaptive = false;
};

/// "off", "adaptive" (up to 100 us), or a time such as "50us" or "1ms", from 1 us to 100 ms. Empty
/// for any other text.
[[nodiscard]] std::optional<PollPolicy> parse_poll_policy(std::string_view text);

/// How long to look for the next request, from how long the ones before have let wait.
class PollWindow {
 public:
  using Duration = std::chrono::nanoseconds;

  explicit PollWindow(PollPolicy policy)
      : policy_(policy), window_(policy.adaptive ? Duration(0) : policy.limit) {}

  /// Zero: sleep at once.
  [[nodiscard]] Duration length() const { return window_; }

  /// A request has come `gap` after the one before was answered, seen by looking or by a kick.
  void request_came(Duration gap);

  /// Another thread wanted the processor meanwhile.
  void processor_is_wanted();

 private:
  PollPolicy policy_;
  Duration window_;
};

}  // namespace vhost_device::io
