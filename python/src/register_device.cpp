// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <optional>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/bus/line.hpp"
#include "python/src/arguments.hpp"
#include "python/src/construction.hpp"
#include "python/src/errors.hpp"
#include "python/src/gil.hpp"
#include "python/src/registration.hpp"
#include "python/src/scripted_device.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

constexpr auto device_doc = R"(A chip on a simulated bus.

A subclass is a chip of its own. It is written by the message, with read() and write(), or by the
byte, with read_byte() and write_byte(); start() and stop() go with both. The bus calls these
methods, one transaction at a time, on the thread of the guest that reads or writes. What is not
overridden does what an open bus does: the address is acknowledged, data is refused, and 0xff is
read.

Raising Nack refuses. Any other exception is a NACK on the bus too; it is logged with its traceback
and kept in the bus's script_errors. So is ScriptTimeout, raised in a method that takes longer than
the bus's script_limit_ms.

A method may use other chips of its bus, but should use none of another bus: where two buses wait for
each other like that, RuntimeError is raised in one of the chips that do. It may fork, but the child
must not return: it is ended if it does.)";

// Makes protected members known to the bindings.
struct Access : sim::Device {
  using sim::Device::lock;
  using sim::Device::selected_address;
};

i2c::Address selected_address(const sim::Device& device) {
  const auto guard = (device.*&Access::lock)();
  return (device.*&Access::selected_address)();
}

/// The methods that the bus calls are of no use from outside on a chip that is not a script.
void check_scripted(const sim::Device& device) {
  if (dynamic_cast<const Script*>(&device) != nullptr) return;
  throw py::type_error(device.name() + " is read and written on its bus, with Bus.transfer()");
}

using DeviceClass = py::class_<sim::Device, ScriptedDevice, py::smart_holder>;

void construct(py::detail::value_and_holder& self, const AddressesArgument& address,
               const std::optional<std::string>& name) {
  const std::string type(
      py::str(py::type::of(py::handle(reinterpret_cast<PyObject*>(self.inst))).attr("__name__")));
  py::detail::initimpl::construct<DeviceClass>(
      self, new ScriptedDevice(name.value_or(type), address.addresses), true);
}

void check_subclass(const py::type& type, const py::args& /*args*/, const py::kwargs& /*kwargs*/) {
  static_cast<void>(ScriptHooks::of(type));
}

std::string represent(const sim::Device& device) {
  return "<" + device.name() + " at " + to_string(device.addresses().front()) + ">";
}

}  // namespace

void register_device(py::module_& module) {
  py::native_enum<sim::Direction>(module, "Direction", "enum.Enum", "Of a message.")
      .value("write", sim::Direction::write)
      .value("read", sim::Direction::read)
      .finalize();
  py::native_enum<sim::Level>(module, "Level", "enum.Enum",
                              "A digital pin at a moment, as a probe on it would see it.")
      .value("low", sim::Level::low)
      .value("high", sim::Level::high)
      .finalize();

  py::class_<ScriptSupervisor, py::smart_holder>(module, "ScriptSupervisor",
                                                 "What a bus does about the scripts on it.")
      .def(py::init(
               [](py::typing::Callable<void(py::str, i2c::Address, py::str, py::object)> on_error) {
                 auto supervisor = std::make_shared<ScriptSupervisor>();
                 supervisor->on_error = std::move(on_error);
                 return supervisor;
               }),
           py::arg("on_error"))
      .def_property(
          "limit_ms",
          [](const ScriptSupervisor& supervisor) { return supervisor.limit.load().count(); },
          [](ScriptSupervisor& supervisor, const IntArgument& limit_ms) {
            constexpr long most = 1'000'000'000;  // 11 days
            supervisor.limit =
                std::chrono::milliseconds(to_int<long>(limit_ms, "script_limit_ms", 0, most));
          });

  DeviceClass device(module, "Device", device_doc);
  device
      .def("__init__", &construct, py::detail::is_new_style_constructor(), py::arg("address"),
           py::kw_only(), py::arg("name") = py::none(),
           "A chip at one address or several. Its name is the class's if there is none.")
      .def_property_readonly("name", &sim::Device::name, "What is printed on the part.")
      .def_property_readonly(
          "address", [](const sim::Device& self) { return self.addresses().front(); },
          "The address, or the first of several.")
      .def_property_readonly(
          "addresses",
          [](const sim::Device& self) {
            return std::vector(self.addresses().begin(), self.addresses().end());
          },
          "Every address that the chip answers at.")
      .def_property_readonly("selected_address", py::cpp_function(&selected_address, WithoutGil()),
                             "The address of the message under way, or of the last one.")
      .def("__repr__", &represent)
      .def(
          "start", [](const sim::Device& self, sim::Direction) { check_scripted(self); },
          py::arg("direction"), "A message begins. Raising Nack refuses the address.")
      .def(
          "stop", [](const sim::Device& self) { check_scripted(self); },
          "A transaction is over, in which the chip was addressed.")
      .def(
          "read",
          [](const sim::Device& self, const IntArgument& length) {
            check_scripted(self);
            const auto checked = to_int<std::size_t>(length, "length", 0, i2c::max_message_length);
            return py::bytes(std::string(checked, '\xff'));
          },
          py::arg("length"), "The whole of a message to the controller: exactly `length` bytes.")
      .def(
          "write",
          [](const sim::Device& self, const py::bytes& data) {
            check_scripted(self);
            if (!std::string_view(data).empty()) raise("Nack");
          },
          py::arg("data"),
          "The whole of a message from the controller. Without data it is the address alone, and\n"
          "raising Nack refuses that.")
      .def(
          "read_byte",
          [](const sim::Device& self) {
            check_scripted(self);
            return 0xff;
          },
          "One byte for the controller: 0 to 255.")
      .def(
          "write_byte",
          [](const sim::Device& self, const py::int_& /*value*/) {
            check_scripted(self);
            raise("Nack");
          },
          py::arg("value"), "One byte from the controller. Raising Nack refuses it.");

  refuse_unconstructed<sim::Device>();
  refuse_unconstructed<ScriptSupervisor>();
  const py::cpp_function check(&check_subclass, py::name("__init_subclass__"));
  device.attr("__init_subclass__") =
      py::reinterpret_steal<py::object>(PyClassMethod_New(check.ptr()));
}

}  // namespace vhost_device::python
