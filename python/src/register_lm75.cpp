// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <cmath>
#include <memory>
#include <string>

#include "backends/sim/devices/lm75.hpp"
#include "python/src/arguments.hpp"
#include "python/src/chips.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

/// What is far from every sensor's range is refused with its number as Python writes it: in full it
/// may have 309 digits.
void check_temperature(double temperature_c) {
  constexpr double absurd_c = 1000;
  if (!(std::abs(temperature_c) >= absurd_c)) return;
  throw py::value_error("temperature " + std::string(py::str(py::float_(temperature_c))) +
                        ": no sensor can measure that; expected -128 to 128 degrees Celsius");
}

}  // namespace

void register_lm75(py::module_& module) {
  using sim::Lm75;
  py::class_<Lm75, sim::Device, py::smart_holder>(
      module, "Lm75", py::is_final(),
      "A temperature sensor with a thermostat: lm75, lm75a, tmp75 or tmp275.")
      .def(py::init([](const std::string& part, AddressArgument address, double temperature) {
             check_temperature(temperature);
             return std::make_shared<Lm75>(part, address.address, temperature);
           }),
           py::arg("part") = "lm75", py::kw_only(), py::arg("address"),
           py::arg("temperature") = Lm75::room_temperature_c,
           "ValueError for an unknown part, an address that it cannot have (0x48 to 0x4f), and a\n"
           "temperature that it cannot measure.")
      .def_property(
          "temperature", py::cpp_function(&Lm75::temperature, WithoutGil()),
          [](Lm75& self, double temperature) {
            check_temperature(temperature);
            const ReleaseGil release;
            self.set_temperature(temperature);
          },
          "What the sensor is at, in degrees Celsius. Setting it completes a conversion "
          "at once, so\nthat the next read is of the new temperature, except in "
          "shutdown. ValueError outside\n-55 to 125 (lm75), -128 to 128 (tmp75, "
          "tmp275).")
      .def_property_readonly("reported_temperature",
                             py::cpp_function(&Lm75::reported_temperature, WithoutGil()),
                             "What the temperature register says, in degrees Celsius.")
      .def_property_readonly("os_level", py::cpp_function(&Lm75::os_level, WithoutGil()),
                             "The O.S. (ALERT) pin.")
      .def_property_readonly("limit", py::cpp_function(&Lm75::limit, WithoutGil()),
                             "The T_OS (T_HIGH) register, in degrees Celsius.")
      .def_property_readonly("hysteresis", py::cpp_function(&Lm75::hysteresis, WithoutGil()),
                             "The T_HYST (T_LOW) register, in degrees Celsius.")
      .def_property_readonly("configuration", py::cpp_function(&Lm75::configuration, WithoutGil()),
                             "The configuration register.");
  refuse_unconstructed<Lm75>();
}

}  // namespace vhost_device::python
