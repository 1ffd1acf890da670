// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/script.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "backends/sim/registers/register_device.hpp"
#include "python/src/callback_gil.hpp"
#include "python/src/callbacks.hpp"
#include "python/src/errors.hpp"
#include "python/src/script_watchdog.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

// Reporting formats the exception, which may run code of the script again.
constexpr std::chrono::milliseconds report_limit{1000};

bool is_main_thread() {
  const py::module_ threading = py::module_::import("threading");
  return threading.attr("current_thread")().is(threading.attr("main_thread")());
}

/// Whether Ctrl-C does anything in this program: one in the background of a shell ignores it.
bool heeds_control_c() {
  const py::module_ signal = py::module_::import("signal");
  return PyCallable_Check(signal.attr("getsignal")(signal.attr("SIGINT")).ptr()) != 0;
}

bool is_control_c(const py::error_already_set& error) {
  return error.matches(PyExc_KeyboardInterrupt) && is_main_thread() && heeds_control_c();
}

/// With the GIL held.
const HookName& start_hook() {
  static const HookName name("start");
  return name;
}

const HookName& stop_hook() {
  static const HookName name("stop");
  return name;
}

}  // namespace

void check_nothing(const sim::Device& chip, const char* hook, const py::object& value) {
  if (!value.is(py::bool_(false))) return;
  throw py::type_error(chip.name() + "." + hook + "() returned False; raise Nack to refuse");
}

ScriptHooks ScriptHooks::of(py::handle type) {
  const py::object device = py::type::of<sim::Device>();
  const auto overrides = [&](const char* name) {
    return !py::object(type.attr(name)).is(device.attr(name));
  };
  const bool has_registers =
      PyObject_IsSubclass(type.ptr(), py::type::of<sim::RegisterDevice>().ptr()) == 1;
  const bool by_message = overrides("write") || overrides("read");
  const bool by_byte = overrides("write_byte") || overrides("read_byte");
  if (by_message && by_byte) {
    throw py::type_error(py::str(type.attr("__qualname__")).cast<std::string>() +
                         " is written by the message (write, read) and by the byte (write_byte, "
                         "read_byte); a chip is one or the other");
  }
  if (has_registers && (by_message || by_byte)) {
    throw py::type_error(py::str(type.attr("__qualname__")).cast<std::string>() +
                         " has registers, and so no write, read, write_byte or read_byte of its "
                         "own; use on_write and on_read of a Register");
  }
  const bool update =
      has_registers &&
      !py::object(type.attr("update")).is(py::type::of<sim::RegisterDevice>().attr("update"));
  return {
      .start = overrides("start"), .stop = overrides("stop"), .by_byte = by_byte, .update = update};
}

void ScriptCall::end_if_forked(const py::object& exception) const {
  if (process == support::forks()) return;
  try {
    py::module_::import("vhost_device._scripts").attr("end_child")(self, hook, exception);
  } catch (const py::error_already_set&) {
    ::_exit(EXIT_FAILURE);
  }
}

void Script::call_start(ScriptCall& call, sim::Direction direction) const {
  if (!hooks_.start) return;
  check_nothing(call.self.cast<const sim::Device&>(), "start",
                call(start_hook(), py::cast(direction)));
}

void Script::call_stop(sim::Device& chip) {
  if (!hooks_.stop) return;
  static_cast<void>(call(chip, [](ScriptCall& call) {
    call.nack = i2c::TransferError::none;
    call(stop_hook());
  }));
}

i2c::TransferError Script::call(sim::Device& chip, void (*body)(void*, ScriptCall&),
                                void* its_data) {
  const CallbackGate gate;
  if (!gate) return i2c::TransferError::address_nack;
  const CallbackGil gil;
  ScriptCall call;
  bool timed_out = false;
  try {
    call.self = py::cast(&chip, py::return_value_policy::reference);
    struct Limit : ScriptTimeLimit {
      Limit(std::chrono::milliseconds limit, bool& result)
          : ScriptTimeLimit(limit), timed_out(result) {}
      ~Limit() { timed_out = exceeded(); }
      bool& timed_out;
    };
    const Limit limit(supervisor_ ? supervisor_->limit.load() : std::chrono::milliseconds(0),
                      timed_out);
    body(its_data, call);
    call.end_if_forked(py::none());
    return i2c::TransferError::none;
  } catch (py::error_already_set& error) {
    return failed(call, chip, timed_out, error);
  } catch (py::builtin_exception& error) {
    error.set_error();
    py::error_already_set raised;
    return failed(call, chip, timed_out, raised);
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
    py::error_already_set raised;
    return failed(call, chip, timed_out, raised);
  }
}

i2c::TransferError Script::failed(const ScriptCall& call, const sim::Device& chip, bool timed_out,
                                  py::error_already_set& error) {
  call.end_if_forked(error.value());
  if (call.nack != i2c::TransferError::none && error.matches(error_class("Nack"))) return call.nack;
  if (is_control_c(error)) {
    // It was meant for the program; raised again as soon as the transfer is over.
    PyErr_SetInterrupt();
    return call.nack;
  }
  const bool broken_out = timed_out && error.matches(error_class("ScriptTimeout"));
  const py::object& exception = error.value();
  if (error.trace()) exception.attr("__traceback__") = error.trace();
  if (broken_out) {
    const auto limit = supervisor_ ? supervisor_->limit.load() : std::chrono::milliseconds(0);
    exception.attr("args") =
        py::make_tuple(chip.name() + "." + call.hook + "() ran for longer than " +
                       std::to_string(limit.count()) + " ms");
  }
  report(call, exception);
  return broken_out ? i2c::TransferError::timeout : call.nack;
}

void Script::report(const ScriptCall& call, const py::object& exception) {
  if (!supervisor_) return;
  try {
    const ScriptTimeLimit limit(report_limit);
    supervisor_->on_error(call.self, call.hook, exception);
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable("vhost_device: reporting an exception of a scripted chip");
  }
}

}  // namespace vhost_device::python
