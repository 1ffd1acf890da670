// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/ina2xx.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_ina2xx(py::module_& module) {
  using sim::Ina2xx;
  ChipClass<Ina2xx>(module, "Ina2xx",
                    "A monitor of voltage, current and power: ina219, ina220, ina226, ina230 or\n"
                    "ina231.")
      .init(
          [](const std::string& part, AddressArgument address, double shunt_resistance) {
            return std::make_shared<Ina2xx>(part, address.address, shunt_resistance);
          },
          py::arg("part") = "ina219", py::kw_only(), py::arg("address"),
          py::arg("shunt_resistance") = Ina2xx::usual_shunt_ohm,
          "The resistance is in ohms. ValueError for an unknown part, an address that it cannot\n"
          "have (0x40 to 0x4f), and a resistance outside 0.000001 to 1000.")
      .property("shunt_resistance", &Ina2xx::shunt_resistance, "In ohms.")
      .property("bus_voltage", &Ina2xx::bus_voltage, &Ina2xx::set_bus_voltage,
                "In volts. Setting it completes a conversion at once while the chip converts\n"
                "continuously. ValueError outside 0 to 26 (ina219, ina220), 36 (ina226) or 28.")
      .property("shunt_voltage", &Ina2xx::shunt_voltage, &Ina2xx::set_shunt_voltage,
                "In volts, with the same effect. ValueError outside -0.32 to 0.32 (ina219,\n"
                "ina220) or -0.08192 to 0.08192.")
      .property("current", &Ina2xx::current, &Ina2xx::set_current,
                "The shunt voltage as the current that causes it, in amperes.")
      .property("alert_level", &Ina2xx::alert_level,
                "The ALERT pin; high for a part that has none.")
      .property("configuration", &Ina2xx::configuration, "The configuration register.")
      .property("calibration", &Ina2xx::calibration, "The calibration register.");
}

}  // namespace vhost_device::python
