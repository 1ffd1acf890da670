// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <memory>
#include <string>

#include "backends/sim/devices/pca953x.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_pca953x(py::module_& module) {
  using sim::Pca953x;
  ChipClass<Pca953x>(
      module, "Pca953x",
      "A GPIO expander with 8, 16 or 24 pins: pca9534 to pca9555, tca6408 to tca9554.")
      .init(
          [](const std::string& part, AddressArgument address) {
            return std::make_shared<Pca953x>(part, address.address);
          },
          py::arg("part") = "pca9555", py::kw_only(), py::arg("address"),
          "ValueError for an unknown part and for an address that it cannot have.")
      .property("pins", &Pca953x::pins, "How many there are.")
      .method("drive", &Pca953x::drive, py::arg("pin"), py::arg("level"),
              "Drives a pin from outside to a level, or lets go of it with None. ValueError for a\n"
              "pin that the part does not have; so do the other methods.")
      .method("output", &Pca953x::output, py::arg("pin"),
              "What the chip drives a pin to; None if it is an input.")
      .method("level", &Pca953x::level, py::arg("pin"),
              "What a probe on the pin would see. The chip wins where both drive it; a pin that\n"
              "nobody drives is high where the part has pull-ups, and else low.")
      .property("interrupt_level", &Pca953x::interrupt_level,
                "The INT pin: low from an input's change until its port is read, or it is back.")
      .method("reset", &Pca953x::reset,
              "A pulse at the RESET pin, or power-up. The pins stay driven as they are.");
}

}  // namespace vhost_device::python
