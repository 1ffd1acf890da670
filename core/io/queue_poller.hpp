// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sched.h>

#include <chrono>

#include "core/io/poll_window.hpp"
#include "core/support/relax.hpp"

namespace vhost_device::io {

/// Looks for the next request of one queue, for as long as the policy says, in turns that are short
/// enough for the event loop to do everything else in between.
class QueuePoller {
 public:
  explicit QueuePoller(PollPolicy policy) : on_(policy.limit.count() > 0), window_(policy) {}

  /// Whether to look at all for what comes next.
  [[nodiscard]] bool wants_to_look() const { return on_ && window_.length().count() > 0; }

  /// What was there is answered; the time to look begins.
  void answered() {
    if (on_) answered_at_ = Clock::now();
  }

  /// A kick has come.
  void kicked() {
    if (on_) window_.request_came(Clock::now() - answered_at_);
  }

  enum class Seen {
    request,
    nothing_yet,  ///< Look again after the event loop's turn.
    nothing,      ///< The time is over.
  };

  /// One turn. `has_requests` is called again and again.
  template <typename HasRequests>
  [[nodiscard]] Seen look(HasRequests has_requests) {
    const Clock::time_point begin = Clock::now();
    const Clock::time_point end = answered_at_ + window_.length();
    const Clock::time_point turn_end = begin + turn;
    for (Clock::time_point now = begin; now < end; now = Clock::now()) {
      if (now >= turn_end) return let_others_run();
      for (int i = 0; i < looks_per_clock; ++i) {
        if (has_requests()) {
          window_.request_came(now - answered_at_);
          return Seen::request;
        }
        support::relax();
      }
    }
    return Seen::nothing;
  }

 private:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::microseconds turn{20};
  /// So long without the processor means that another thread was waiting for it.
  static constexpr std::chrono::microseconds others_had_it{10};
  static constexpr int looks_per_clock = 8;

  Seen let_others_run() {
    const Clock::time_point before = Clock::now();
    ::sched_yield();
    if (Clock::now() - before >= others_had_it) window_.processor_is_wanted();
    return Seen::nothing_yet;
  }

  bool on_;
  PollWindow window_;
  Clock::time_point answered_at_;
};

}  // namespace vhost_device::io
