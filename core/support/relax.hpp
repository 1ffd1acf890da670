// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

namespace vhost_device::support {

/// Tells the processor that this is a loop which waits for memory to change.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Takes a lock that is mostly held for less time than it takes to sleep: tries it again for about
/// a microsecond. False when that was not enough.
template <typename Mutex>
[[nodiscard]] bool try_lock_for_a_moment(Mutex& mutex) {
  constexpr int tries = 32;
  for (int i = 0; i < tries; ++i) {
    if (mutex.try_lock()) return true;
    relax();
  }
  return false;
}

}  // namespace vhost_device::support
