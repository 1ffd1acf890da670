// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>

#include "backends/sim/bus/state.hpp"

namespace vhost_device::sim {

/// The alarm of a temperature sensor: an upper limit to cross, a lower one to come back under, and
/// a queue of so many conversions in a row before either counts (LM75, SNIS153, "Fault Queue";
/// TMP75, SBOS288M, 7.4.4, 7.4.5 and 7.5.3.4).
class Thermostat {
 public:
  static constexpr std::int64_t longest_queue = 6;  ///< Of all these parts.

  /// So many conversions with one and the same result: whether that is beyond the upper limit,
  /// and whether it is under the lower one. `queue` is 1 to
  /// `longest_queue`.
  void conversions(std::uint64_t count, bool over, bool under, std::uint64_t queue);

  /// The output in comparator mode: from crossing the upper limit to coming under the lower one.
  [[nodiscard]] bool tripped() const { return tripped_; }

  /// The output in interrupt mode: from either event until it is acknowledged. The events go on
  /// taking turns whether or not they are.
  [[nodiscard]] bool pending() const { return pending_; }
  void acknowledge() { pending_ = false; }

  void reset() { *this = {}; }

  void visit_state(StateVisitor& visitor) {
    visitor.value("alert.tripped", tripped_);
    visitor.value("alert.pending", pending_);
    visitor.value("alert.faults", faults_, 0, longest_queue - 1);
  }

 private:
  bool tripped_ = false;
  bool pending_ = false;
  std::uint64_t faults_ = 0;  // in a row, towards the next event
};

}  // namespace vhost_device::sim
