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

std::shared_ptr<RegisterLayout> make_layout(unsigned bytes, std::uint32_t mask,
                                            sim::AfterRegister after,
                                            std::uint32_t auto_increment_bit, std::uint32_t first,
                                            std::uint32_t last, bool counts_registers, bool sticky,
                                            bool write_pairs, std::uint8_t unmapped, bool pec) {
  auto layout = std::make_shared<RegisterLayout>();
  layout->rules = {.bytes = bytes,
                   .mask = mask,
                   .after = after,
                   .auto_increment_bit = auto_increment_bit,
                   .first = first,
                   .last = last,
                   .counts_registers = counts_registers,
                   .sticky = sticky,
                   .write_pairs = write_pairs,
                   .unmapped = unmapped};
  layout->pec = pec ? sim::Pec::optional : sim::Pec::none;
  return layout;
}

void add_register(RegisterLayout& layout, std::string name, std::uint32_t address, unsigned width,
                  sim::Endian endian, std::uint32_t reset, std::uint32_t writable,
                  std::uint32_t readable, std::uint32_t clear_by_one, std::uint32_t clear_by_read,
                  unsigned banks, bool on_read, bool on_write) {
  if (layout.is_complete) throw py::type_error("the layout is complete");
  constexpr unsigned max_banks = 256;
  if (banks == 0 || banks > max_banks) {
    throw py::value_error("register '" + name + "': " + std::to_string(banks) +
                          " banks (expected 1 to 256)");
  }
  layout.registers.push_back({.name = layout.names.emplace_back(std::move(name)),
                              .address = address,
                              .width = width,
                              .endian = endian,
                              .reset = reset,
                              .writable = writable,
                              .readable = readable,
                              .clear_by_one = clear_by_one,
                              .clear_by_read = clear_by_read,
                              .banks = banks});
  layout.hooks.push_back({on_read, on_write});
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

  py::class_<RegisterLayout, py::smart_holder>(
      module, "RegisterLayout", "The C++ half of a RegisterDevice's class: its map of registers.")
      .def(py::init(&make_layout), py::kw_only(), py::arg("bytes"), py::arg("mask"),
           py::arg("after"), py::arg("auto_increment_bit"), py::arg("first"), py::arg("last"),
           py::arg("counts_registers"), py::arg("sticky"), py::arg("write_pairs"),
           py::arg("unmapped"), py::arg("pec"))
      .def("add", &add_register, py::kw_only(), py::arg("name"), py::arg("address"),
           py::arg("width"), py::arg("endian"), py::arg("reset"), py::arg("writable"),
           py::arg("readable"), py::arg("clear_by_one"), py::arg("clear_by_read"), py::arg("banks"),
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
          "update", [](const sim::RegisterDevice&) {},
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
