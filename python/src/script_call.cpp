// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/script_call.hpp"

#include <unistd.h>

#include <cstdlib>

#include "python/src/callback_gil.hpp"
#include "python/src/callbacks.hpp"
#include "python/src/errors.hpp"
#include "python/src/script_watchdog.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using std::chrono::milliseconds;

// Reporting formats the exception, which may run code of the script again.
constexpr milliseconds report_limit{1000};

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

milliseconds limit_of(const std::shared_ptr<ScriptSupervisor>& supervisor) {
  return supervisor ? supervisor->limit.load() : milliseconds(0);
}

/// Tells when it ends whether it was exceeded.
struct Limit : ScriptTimeLimit {
  Limit(milliseconds limit, bool& result) : ScriptTimeLimit(limit), timed_out(result) {}
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
  ~Limit() { timed_out = exceeded(); }
  bool& timed_out;
};

void report(const ScriptCall& call, ScriptSupervisor* supervisor, const py::object& exception) {
  if (supervisor == nullptr) return;
  try {
    const ScriptTimeLimit limit(report_limit);
    supervisor->on_error(call.owner.name(), call.owner.address(), call.hook, exception);
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable("vhost_device: reporting an exception of a script");
  }
}

/// Not by assignment, which a script's own class may refuse, as frozen data classes do.
void set_slot(const py::object& exception, const char* slot, const py::object& value) {
  py::handle(PyExc_BaseException).attr(slot).attr("__set__")(exception, value);
}

i2c::TransferError failed(const ScriptCall& call,
                          const std::shared_ptr<ScriptSupervisor>& supervisor, bool timed_out,
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
  if (error.trace()) set_slot(exception, "__traceback__", error.trace());
  if (broken_out) {
    set_slot(exception, "args",
             py::make_tuple(call.owner.name() + "." + call.hook + "() ran for longer than " +
                            std::to_string(limit_of(supervisor).count()) + " ms"));
  }
  report(call, supervisor.get(), exception);
  return broken_out ? i2c::TransferError::timeout : call.nack;
}

/// The same, whatever goes wrong on the way, such as where the script has used up the stack.
i2c::TransferError outcome(const ScriptCall& call,
                           const std::shared_ptr<ScriptSupervisor>& supervisor, bool timed_out,
                           py::error_already_set& error) {
  try {
    return failed(call, supervisor, timed_out, error);
  } catch (py::error_already_set& another) {
    another.discard_as_unraisable("vhost_device: an exception of a script");
    return call.nack;
  }
}

}  // namespace

void ScriptCall::end_if_forked(const py::object& exception) const {
  if (process == support::forks()) return;
  try {
    py::module_::import("vhost_device._scripts").attr("end_child")(owner.name(), hook, exception);
  } catch (const py::error_already_set&) {
    ::_exit(EXIT_FAILURE);
  }
}

i2c::TransferError call_script(const ScriptOwner& owner,
                               const std::shared_ptr<ScriptSupervisor>& supervisor,
                               void (*body)(void*, ScriptCall&), void* its_data) {
  const CallbackGate gate;
  if (!gate) return i2c::TransferError::address_nack;
  const CallbackGil gil;
  ScriptCall call(owner);
  bool timed_out = false;
  try {
    const Limit limit(limit_of(supervisor), timed_out);
    body(its_data, call);
    call.end_if_forked(py::none());
    return i2c::TransferError::none;
  } catch (py::error_already_set& error) {
    return outcome(call, supervisor, timed_out, error);
  } catch (py::builtin_exception& error) {
    error.set_error();
    py::error_already_set raised;
    return outcome(call, supervisor, timed_out, raised);
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
    py::error_already_set raised;
    return outcome(call, supervisor, timed_out, raised);
  }
}

}  // namespace vhost_device::python
