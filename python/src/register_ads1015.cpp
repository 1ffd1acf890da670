// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/ads1015.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_ads1015(py::module_& module) {
  using sim::Ads1015;
  ChipClass<Ads1015>(module, "Ads1015",
                     "A converter with four inputs: ads1015, ads1115 or tla2024.")
      .init(
          [](const std::string& part, AddressArgument address) {
            return std::make_shared<Ads1015>(part, address.address);
          },
          py::arg("part") = "ads1015", py::kw_only(), py::arg("address"),
          "ValueError for an unknown part, and an address that it cannot have (0x48 to 0x4b).")
      .method("voltage", &Ads1015::voltage, py::arg("input"),
              "The voltage at AIN0 to AIN3, against ground.")
      .method("set_voltage", &Ads1015::set_voltage, py::arg("input"), py::arg("volts"),
              "Setting it completes a conversion at once in continuous mode. ValueError outside\n"
              "-0.3 to 5.8, and for an input other than 0 to 3.")
      .property("reported_voltage", &Ads1015::reported_voltage,
                "What the conversion register says, in volts, by the gain it was converted with.")
      .property("alert_level", &Ads1015::alert_level, "The ALERT/RDY pin.")
      .property("low_threshold", &Ads1015::low_threshold, "Lo_thresh, left-justified in 16 bits.")
      .property("high_threshold", &Ads1015::high_threshold, "Hi_thresh, left-justified in 16 bits.")
      .property("configuration", &Ads1015::configuration, "The configuration register.");
}

}  // namespace vhost_device::python
