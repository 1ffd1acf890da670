// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <memory>
#include <string>

#include "backends/sim/devices/pmbus_supply.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_pmbus(py::module_& module) {
  using sim::PmbusSupply;
  ChipClass<PmbusSupply>(
      module, "PmbusSupply",
      "A made-up PMBus supply: 48 V in, and 12 V, 5 V and 3.3 V out on the pages 0 to 2.")
      .init(
          [](const std::string& part, AddressArgument address) {
            return std::make_shared<PmbusSupply>(part, address.address);
          },
          py::arg("part") = "pmbus", py::kw_only(), py::arg("address"),
          "ValueError for an unknown part and for an address outside 0x10 to 0x77.")
      .property("input_voltage", &PmbusSupply::input_voltage, &PmbusSupply::set_input_voltage,
                "In volts. ValueError outside 0 to 100.")
      .property("input_current", &PmbusSupply::input_current, &PmbusSupply::set_input_current,
                "In amperes. ValueError outside 0 to 100.")
      .property("temperature", &PmbusSupply::temperature, &PmbusSupply::set_temperature,
                "In degrees Celsius. ValueError outside -55 to 150.")
      .property("fan_speed", &PmbusSupply::fan_speed, &PmbusSupply::set_fan_speed,
                "In turns per minute. ValueError outside 0 to 30000.")
      .method("output_voltage", &PmbusSupply::output_voltage, py::arg("page"),
              "In volts. ValueError for a page that is none; so do the other methods.")
      .method("set_output_voltage", &PmbusSupply::set_output_voltage, py::arg("page"),
              py::arg("volts"), "ValueError outside 0 to what the page's LINEAR16 can say.")
      .method("output_current", &PmbusSupply::output_current, py::arg("page"), "In amperes.")
      .method("set_output_current", &PmbusSupply::set_output_current, py::arg("page"),
              py::arg("amperes"), "ValueError outside 0 to 100.")
      .method("is_on", &PmbusSupply::is_on, py::arg("page"),
              "Whether OPERATION has the output on; it gives nothing while it is off.")
      .method("status_word", &PmbusSupply::status_word, py::arg("page"), "STATUS_WORD of a page.")
      .property("alert_level", &PmbusSupply::alert_level,
                "The SMBALERT# pin: low while a status register has a bit set.");
}

}  // namespace vhost_device::python
