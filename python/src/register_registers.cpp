// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "python/src/arguments.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"
#include "python/src/registration.hpp"
#include "python/src/scripted_registers.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using RegisterDeviceClass =
    py::class_<sim::RegisterDevice, ScriptedRegisterDevice, sim::Device, py::smart_holder>;

void complete(RegisterLayout& layout) {
  sim::check_register_map(layout.registers, layout.rules);
  layout.is_complete = true;
}

void construct(py::detail::value_and_holder& self, const AddressesArgument& address,
               const std::optional<std::string>& name, RegisterLayout& layout) {
  if (!layout.is_complete) throw py::type_error("the layout is not complete");
  const std::string type(
      py::str(py::type::of(py::handle(reinterpret_cast<PyObject*>(self.inst))).attr("__name__")));
  py::detail::initimpl::construct<RegisterDeviceClass>(
      self, new ScriptedRegisterDevice(name.value_or(type), address.addresses, share(layout)),
      true);
}

ScriptedRegisterDevice& scripted(sim::RegisterDevice& device) {
  auto* const chip = dynamic_cast<ScriptedRegisterDevice*>(&device);
  if (chip == nullptr) throw py::type_error(device.name() + " is not written in Python");
  return *chip;
}

std::shared_ptr<RegisterLayout> make_layout(const sim::PointerRules& rules, bool pec) {
  auto layout = std::make_shared<RegisterLayout>();
  layout->rules = rules;
  layout->pec = pec ? sim::Pec::optional : sim::Pec::none;
  return layout;
}

void add_register(RegisterLayout& layout, std::string name, const sim::Register& declared,
                  bool on_read, bool on_write) {
  if (layout.is_complete) throw py::type_error("the layout is complete");
  constexpr unsigned max_banks = 256;
  if (declared.banks > max_banks) {
    throw py::value_error("register '" + name + "': banks " + std::to_string(declared.banks) +
                          ": expected 1 to 256");
  }
  layout.registers.push_back(declared);
  layout.registers.back().name = layout.names.emplace_back(std::move(name));
  layout.hooks.push_back({on_read, on_write});
}

void register_rules(py::module_& module) {
  using sim::PointerRules;
  py::class_<PointerRules, py::smart_holder>(module, "PointerRules",
                                             "The C++ half of vhost_device.sim.PointerRules.")
      .def(py::init<>())
      .def_readwrite("size", &PointerRules::size)
      .def_readwrite("mask", &PointerRules::mask)
      .def_readwrite("after", &PointerRules::after)
      .def_readwrite("auto_increment_bit", &PointerRules::auto_increment_bit)
      .def_readwrite("first", &PointerRules::first)
      .def_readwrite("last", &PointerRules::last)
      .def_readwrite("counts_registers", &PointerRules::counts_registers)
      .def_readwrite("sticky", &PointerRules::sticky)
      .def_readwrite("write_pairs", &PointerRules::write_pairs)
      .def_readwrite("unmapped", &PointerRules::unmapped);
  refuse_unconstructed<PointerRules>();
}

void register_register(py::module_& module) {
  using sim::Register;
  py::class_<Register, py::smart_holder>(module, "Register",
                                         "The C++ half of vhost_device.sim.Register.")
      .def(py::init<>())
      .def_readwrite("address", &Register::address)
      .def_readwrite("width", &Register::width)
      .def_readwrite("endian", &Register::endian)
      .def_readwrite("reset", &Register::reset)
      .def_readwrite("writable", &Register::writable)
      .def_readwrite("readable", &Register::readable)
      .def_readwrite("write_one_to_clear", &Register::write_one_to_clear)
      .def_readwrite("clear_on_read", &Register::clear_on_read)
      .def_readwrite("banks", &Register::banks);
  refuse_unconstructed<Register>();
}

}  // namespace

void register_registers(py::module_& module) {
  py::native_enum<sim::Endian>(module, "Endian", "enum.Enum", "The order of a register's bytes.")
      .value("big", sim::Endian::big)
      .value("little", sim::Endian::little)
      .finalize();
  py::native_enum<sim::AfterRegister>(module, "AfterRegister", "enum.Enum",
                                      "What comes behind a register within one message.")
      .value("next", sim::AfterRegister::next)
      .value("same", sim::AfterRegister::same)
      .value("nothing", sim::AfterRegister::nothing)
      .finalize();
  register_rules(module);
  register_register(module);

  py::class_<RegisterLayout, py::smart_holder>(
      module, "RegisterLayout", "The C++ half of a RegisterDevice's class: its map of registers.")
      .def(py::init(&make_layout), py::arg("rules"), py::kw_only(), py::arg("pec"))
      .def("add", &add_register, py::arg("name"), py::arg("register"), py::kw_only(),
           py::arg("on_read"), py::arg("on_write"))
      .def(
          "select_bank_by",
          [](RegisterLayout& layout, std::size_t index, unsigned high, unsigned low) {
            if (layout.is_complete || index >= layout.registers.size() || high > 31 || low > high) {
              throw py::value_error("no such bits, or the layout is complete");
            }
            layout.bank = {index, high, low};
          },
          py::arg("index"), py::arg("high"), py::arg("low"))
      .def("complete", &complete,
           "ValueError for a map that contradicts itself; the text names the register.");

  RegisterDeviceClass(module, "RegisterDevice", "The C++ half of vhost_device.sim.RegisterDevice.")
      .def("__init__", &construct, py::detail::is_new_style_constructor(), py::arg("address"),
           py::kw_only(), py::arg("name") = py::none(), py::arg("layout"))
      .def(
          "catch_up", [](const sim::RegisterDevice&) {},
          "Called before each message, and before a test reads or sets a register: brings the\n"
          "registers up to now.")
      .def(
          "_get",
          [](sim::RegisterDevice& self, std::size_t index) { return scripted(self).get(index); },
          WithoutGil(), py::arg("index"))
      .def(
          "_set",
          [](sim::RegisterDevice& self, std::size_t index, std::uint32_t mask,
             std::uint32_t value) { scripted(self).set(index, mask, value); },
          WithoutGil(), py::arg("index"), py::arg("mask"), py::arg("value"))
      .def(
          "reset", [](sim::RegisterDevice& self) { scripted(self).reset(); }, WithoutGil(),
          "Every register to its reset value, and the pointer to the first.");
  refuse_unconstructed<sim::RegisterDevice>();
  refuse_unconstructed<RegisterLayout>();
}

}  // namespace vhost_device::python
