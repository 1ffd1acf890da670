// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include "backends/sim/devices/registry.hpp"
#include "python/src/registration.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using Names = py::typing::Tuple<py::str, py::ellipsis>;

Names vendors_of(const sim::Family& family) {
  py::list names;
  for (const std::string_view vendor : family.vendors) names.append(vendor);
  return py::tuple(names);
}

Names parts_of(const sim::Family& family) {
  py::list names;
  for (const sim::Part& part : family.parts) names.append(part.name);
  return py::tuple(names);
}

py::typing::List<sim::Family> chip_families() {
  py::list families;
  for (const sim::Family* const family : sim::families()) {
    families.append(py::cast(family, py::return_value_policy::reference));
  }
  return families;
}

}  // namespace

void register_registry(py::module_& module) {
  py::class_<sim::Family>(module, "ChipFamily", py::is_final(),
                          "Parts that share a model: a row of the registry of chips.")
      .def_property_readonly(
          "name", [](const sim::Family& family) { return family.name; }, "\"24Cxx EEPROM\"")
      .def_property_readonly(
          "driver", [](const sim::Family& family) { return family.driver; },
          "The Linux driver that proves it: \"at24\"")
      .def_property_readonly("vendors", &vendors_of,
                             "What stands before the comma in a board's compatible: \"atmel\"")
      .def_property_readonly("parts", &parts_of, "Their names on a board: \"24c32\"")
      .def("__repr__", [](const sim::Family& family) {
        return std::string("<ChipFamily ").append(family.name).append(">");
      });

  module.def("chip_families", &chip_families,
             "Every chip that boards and the daemon know, by family.");
}

}  // namespace vhost_device::python
