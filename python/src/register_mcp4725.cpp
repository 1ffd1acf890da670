// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/mcp4725.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_mcp4725(py::module_& module) {
  using sim::Mcp4725;
  ChipClass<Mcp4725>(module, "Mcp4725",
                     "A digital-to-analog converter of 12 bits with an EEPROM: mcp4725.")
      .init(
          [](const std::string& part, AddressArgument address, double supply_voltage) {
            return std::make_shared<Mcp4725>(part, address.address, supply_voltage);
          },
          py::arg("part") = "mcp4725", py::kw_only(), py::arg("address"),
          py::arg("supply_voltage") = Mcp4725::usual_supply_v,
          "ValueError for an unknown part, an address that it cannot have (0x60 to 0x67), and a\n"
          "supply outside 2.7 to 5.5 V.")
      .property("supply_voltage", &Mcp4725::supply_voltage, &Mcp4725::set_supply_voltage,
                "VDD, which is the reference, in volts. ValueError outside 2.7 to 5.5.")
      .property("output_voltage", &Mcp4725::output_voltage,
                "VOUT in volts: 0 while it is powered down.")
      .property("dac_code", &Mcp4725::dac_code, "The DAC register: 0 to 4095.")
      .property("eeprom_code", &Mcp4725::eeprom_code,
                "What the EEPROM puts into the DAC register at power-up.")
      .property("power_down_kilohms", &Mcp4725::power_down_kilohms,
                "The resistor from VOUT to ground: 1, 100 or 500; 0 when not powered down.")
      .property("is_busy", &Mcp4725::is_busy, "Whether the EEPROM is being written.")
      .method("power_cycle", &Mcp4725::power_cycle,
              "Power off and on: the EEPROM's content goes to the DAC register.");
}

}  // namespace vhost_device::python
