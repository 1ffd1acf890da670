// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/script.hpp"

#include <string>

#include "backends/sim/registers/register_device.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

class Chip final : public ScriptOwner {
 public:
  explicit Chip(const sim::Device& chip) : chip_(chip) {}

  [[nodiscard]] std::string name() const override { return chip_.name(); }
  [[nodiscard]] i2c::Address address() const override { return chip_.addresses().front(); }

 private:
  const sim::Device& chip_;
};

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
  const auto base = py::type::of<sim::RegisterDevice>();
  const bool catch_up =
      has_registers && !py::object(type.attr("catch_up")).is(base.attr("catch_up"));
  return {.start = overrides("start"),
          .stop = overrides("stop"),
          .by_byte = by_byte,
          .catch_up = catch_up};
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
  return call_script(Chip(chip), supervisor_, [&](ScriptCall& call) {
    call.self = py::cast(&chip, py::return_value_policy::reference);
    body(its_data, call);
  });
}

}  // namespace vhost_device::python
