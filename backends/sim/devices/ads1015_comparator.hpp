// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/sim/bus/state.hpp"

namespace vhost_device::sim {

/// The digital comparator of ADS1014, ADS1015, ADS1114 and ADS1115: with a hysteresis or as a
/// window, after a queue of readings, latching or not (SBAS444, "Digital Comparator").
///
/// Not a Thermostat: here only the way into an assertion has a queue, a single reading ends one
/// that is not latched, and none of it takes turns.
class Ads1015Comparator {
 public:
  static constexpr std::int64_t longest_queue = 4;

  struct Settings {
    bool is_window = false;
    bool is_latching = false;
    std::uint64_t queue = 1;  ///< So many readings beyond a threshold in a row.
    std::int16_t low = 0;
    std::int16_t high = 0;
  };

  /// So many readings with one and the same result.
  void readings(std::uint64_t count, std::int16_t reading, const Settings& settings) {
    const bool beyond = reading > settings.high || (settings.is_window && reading < settings.low);
    const bool back = settings.is_window ? !beyond : reading < settings.low;
    readings_ = beyond ? readings_ + std::min(count, settings.queue) : 0;
    readings_ = std::min(readings_, settings.queue);
    if (beyond && readings_ >= settings.queue) asserted_ = true;
    if (back && !settings.is_latching) asserted_ = false;
  }

  [[nodiscard]] bool asserted() const { return asserted_; }

  /// The conversion register was read, which is what ends a latched assertion.
  void acknowledge(const Settings& settings) {
    if (settings.is_latching) asserted_ = false;
  }

  void reset() { *this = {}; }

  void visit_state(StateVisitor& visitor) {
    visitor.value("comparator.asserted", asserted_);
    visitor.value("comparator.readings", readings_, 0, longest_queue);
  }

 private:
  bool asserted_ = false;
  std::uint64_t readings_ = 0;  // beyond a threshold in a row, up to the queue
};

}  // namespace vhost_device::sim
