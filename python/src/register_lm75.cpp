// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/lm75.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_lm75(py::module_& module) {
  using sim::Lm75;
  ChipClass<Lm75>(module, "Lm75",
                  "A temperature sensor with a thermostat: lm75, lm75a, tmp75 or tmp275.")
      .init(
          [](const std::string& part, AddressArgument address, double temperature) {
            return std::make_shared<Lm75>(part, address.address, temperature);
          },
          py::arg("part") = "lm75", py::kw_only(), py::arg("address"),
          py::arg("temperature") = Lm75::room_temperature_c,
          "ValueError for an unknown part, an address that it cannot have (0x48 to 0x4f), and a\n"
          "temperature that it cannot measure.")
      .property("temperature", &Lm75::temperature, &Lm75::set_temperature,
                "What the sensor is at, in degrees Celsius. Setting it completes a conversion "
                "at once, so\nthat the next read is of the new temperature, except in "
                "shutdown. ValueError outside\n-55 to 125 (lm75), -128 to 128 (tmp75, "
                "tmp275).")
      .property("reported_temperature", &Lm75::reported_temperature,
                "What the temperature register says, in degrees Celsius.")
      .property("os_level", &Lm75::os_level, "The O.S. (ALERT) pin.")
      .property("limit", &Lm75::limit, "The T_OS (T_HIGH) register, in degrees Celsius.")
      .property("hysteresis", &Lm75::hysteresis, "The T_HYST (T_LOW) register, in degrees Celsius.")
      .property("configuration", &Lm75::configuration, "The configuration register.");
}

}  // namespace vhost_device::python
