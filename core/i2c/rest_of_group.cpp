// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/rest_of_group.hpp"

#include <sched.h>

#include <thread>

#include "core/support/relax.hpp"

namespace vhost_device::i2c {
namespace {

// The rest is mostly there at once: to sleep would take longer. On the same processor, the driver
// needs it to go on.
constexpr std::chrono::microseconds awake{50};
constexpr int looks_per_turn = 64;
constexpr std::chrono::microseconds nap{100};

bool comes_at_once(const virtio::Queue& queue) {
  for (int i = 0; i < looks_per_turn; ++i) {
    if (queue.has_requests()) return true;
    support::relax();
  }
  return false;
}

}  // namespace

bool RestOfGroup::wait(const virtio::Queue& queue) {
  if (!begin_) begin_ = Clock::now();
  for (auto waited = Clock::now() - *begin_; waited < limit_; waited = Clock::now() - *begin_) {
    if (comes_at_once(queue)) return true;
    if (waited < awake) {
      ::sched_yield();
    } else {
      std::this_thread::sleep_for(nap);
    }
  }
  return false;
}

}  // namespace vhost_device::i2c
