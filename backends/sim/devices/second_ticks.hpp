// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "backends/sim/bus/clock.hpp"
#include "backends/sim/bus/state.hpp"

namespace vhost_device::sim {

/// The divider of a real-time clock: a tick each second of the bus's clock while it runs.
class SecondTicks {
 public:
  /// Runs from now on; the first tick comes after `first`.
  void start(Time now, Time first = std::chrono::seconds(1)) {
    last_ = now + first - std::chrono::seconds(1);
  }
  void stop() { last_.reset(); }
  [[nodiscard]] bool is_running() const { return last_.has_value(); }

  /// How many ticks there were since the last call, however long ago that was.
  [[nodiscard]] std::uint64_t passed(Time now) {
    if (!last_ || now < *last_) return 0;
    const auto ticks = std::chrono::duration_cast<std::chrono::seconds>(now - *last_);
    *last_ += ticks;
    return static_cast<std::uint64_t>(ticks.count());
  }

  /// The level of a square wave of so many hertz: low in the first half of each of its periods, of
  /// which the first begins with a tick. High when it does not run.
  [[nodiscard]] bool is_wave_high(Time now, unsigned hertz) const {
    if (!last_) return true;
    const auto phase = (now - *last_) % std::chrono::seconds(1);
    return phase.count() * 2 * hertz / Time(std::chrono::seconds(1)).count() % 2 != 0;
  }

  void clock_changed(Time offset) {
    if (last_) *last_ += offset;
  }
  void visit_state(StateVisitor& visitor) { visitor.moment("last_tick_ns", last_, Time(0)); }

  /// For `Device::check_state`: throws StateError unless it runs, or not, as the chip's other
  /// values have it.
  void check_state(bool is_running) const {
    require_state(this->is_running() == is_running,
                  is_running ? "last_tick_ns: expected a moment, as the oscillator runs"
                             : "last_tick_ns: expected null, as the oscillator stands still");
  }

 private:
  std::optional<Time> last_;  // empty: stopped
};

}  // namespace vhost_device::sim
