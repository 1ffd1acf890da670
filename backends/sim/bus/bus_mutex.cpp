// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/bus_mutex.hpp"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "core/support/timed_lock.hpp"

namespace vhost_device::sim {
namespace {

std::atomic<void (*)()> wait_hook{nullptr};
thread_local const Device* called = nullptr;

/// One thread that waits, for which lock, and in which chip.
struct Waiter {
  std::thread::id thread;
  const BusMutex* wanted;
  const Device* inside;
};

struct Waiters {
  std::mutex mutex;
  std::vector<Waiter> all;
};

// Never destroyed: a guest's thread may outlive the end of the program.
std::atomic<Waiters*> the_waiters{new Waiters};

/// How often this process descends from another one by a fork since the program began.
std::atomic<unsigned> process{0};

// The threads that held or waited are the parent's.
[[maybe_unused]] const int at_fork = ::pthread_atfork(nullptr, nullptr, [] {
  ++process;
  the_waiters = new Waiters;
});

std::string describe(const Device* device) {
  if (device == nullptr) return "a thread that is in no chip";
  return device->name() + " at " + to_string(device->addresses().front());
}

}  // namespace

/// Makes it known that this thread waits, or refuses that if it would be for ever.
class BusMutex::Waiting {
 public:
  explicit Waiting(const BusMutex& wanted) : waiters_(*the_waiters) {
    const std::lock_guard lock(waiters_.mutex);
    // Every wait for ever begins with somebody's wait, so it is enough to look now.
    if (const Waiter* const other = find_deadlock(wanted)) {
      throw BusDeadlock(describe(called) + " uses the bus of " + describe(other->inside) +
                        ", which waits for the bus of " + describe(called) +
                        ": a deadlock; a chip may use chips of its own bus only");
    }
    waiters_.all.push_back({std::this_thread::get_id(), &wanted, called});
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    const std::lock_guard lock(waiters_.mutex);
    std::erase_if(waiters_.all,
                  [](const Waiter& waiter) { return waiter.thread == std::this_thread::get_id(); });
  }

 private:
  /// Who waits for a lock of this thread, and in the end keeps `wanted` from being released.
  [[nodiscard]] const Waiter* find_deadlock(const BusMutex& wanted) const {
    const BusMutex* next = &wanted;
    for (std::size_t steps = 0; steps <= waiters_.all.size(); ++steps) {
      const std::thread::id holder = next->holder_;
      const auto waiter = std::ranges::find(waiters_.all, holder, &Waiter::thread);
      if (waiter == waiters_.all.end()) return nullptr;
      next = waiter->wanted;
      if (next->holder_.load() == std::this_thread::get_id()) return &*waiter;
    }
    return nullptr;
  }

  Waiters& waiters_;
};

void BusMutex::on_wait(void (*hook)()) { wait_hook = hook; }

const Device* BusMutex::calls(const Device* device) noexcept {
  return std::exchange(called, device);
}

void BusMutex::lock() {
  if (!try_lock()) static_cast<void>(wait(std::nullopt, wait_hook));
}

bool BusMutex::try_lock() noexcept {
  if (is_held_here()) {
    ++depth_;
    return true;
  }
  if (!mutex_.try_lock()) return false;
  took();
  return true;
}

bool BusMutex::is_held_here() const noexcept {
  // What other threads store cannot look like this one's, but for the parent's of a process that
  // was forked off.
  return holder_.load(std::memory_order_relaxed) == std::this_thread::get_id() &&
         process_.load(std::memory_order_relaxed) == process.load(std::memory_order_relaxed);
}

void BusMutex::took() noexcept {
  depth_ = 1;
  // Release is enough: whoever looks for a deadlock does so under the waiters' lock, after all
  // the others that wait have had it.
  process_.store(process.load(std::memory_order_relaxed), std::memory_order_relaxed);
  holder_.store(std::this_thread::get_id(), std::memory_order_release);
}

bool BusMutex::try_lock_until(std::chrono::steady_clock::time_point end) {
  return try_lock() || wait(end, wait_hook);
}

bool BusMutex::lock_for_end() noexcept {
  try {
    return try_lock() || wait(std::nullopt, nullptr);
  } catch (const std::exception&) {
    return false;
  }
}

void BusMutex::unlock() noexcept {
  if (--depth_ > 0) return;
  holder_.store(std::thread::id(), std::memory_order_release);
  mutex_.unlock();
}

bool BusMutex::is_abandoned() const {
  return holder_.load() != std::thread::id() && process_ != process;
}

bool BusMutex::wait(End end, void (*hook)()) {
  const Waiting waiting(*this);
  while (true) {
    if (is_abandoned()) {
      throw std::runtime_error(
          "the bus was in use when this process was forked off, and stays so in it; make a new "
          "one, or fork before");
    }
    const auto now = std::chrono::steady_clock::now();
    if (end && now >= *end) return false;
    if (support::try_lock_until(mutex_, end ? std::min(*end, now + slice) : now + slice)) {
      took();
      return true;
    }
    if (hook != nullptr) hook();
  }
}

}  // namespace vhost_device::sim
