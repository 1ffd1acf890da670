// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/jc42.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_jc42(py::module_& module) {
  using sim::Jc42;
  ChipClass<Jc42>(module, "Jc42",
                  "A temperature sensor of JEDEC JC-42.4: mcp9804, mcp9808, mcp9843, mcp98243 or "
                  "se97.")
      .init(
          [](const std::string& part, AddressArgument address, double temperature) {
            return std::make_shared<Jc42>(part, address.address, temperature);
          },
          py::arg("part") = "mcp9808", py::kw_only(), py::arg("address"),
          py::arg("temperature") = Jc42::room_temperature_c,
          "ValueError for an unknown part, an address that it cannot have (0x18 to 0x1f), and a\n"
          "temperature that it cannot measure.")
      .property("temperature", &Jc42::temperature, &Jc42::set_temperature,
                "What the sensor is at, in degrees Celsius. Setting it completes a conversion at\n"
                "once, except in shutdown. ValueError outside -40 to 125.")
      .property("reported_temperature", &Jc42::reported_temperature,
                "What the temperature register says, in degrees Celsius.")
      .property("event_level", &Jc42::event_level, "The EVENT pin (Microchip: Alert).")
      .property("upper_limit", &Jc42::upper_limit, "T_UPPER, in degrees Celsius.")
      .property("lower_limit", &Jc42::lower_limit, "T_LOWER, in degrees Celsius.")
      .property("critical_limit", &Jc42::critical_limit, "T_CRIT, in degrees Celsius.")
      .property("hysteresis", &Jc42::hysteresis, "Below each limit, in degrees Celsius.")
      .property("resolution", &Jc42::resolution,
                "How fine a conversion is: 0.5, 0.25, 0.125 or 0.0625 degrees Celsius.")
      .property("configuration", &Jc42::configuration, "The configuration register.");
}

}  // namespace vhost_device::python
