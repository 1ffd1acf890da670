// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/scripted_device.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

#include "core/support/forks.hpp"
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

[[noreturn]] void raise_value_error(const std::string& text) { throw py::value_error(text); }

py::bytes to_python(std::span<const std::byte> data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

/// The name of a method, made once for all calls.
struct HookName {
  explicit HookName(const char* its_text)
      : text(its_text), interned(PyUnicode_InternFromString(its_text)) {}

  const char* text;
  PyObject* interned;  // never released: a guest's thread may outlive the interpreter
};

struct HookNames {
  HookName start{"start"};
  HookName stop{"stop"};
  HookName read{"read"};
  HookName write{"write"};
  HookName read_byte{"read_byte"};
  HookName write_byte{"write_byte"};
};

/// With the GIL held.
const HookNames& hook_names() {
  static const HookNames names;
  return names;
}

/// The value of a hook that has none to return. A chip that answers False means a NACK, and should
/// not be taken for one that acknowledges.
void check_nothing(const std::string& chip, const char* hook, const py::object& value) {
  if (!value.is(py::bool_(false))) return;
  throw py::type_error(chip + "." + hook + "() returned False; raise Nack to refuse");
}

}  // namespace

ScriptHooks ScriptHooks::of(py::handle type) {
  const py::object device = py::type::of<sim::Device>();
  const auto overrides = [&](const char* name) {
    return !py::object(type.attr(name)).is(device.attr(name));
  };
  const bool by_message = overrides("write") || overrides("read");
  const bool by_byte = overrides("write_byte") || overrides("read_byte");
  if (by_message && by_byte) {
    throw py::type_error(py::str(type.attr("__qualname__")).cast<std::string>() +
                         " is written by the message (write, read) and by the byte (write_byte, "
                         "read_byte); a chip is one or the other");
  }
  return {.start = overrides("start"), .stop = overrides("stop"), .by_byte = by_byte};
}

/// A call into a script.
struct ScriptedDevice::Call {
  const unsigned process = support::forks();
  py::object self;
  const char* hook = "";
  /// What Nack means at this moment.
  i2c::TransferError nack = i2c::TransferError::address_nack;

  template <class... Arguments>
  py::object operator()(const HookName& its_hook, const Arguments&... arguments) {
    hook = its_hook.text;
    auto value = py::reinterpret_steal<py::object>(
        PyObject_CallMethodObjArgs(self.ptr(), its_hook.interned, arguments.ptr()..., nullptr));
    if (!value) throw py::error_already_set();
    return value;
  }

  /// A script may fork, and the child come back from it, too: on a thread that serves its parent's
  /// guests, with its parent's lock of the bus. It ends here.
  void end_if_forked(const py::object& exception) const {
    if (process == support::forks()) return;
    try {
      py::module_::import("vhost_device._scripts").attr("end_child")(self, hook, exception);
    } catch (const py::error_already_set&) {
      ::_exit(EXIT_FAILURE);
    }
  }
};

void ScriptedDevice::supervise(std::shared_ptr<ScriptSupervisor>& supervisor, ScriptHooks hooks) {
  const Guard guard = lock();
  supervisor_.swap(supervisor);
  hooks_ = hooks;
}

i2c::TransferError ScriptedDevice::do_message(const i2c::Message& message) {
  return call([&](Call& call) {
    if (hooks_.start) {
      const auto direction = message.read ? sim::Direction::read : sim::Direction::write;
      check_nothing(name(), "start", call(hook_names().start, py::cast(direction)));
    }
    if (hooks_.by_byte) {
      message.read ? read_bytes(call, message) : write_bytes(call, message);
    } else {
      message.read ? read_message(call, message) : write_message(call, message);
    }
  });
}

void ScriptedDevice::stop() {
  if (!hooks_.stop) return;
  static_cast<void>(call([](Call& call) {
    call.nack = i2c::TransferError::none;
    call(hook_names().stop);
  }));
}

