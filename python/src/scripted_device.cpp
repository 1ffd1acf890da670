// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/scripted_device.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace py = pybind11;

namespace vhost_device::python {
namespace {

[[noreturn]] void raise_value_error(const std::string& text) { throw py::value_error(text); }

py::bytes to_python(std::span<const std::byte> data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

struct HookNames {
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

}  // namespace

void ScriptedDevice::supervise(std::shared_ptr<ScriptSupervisor>& supervisor, ScriptHooks hooks) {
  const Guard guard = lock();
  supervisor_.swap(supervisor);
  hooks_ = hooks;
}

i2c::TransferError ScriptedDevice::do_message(const i2c::Message& message) {
  return call(*this, [&](ScriptCall& call) {
    call_start(call, message.read ? sim::Direction::read : sim::Direction::write);
    if (hooks_.by_byte) {
      message.read ? read_bytes(call, message) : write_bytes(call, message);
    } else {
      message.read ? read_message(call, message) : write_message(call, message);
    }
  });
}

void ScriptedDevice::stop() { call_stop(*this); }

void ScriptedDevice::read_message(ScriptCall& call, const i2c::Message& message) {
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

void ScriptedDevice::write_message(ScriptCall& call, const i2c::Message& message) {
  if (!message.data.empty()) call.nack = i2c::TransferError::data_nack;
  check_nothing(*this, "write", call(hook_names().write, to_python(message.data)));
}

void ScriptedDevice::read_bytes(ScriptCall& call, const i2c::Message& message) {
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

void ScriptedDevice::write_bytes(ScriptCall& call, const i2c::Message& message) {
  if (!message.data.empty()) call.nack = i2c::TransferError::data_nack;
  for (std::size_t i = 0; i < message.data.size(); ++i) {
    refused_after(i);
    check_nothing(*this, "write_byte",
                  call(hook_names().write_byte, py::int_(std::to_integer<int>(message.data[i]))));
  }
}

}  // namespace vhost_device::python
