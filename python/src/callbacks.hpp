// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>

namespace vhost_device::python {

/// The gate in front of every call from a bus into Python. It is closed before the interpreter
/// ends: a thread that wanted the GIL after that would be killed in the middle of a transfer.
///
/// Put one around a call, outside of the GIL, and call only if it is open.
class CallbackGate {
 public:
  CallbackGate();
  CallbackGate(const CallbackGate&) = delete;
  CallbackGate& operator=(const CallbackGate&) = delete;
  ~CallbackGate();

  [[nodiscard]] explicit operator bool() const { return open_; }

  /// Whether this thread is inside of a call from a bus: of a chip, with the bus's lock, or of a
  /// fault's condition.
  [[nodiscard]] static bool is_inside();

  /// Lets nobody in any more and waits for those inside. False when one stayed for longer than
  /// `limit`. To be called without the GIL.
  static bool close(std::chrono::milliseconds limit);

 private:
  bool open_ = false;
};

}  // namespace vhost_device::python
