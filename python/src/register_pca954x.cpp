// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <memory>
#include <string>

#include "backends/sim/devices/pca954x.hpp"
#include "python/src/arguments.hpp"
#include "python/src/chips.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_pca954x(py::module_& module) {
  using sim::Pca954x;
  py::class_<Pca954x, sim::Mux, py::smart_holder>(
      module, "Pca954x", py::is_final(),
      "An I2C multiplexer or switch of the PCA954x family, pca9540 to pca9548.")
      .def(py::init([](const std::string& part, AddressArgument address) {
             return std::make_shared<Pca954x>(part, address.address);
           }),
           py::arg("part") = "pca9548", py::kw_only(), py::arg("address"),
           "ValueError for an unknown part and for an address that it cannot have.")
      .def_property_readonly("control", py::cpp_function(&Pca954x::control, WithoutGil()),
                             "The control register, as a read gives it.")
      .def_property_readonly("selected", py::cpp_function(&Pca954x::selected, WithoutGil()),
                             "The channels that are connected, in order.")
      .def("reset", &Pca954x::reset, WithoutGil(),
           "A pulse on the RESET pin. ValueError for a part without one.")
      .def(
          "interrupt_input", &Pca954x::interrupt_input, py::arg("channel"), WithoutGil(),
          "A channel's INT input. IndexError when there is no such channel, ValueError for a part\n"
          "without interrupts.")
      .def("set_interrupt_input", &Pca954x::set_interrupt_input, py::arg("channel"),
           py::arg("level"), WithoutGil(),
           "Drives a channel's INT input, which is active at a low level.")
      .def_property_readonly("interrupt_output",
                             py::cpp_function(&Pca954x::interrupt_output, WithoutGil()),
                             "The INT output: low while one of the inputs is.");
  refuse_unconstructed<Pca954x>();
}

}  // namespace vhost_device::python
