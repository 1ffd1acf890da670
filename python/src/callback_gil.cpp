// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/callback_gil.hpp"

#include <Python.h>

#include "python/src/callbacks.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

/// Gives the state back when its thread ends.
struct KeptState {
  bool kept = false;

  ~KeptState() {
    if (!kept) return;
    const CallbackGate gate;
    if (!gate) return;  // the interpreter is ending, and takes all states with it
    py::gil_scoped_acquire gil;
    gil.dec_ref();
  }
};

thread_local KeptState state;

}  // namespace

CallbackGil::CallbackGil() : has_state_(PyGILState_GetThisThreadState() != nullptr) {
  if (has_state_ || state.kept) return;
  gil_.inc_ref();
  state.kept = true;
}

}  // namespace vhost_device::python
