// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <algorithm>
#include <chrono>

#if defined(__SANITIZE_THREAD__)
#define VHOST_DEVICE_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VHOST_DEVICE_THREAD_SANITIZER 1
#endif
#endif

namespace vhost_device::support {

/// Takes a lock, such as a std::timed_mutex, or returns false when it was not to be had until then.
/// Nobody who sets the clock makes the wait longer or shorter.
template <class Mutex>
[[nodiscard]] bool try_lock_until(Mutex& mutex, std::chrono::steady_clock::time_point end) {
#ifdef VHOST_DEVICE_THREAD_SANITIZER
  // ThreadSanitizer (of Clang 14) knows only what waits by the wall clock. In slices, so that a
  // jump of it matters to one of them at most.
  constexpr std::chrono::milliseconds slice{50};
  while (true) {
    const auto left = end - std::chrono::steady_clock::now();
    const auto wait = std::min<std::chrono::steady_clock::duration>(left, slice);
    if (mutex.try_lock_until(std::chrono::system_clock::now() + wait)) return true;
    if (left <= slice) return false;
  }
#else
  return mutex.try_lock_until(end);
#endif
}

}  // namespace vhost_device::support
