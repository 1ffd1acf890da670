// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/bmp280.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_bmp280(py::module_& module) {
  using sim::Bmp280;
  ChipClass<Bmp280>(module, "Bmp280",
                    "A pressure and temperature sensor, bmp280, or with humidity, bme280.")
      .init(
          [](const std::string& part, AddressArgument address, double temperature,
             double pressure) {
            auto chip = std::make_shared<Bmp280>(part, address.address);
            chip->set_temperature(temperature);
            chip->set_pressure(pressure);
            return chip;
          },
          py::arg("part") = "bmp280", py::kw_only(), py::arg("address"),
          py::arg("temperature") = Bmp280::room_temperature_c,
          py::arg("pressure") = Bmp280::sea_level_pa,
          "ValueError for an unknown part, an address that it cannot have (0x76 and 0x77), and\n"
          "values that it cannot measure.")
      .property("temperature", &Bmp280::temperature, &Bmp280::set_temperature,
                "What the sensor is at, in degrees Celsius. Setting it completes a measurement at\n"
                "once in normal mode. ValueError outside -40 to 85.")
      .property("pressure", &Bmp280::pressure, &Bmp280::set_pressure,
                "In Pa, like the temperature. ValueError outside 30000 to 110000.")
      .property("humidity", &Bmp280::humidity, &Bmp280::set_humidity,
                "The relative humidity in percent, like the temperature, 50 at first. ValueError\n"
                "outside 0 to 100, and for a bmp280, which does not measure it.")
      .property("control", &Bmp280::control, "The register ctrl_meas.")
      .property("configuration", &Bmp280::configuration, "The register config.")
      .property("is_measuring", &Bmp280::is_measuring, "Whether a measurement is under way.");
}

}  // namespace vhost_device::python
