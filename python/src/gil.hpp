// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <Python.h>
#include <pybind11/pybind11.h>
#include <unistd.h>

#include <chrono>

namespace vhost_device::python {

inline bool interpreter_is_ending() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

/// Releases the GIL for a scope, as pybind11's gil_scoped_release does, but bears an interpreter
/// that ends meanwhile. A thread that asks for the GIL then is ended on the spot, as far as Python
/// 3.13: it unwinds the stack, which a destructor that may not throw makes the end of the process.
class ReleaseGil {
 public:
  ReleaseGil() : thread_(PyEval_SaveThread()) {}
  ReleaseGil(const ReleaseGil&) = delete;
  ReleaseGil& operator=(const ReleaseGil&) = delete;

  ~ReleaseGil() noexcept(false) {
    // The thread that ends the interpreter has it still.
    while (interpreter_is_ending() && !ends_the_interpreter()) ::pause();
    PyEval_RestoreThread(thread_);
  }

 private:
  [[nodiscard]] static bool ends_the_interpreter() { return ::getpid() == ::gettid(); }

  PyThreadState* thread_;
};

/// How long a binding waits for something before it looks for Ctrl-C.
constexpr std::chrono::milliseconds wait_slice{50};

/// Python's signal handlers run on its main thread, and only when that comes back to Python.
inline bool handles_signals() { return ::getpid() == ::gettid(); }

/// Runs the handlers of signals that have come, and throws what they raise, such as
/// KeyboardInterrupt. For waits without the GIL, on any thread.
inline void check_signals() {
  if (!handles_signals() || interpreter_is_ending()) return;
  const pybind11::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
}

/// For bindings that may take a bus's lock: the order is always bus lock, then GIL.
using WithoutGil = pybind11::call_guard<ReleaseGil>;

}  // namespace vhost_device::python
