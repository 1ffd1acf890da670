// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/thermostat.hpp"

namespace vhost_device::sim {

void Thermostat::conversions(std::uint64_t count, bool over, bool under, std::uint64_t queue) {
  const bool fault = tripped_ ? under : over;
  if (!fault) {
    faults_ = 0;
    return;
  }
  faults_ += count;
  if (faults_ < queue) return;
  pending_ = true;
  if (over && under) {
    // The limits are the wrong way round, so that each full queue is an event and the next begins.
    const bool odd = faults_ / queue % 2 == 1;
    tripped_ = tripped_ != odd;
    faults_ %= queue;
  } else {
    tripped_ = !tripped_;
    faults_ = 0;
  }
}

}  // namespace vhost_device::sim
