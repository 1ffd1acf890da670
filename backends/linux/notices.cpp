// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/notices.hpp"

namespace vhost_device::linux_i2c {

bool Notices::admit() {
  if (!handler_) return false;
  if (const auto now = now_(); now >= period_end_) {
    if (count_ > limit_) {
      handler_(subject_ + ": " + std::to_string(count_ - limit_) + " lines were left out");
    }
    count_ = 0;
    period_end_ = now + period;
  }
  ++count_;
  if (count_ == limit_ + 1) {
    handler_(subject_ + ": more than " + std::to_string(limit_) + " lines within " +
             std::to_string(period.count()) + " s; leaving out the rest of them");
  }
  return count_ <= limit_;
}

}  // namespace vhost_device::linux_i2c
