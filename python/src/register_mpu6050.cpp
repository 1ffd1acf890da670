// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <memory>
#include <string>

#include "backends/sim/devices/mpu6050.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_mpu6050(py::module_& module) {
  using sim::Mpu6050;
  ChipClass<Mpu6050>(module, "Mpu6050",
                     "An accelerometer and a gyroscope of three axes each: mpu6050.")
      .init(
          [](const std::string& part, AddressArgument address, sim::Axes acceleration,
             double temperature) {
            return std::make_shared<Mpu6050>(part, address.address, acceleration, temperature);
          },
          py::arg("part") = "mpu6050", py::kw_only(), py::arg("address"),
          py::arg("acceleration") = sim::lying_flat,
          py::arg("temperature") = Mpu6050::room_temperature_c,
          "ValueError for an unknown part, an address other than 0x68 and 0x69, and what the\n"
          "properties refuse.")
      .property("acceleration", &Mpu6050::acceleration, &Mpu6050::set_acceleration,
                "What it feels on X, Y and Z, in g. Setting it takes a sample at once, unless the\n"
                "chip sleeps. ValueError outside -16 to 16.")
      .property("angular_velocity", &Mpu6050::angular_velocity, &Mpu6050::set_angular_velocity,
                "How it turns about X, Y and Z, in degrees per second, with the same effect.\n"
                "ValueError outside -2000 to 2000.")
      .property("temperature", &Mpu6050::temperature, &Mpu6050::set_temperature,
                "In degrees Celsius, with the same effect. ValueError outside -40 to 85.")
      .property("interrupt_level", &Mpu6050::interrupt_level, "The INT pin.")
      .property("fifo_count", &Mpu6050::fifo_count, "How many bytes are in the FIFO.")
      .property("is_asleep", &Mpu6050::is_asleep, "Whether it sleeps, as after power-up.")
      .property("sample_rate", &Mpu6050::sample_rate, "Samples a second, in hertz.");
}

}  // namespace vhost_device::python
