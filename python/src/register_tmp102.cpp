// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/tmp102.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_tmp102(py::module_& module) {
  using sim::Tmp102;
  ChipClass<Tmp102>(module, "Tmp102", "A temperature sensor with an alert: tmp102 or tmp112.")
      .init(
          [](const std::string& part, AddressArgument address, double temperature) {
            return std::make_shared<Tmp102>(part, address.address, temperature);
          },
          py::arg("part") = "tmp102", py::kw_only(), py::arg("address"),
          py::arg("temperature") = Tmp102::room_temperature_c,
          "ValueError for an unknown part, an address that it cannot have (0x48 to 0x4b), and a\n"
          "temperature that it cannot measure.")
      .property("temperature", &Tmp102::temperature, &Tmp102::set_temperature,
                "What the sensor is at, in degrees Celsius. Setting it completes a conversion at\n"
                "once, except in shutdown. ValueError outside -55 to 150.")
      .property("reported_temperature", &Tmp102::reported_temperature,
                "What the temperature register says, in degrees Celsius.")
      .property("alert_level", &Tmp102::alert_level, "The ALERT pin.")
      .property("high_limit", &Tmp102::high_limit, "T_HIGH, in degrees Celsius.")
      .property("low_limit", &Tmp102::low_limit, "T_LOW, in degrees Celsius.")
      .property("configuration", &Tmp102::configuration, "The configuration register.");
}

}  // namespace vhost_device::python