void ScriptedDevice::read_message(Call& call, const i2c::Message& message) {
  const py::object value = call(hook_names().read, py::int_(message.data.size()));
  if (PyObject_CheckBuffer(value.ptr()) == 0) {
    throw py::type_error(name() + ".read() returned " +
                         std::string(py::str(py::type::of(value).attr("__name__"))) +
                         "; expected bytes");
  }
  const auto bytes = py::reinterpret_steal<py::bytes>(PyBytes_FromObject(value.ptr()));
  if (!bytes) throw py::error_already_set();
  const std::string_view view = bytes;
  if (view.size() != message.data.size()) {
    raise_value_error(name() + ".read(" + std::to_string(message.data.size()) + ") returned " +
                      std::to_string(view.size()) + " bytes");
  }
  std::ranges::copy(std::as_bytes(std::span(view)), message.data.begin());
}

void ScriptedDevice::write_message(Call& call, const i2c::Message& message) {
  if (!message.data.empty()) call.nack = i2c::TransferError::data_nack;
  check_nothing(name(), "write", call(hook_names().write, to_python(message.data)));
}

void ScriptedDevice::read_bytes(Call& call, const i2c::Message& message) {
  for (std::byte& byte : message.data) {
    const py::object value = call(hook_names().read_byte);
    const py::object number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    if (!number) throw py::error_already_set();
    const long octet = PyLong_AsLong(number.ptr());
    if (octet < 0 || octet > 0xff) {
      PyErr_Clear();
      raise_value_error(name() + ".read_byte() returned " + std::string(py::str(value)) +
                        "; expected 0 to 255");
    }
    byte = static_cast<std::byte>(octet);
    call.nack = i2c::TransferError::data_nack;
  }
}

void ScriptedDevice::write_bytes(Call& call, const i2c::Message& message) {
  if (!message.data.empty()) call.nack = i2c::TransferError::data_nack;
  for (std::size_t i = 0; i < message.data.size(); ++i) {
    refused_after(i);
    check_nothing(name(), "write_byte",
                  call(hook_names().write_byte, py::int_(std::to_integer<int>(message.data[i]))));
  }
}

template <class Body>
i2c::TransferError ScriptedDevice::call(Body body) {
  const CallbackGate gate;
  if (!gate) return i2c::TransferError::address_nack;
  const CallbackGil gil;
  Call call;
  bool timed_out = false;
  try {
    call.self = py::cast(static_cast<sim::Device*>(this), py::return_value_policy::reference);
    struct Limit : ScriptTimeLimit {
      Limit(std::chrono::milliseconds limit, bool& result)
          : ScriptTimeLimit(limit), timed_out(result) {}
      ~Limit() { timed_out = exceeded(); }
      bool& timed_out;
    };
    const Limit limit(supervisor_ ? supervisor_->limit.load() : std::chrono::milliseconds(0),
                      timed_out);
    body(call);
    call.end_if_forked(py::none());
    return i2c::TransferError::none;
  } catch (py::error_already_set& error) {
    return failed(call, timed_out, error);
  } catch (py::builtin_exception& error) {
    error.set_error();
    py::error_already_set raised;
    return failed(call, timed_out, raised);
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
    py::error_already_set raised;
    return failed(call, timed_out, raised);
  }
}

i2c::TransferError ScriptedDevice::failed(const Call& call, bool timed_out,
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
    exception.attr("args") = py::make_tuple(name() + "." + call.hook + "() ran for longer than " +
                                            std::to_string(limit.count()) + " ms");
  }
  report(call, exception);
  return broken_out ? i2c::TransferError::timeout : call.nack;
}

void ScriptedDevice::report(const Call& call, const py::object& exception) {
  if (!supervisor_) return;
  try {
    const ScriptTimeLimit limit(report_limit);
    supervisor_->on_error(call.self, call.hook, exception);
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable("vhost_device: reporting an exception of a scripted chip");
  }
}

}  // namespace vhost_device::python
