// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <stdexcept>
#include <string>

#include "core/support/forks.hpp"

namespace vhost_device::support {

/// A mutex for what is held briefly, that a process which was forked off does not wait for in vain:
/// where another thread of its parent had it at that moment, nobody ever unlocks it, and what it
/// guards may be half done.
class ForkMutex {
 public:
  /// `what` it is of, in the text of an error; it has to outlive this.
  explicit ForkMutex(const char* what) : what_(what) {}
  ForkMutex(const ForkMutex&) = delete;
  ForkMutex& operator=(const ForkMutex&) = delete;

  /// Throws std::runtime_error in a process that was forked off while it was locked.
  void lock() {
    const unsigned own = forks() + 1;
    unsigned found = unlocked;
    while (!holder_.compare_exchange_weak(found, own, std::memory_order_acquire,
                                          std::memory_order_relaxed)) {
      if (found != unlocked) {
        if (found != own) {
          throw std::runtime_error(std::string(what_) +
                                   " was in use when this process was forked off, and stays so in "
                                   "it; make a new one, or fork before");
        }
        holder_.wait(found, std::memory_order_relaxed);
      }
      found = unlocked;
    }
  }

  void unlock() noexcept {
    holder_.store(unlocked, std::memory_order_release);
    holder_.notify_one();
  }

 private:
  static constexpr unsigned unlocked = 0;

  const char* const what_;
  std::atomic<unsigned> holder_{unlocked};  // 1 more than its process's forks()
};

}  // namespace vhost_device::support
