// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace vhost_device::sim {

class Device;

/// Two buses whose chips use each other's: each would wait for the other's lock for ever. The text
/// names the chips.
class BusDeadlock : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The lock of a bus. It is held for whole transactions, so for as long as a script takes; whoever
/// waits for it therefore waits in slices, and looks around between them.
///
/// Recursive, because a scripted chip may, in the middle of a transaction, set a property of
/// another chip on its bus.
class BusMutex {
 public:
  /// How long a wait goes on between two calls of the hook.
  static constexpr std::chrono::milliseconds slice{50};

  BusMutex() = default;
  BusMutex(const BusMutex&) = delete;
  BusMutex& operator=(const BusMutex&) = delete;

  /// Throws BusDeadlock when it would never get the lock, std::runtime_error in a process that was
  /// forked off while another thread of its parent had the lock, and whatever the hook throws.
  void lock();
  [[nodiscard]] bool try_lock() noexcept;
  /// False when the lock was not to be had until then. Throws as `lock` does.
  [[nodiscard]] bool try_lock_until(std::chrono::steady_clock::time_point end);
  void unlock() noexcept;

  /// For the end of a bus: `lock` without the hook, and false instead of an exception.
  [[nodiscard]] bool lock_for_end() noexcept;

  /// Called after each slice of a wait, on the thread that waits, and may throw to end the wait;
  /// null for nothing. One for all buses.
  static void on_wait(void (*hook)());

  /// Notes which chip this thread calls from now on, null for none, and returns which it was.
  static const Device* calls(const Device* device) noexcept;

 private:
  using End = std::optional<std::chrono::steady_clock::time_point>;

  class Waiting;
  [[nodiscard]] bool is_held_here() const noexcept;
  void took() noexcept;
  [[nodiscard]] bool wait(End end, void (*hook)());
  /// Whether its holder is a thread that only the parent process has.
  [[nodiscard]] bool is_abandoned() const;

  std::timed_mutex mutex_;
  std::atomic<std::thread::id> holder_{};
  std::atomic<unsigned> process_{0};  // in which the holder took it
  std::size_t depth_ = 0;             // guarded by the lock
};

}  // namespace vhost_device::sim
