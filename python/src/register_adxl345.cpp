// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <memory>
#include <string>

#include "backends/sim/devices/adxl345.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_adxl345(py::module_& module) {
  using sim::Adxl345;
  ChipClass<Adxl345>(module, "Adxl345", "An accelerometer of three axes with a FIFO: adxl345.")
      .init(
          [](const std::string& part, AddressArgument address, sim::Axes acceleration) {
            return std::make_shared<Adxl345>(part, address.address, acceleration);
          },
          py::arg("part") = "adxl345", py::kw_only(), py::arg("address"),
          py::arg("acceleration") = sim::lying_flat,
          "ValueError for an unknown part, an address other than 0x53 and 0x1d, and an\n"
          "acceleration that it refuses.")
      .property("acceleration", &Adxl345::acceleration, &Adxl345::set_acceleration,
                "What it feels on X, Y and Z, in g. Setting it takes a sample at once, in\n"
                "measurement mode. ValueError outside -16 to 16.")
      .property("int1_level", &Adxl345::int1_level, "The INT1 pin.")
      .property("int2_level", &Adxl345::int2_level, "The INT2 pin.")
      .property("fifo_entries", &Adxl345::fifo_entries, "How many samples wait to be read.")
      .property("data_rate", &Adxl345::data_rate, "Samples a second, in hertz.");
}

}  // namespace vhost_device::python
