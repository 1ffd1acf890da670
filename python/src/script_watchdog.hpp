// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <Python.h>

#include <chrono>

namespace vhost_device::python {

/// Bounds the time of Python code that a bus waits for: when it is over, `ScriptTimeout` is raised
/// in the middle of it, again and again until it ends.
///
/// Python raises it between two bytecodes, so it does not end code that waits outside of the
/// interpreter, such as a sleep.
class ScriptTimeLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// For the code that this thread runs from now on. Zero is no limit. With the GIL held.
  explicit ScriptTimeLimit(std::chrono::milliseconds limit);
  ScriptTimeLimit(const ScriptTimeLimit&) = delete;
  ScriptTimeLimit& operator=(const ScriptTimeLimit&) = delete;
  /// The code is over. With the GIL held: nothing is raised from here on, also if it was about to.
  ~ScriptTimeLimit();

  [[nodiscard]] bool exceeded() const { return exceeded_; }

  /// Takes the remaining time of all such code away, and limits code without a limit, too.
  static void expire_all();
  /// Ends the watching thread. To be called without the GIL.
  static void shut_down();

 private:
  friend class ScriptWatchdog;

  const unsigned long thread_;
  Clock::time_point deadline_;  // guarded by the watchdog's mutex
  bool exceeded_ = false;       // guarded by the GIL
};

}  // namespace vhost_device::python
