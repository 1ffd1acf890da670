// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backends/sim/bus/clock.hpp"
#include "backends/sim/bus/state.hpp"

namespace vhost_device::sim {

/// When a converter's conversions end, on the bus's clock: a single one, or one after the other.
class ConversionTimer {
 public:
  /// One conversion that ends after `duration`.
  void start_once(Time now, Time duration) {
    end_ = now + duration;
    period_ = Time(0);
  }

  /// The first ends after `duration`, each further one `period` after the one before.
  void start_repeating(Time now, Time duration, Time period) {
    end_ = now + duration;
    period_ = period;
  }

  void stop() {
    end_.reset();
    period_ = Time(0);
  }

  /// Whether one is under way, or awaited.
  [[nodiscard]] bool is_running() const { return end_.has_value(); }

  /// When the next one ends, or ended if `completed` was not asked since.
  [[nodiscard]] std::optional<Time> end() const { return end_; }

  /// From one to the next; 0 if there is only one, or none.
  [[nodiscard]] Time period() const { return period_; }

  /// How many have ended since the last call, however long ago that was.
  [[nodiscard]] std::uint64_t completed(Time now) {
    if (!end_ || now < *end_) return 0;
    if (period_ <= Time(0)) {
      end_.reset();
      return 1;
    }
    const auto more = static_cast<std::uint64_t>((now - *end_) / period_);
    *end_ += period_ * static_cast<Time::rep>(more + 1);
    return more + 1;
  }

  void clock_changed(Time offset) {
    if (end_) *end_ += offset;
  }

  /// None ends, or follows another one, in more than `longest`. `name` tells it from the chip's
  /// other timers.
  void visit_state(StateVisitor& visitor, Time longest, std::string_view name = "conversion") {
    Time::rep period_ns = period_.count();
    visitor.moment(std::string(name) + "_end_ns", end_, longest);
    visitor.value(std::string(name) + "_period_ns", period_ns, 0, longest.count());
    period_ = Time(period_ns);
  }

  /// For `Device::check_state`: throws StateError unless one is awaited, or none is, as the chip's
  /// other values have it, and with that period. A driver would wait for one that never comes.
  void check_state(bool is_running, Time period, std::string_view name = "conversion") const {
    require_state(this->is_running() == is_running,
                  std::string(name) + "_end_ns: expected " + (is_running ? "a moment" : "null"));
    require_state(period_ == (is_running ? period : Time(0)),
                  std::string(name) + "_period_ns: " + std::to_string(period_.count()) +
                      " (expected " + std::to_string(is_running ? period.count() : 0) + ")");
  }

 private:
  std::optional<Time> end_;  // of the next one; empty: there is none
  Time period_{0};           // 0: there is only one
};

}  // namespace vhost_device::sim
