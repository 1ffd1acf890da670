// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/python_stimulus.hpp"

#include <chrono>

#include "python/src/callback_gil.hpp"
#include "python/src/callbacks.hpp"

namespace py = pybind11;

namespace vhost_device::python {

// A chip may end on a guest's thread, and with it what it follows.
PythonStimulus::~PythonStimulus() {
  const CallbackGate gate;
  if (!gate) {
    function_.release();  // the interpreter ends, and its objects with it
    return;
  }
  const CallbackGil gil;
  function_ = py::function();
  supervisor_.reset();
  unattended_.reset();
}

void PythonStimulus::apply(sim::Time now, const std::shared_ptr<void>& supervisor) {
  const std::chrono::duration<double> seconds = now - start_;
  attend(supervisor ? std::static_pointer_cast<ScriptSupervisor>(supervisor) : unattended_);
  // What goes wrong is reported; the chip keeps the value that it has.
  static_cast<void>(call(chip_, [&](ScriptCall& call) {
    call.hook = "follow";
    call.nack = i2c::TransferError::none;
    function_(call.self, seconds.count());
  }));
}

// The one before may end with this, which has an object of Python's.
void PythonStimulus::attend(const std::shared_ptr<ScriptSupervisor>& supervisor) {
  if (supervisor_ == supervisor) return;
  const CallbackGate gate;
  if (!gate) return;
  const CallbackGil gil;
  supervisor_ = supervisor;
}

}  // namespace vhost_device::python
