// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pthread.h>

#include <atomic>

namespace vhost_device::support {

/// How often this process descends from another by a fork since this was called first: tells a
/// child from its parent as getpid does, without a system call.
inline unsigned forks() {
  static std::atomic<unsigned> count{0};
  [[maybe_unused]] static const int at_fork =
      ::pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); });
  return count.load(std::memory_order_relaxed);
}

}  // namespace vhost_device::support
