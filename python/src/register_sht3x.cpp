// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/sht3x.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_sht3x(py::module_& module) {
  using sim::Sht3x;
  ChipClass<Sht3x>(module, "Sht3x",
                   "A humidity and temperature sensor: sht30, sht31, sht35, or sht3x for any.")
      .init(
          [](const std::string& part, AddressArgument address, double temperature,
             double humidity) {
            return std::make_shared<Sht3x>(part, address.address, temperature, humidity);
          },
          py::arg("part") = "sht3x", py::kw_only(), py::arg("address"),
          py::arg("temperature") = Sht3x::room_temperature_c,
          py::arg("humidity") = Sht3x::room_humidity_percent,
          "ValueError for an unknown part, an address that it cannot have (0x44 and 0x45), and\n"
          "values that it cannot measure.")
      .property("temperature", &Sht3x::temperature, &Sht3x::set_temperature,
                "What the sensor is at, in degrees Celsius. Setting it completes a measurement at\n"
                "once in periodic mode. ValueError outside -40 to 125.")
      .property("humidity", &Sht3x::humidity, &Sht3x::set_humidity,
                "The relative humidity in percent, like the temperature. ValueError outside 0 to\n"
                "100.")
      .property("alert_level", &Sht3x::alert_level, "The ALERT pin.")
      .property("high_alert_temperature", &Sht3x::high_alert_temperature,
                "What an alert begins above, in degrees Celsius.")
      .property("high_alert_humidity", &Sht3x::high_alert_humidity,
                "What an alert begins above, in percent.")
      .property("low_alert_temperature", &Sht3x::low_alert_temperature,
                "What an alert begins below, in degrees Celsius.")
      .property("low_alert_humidity", &Sht3x::low_alert_humidity,
                "What an alert begins below, in percent.")
      .property("heater_is_on", &Sht3x::heater_is_on, "Whether the heater was switched on.")
      .property("measures_periodically", &Sht3x::measures_periodically,
                "Whether it is in periodic mode.")
      .property("status", &Sht3x::status, "The status register.");
}

}  // namespace vhost_device::python
