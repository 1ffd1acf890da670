// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

namespace vhost_device::python {

/// The GIL for a call from a bus into Python, inside of an open CallbackGate.
///
/// A thread that is not Python's own, as those of guests are, needs a thread state of Python's. It
/// keeps the first that it gets, to its end: making one for each call would take longer than the
/// call.
class CallbackGil {
 public:
  CallbackGil();
  CallbackGil(const CallbackGil&) = delete;
  CallbackGil& operator=(const CallbackGil&) = delete;

 private:
  const bool has_state_;
  pybind11::gil_scoped_acquire gil_;
};

}  // namespace vhost_device::python
