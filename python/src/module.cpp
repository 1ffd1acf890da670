// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Every binding that may take a bus's lock releases the GIL before: the order is always bus lock,
// then GIL.

#include <pybind11/pybind11.h>

#include <chrono>

#include "backends/sim/bus/bus_mutex.hpp"
#include "python/src/callbacks.hpp"
#include "python/src/chips.hpp"
#include "python/src/duration.hpp"
#include "python/src/errors.hpp"
#include "python/src/gil.hpp"
#include "python/src/log_queue.hpp"
#include "python/src/registration.hpp"
#include "python/src/script_watchdog.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

// How long a script that is under way may go on by itself when the interpreter is to end, and how
// long it may take to end when it is told to.
constexpr std::chrono::milliseconds script_limit{1000};
constexpr std::chrono::milliseconds log_limit{2000};

/// From here on no chip is called any more: scripted ones answer nobody. May be called again.
void end_scripts() {
  const ReleaseGil release;
  if (CallbackGate::close(script_limit)) return;
  ScriptTimeLimit::expire_all();
  CallbackGate::close(script_limit);
}

/// The interpreter is about to end: no thread of ours may want the GIL after this.
void shut_down() {
  end_scripts();
  const ReleaseGil release;
  ScriptTimeLimit::shut_down();
  log_queue::shut_down(log_limit);
}

}  // namespace
}  // namespace vhost_device::python

PYBIND11_MODULE(_core, module) {
  using namespace vhost_device::python;
  module.doc() = "The part of vhost_device that is written in C++.";
  module.attr("__version__") = VHOST_DEVICE_VERSION;

  register_errors();
  register_i2c(module);
  register_clock(module);
  register_device(module);
  register_mux(module);
  register_registers(module);
  register_registry(module);
  for (const auto register_chip : chip_registrations) register_chip(module);
  register_faults(module);
  register_trace(module);
  register_bus(module);
  register_state(module);
  register_stimulus(module);
  register_linux(module);
  register_replay(module);
  register_router(module);
  register_server(module);
  register_guest(module);

  module.def(
      "log",
      [](int level, const py::str& text) {
        log_queue::push(static_cast<log_queue::Level>(level), to_utf8(text));
      },
      py::arg("level"), py::arg("text"),
      "Writes a log record without waiting for its handlers, and so with any lock held.");
  module.def(
      "flush_log",
      [](double timeout) {
        const std::chrono::milliseconds limit = to_limit(timeout);
        const ReleaseGil release;
        log_queue::flush(limit);
      },
      py::arg("timeout") = 2.0,
      "Waits until everything that was logged before has reached its handlers.");
  module.def("end_scripts", &end_scripts,
             "Before the interpreter ends: from here on no chip is called any more.");

  log_queue::take_over_spdlog();
  vhost_device::sim::BusMutex::on_wait(&check_signals);
  py::module_::import("atexit").attr("register")(py::cpp_function(&shut_down));
}
