// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>

#include "backends/sim/devices/ds1307.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"
#include "python/src/date_time.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_ds1307(py::module_& module) {
  using sim::Ds1307;
  ChipClass<Ds1307>(module, "Ds1307", "A real-time clock: ds1307, ds3231 or ds1339.")
      .init(
          [](const std::string& part, AddressArgument address,
             const std::optional<sim::DateTime>& time) {
            return std::make_shared<Ds1307>(part, address.address, time);
          },
          py::arg("part") = "ds1307", py::kw_only(), py::arg("address") = 0x68,
          py::arg("time") = py::none(),
          "Without a time it is as when power is first applied. ValueError for an unknown part, "
          "an\n"
          "address other than 0x68, and a time that it cannot have.")
      .property(
          "time", &Ds1307::time, &Ds1307::set_time,
          "The time in its counters, without a time zone. The nearest that exists, whatever a\n"
          "guest wrote: 28 February 2100 on the 29th, which only the counters have. Setting\n"
          "it starts a clock that is halted. ValueError outside of the years 2000 to 2099 (ds1307) "
          "or 2199.")
      .property("lost_time", &Ds1307::lost_time,
                "Whether it says that its time is not to be trusted: CH of the ds1307, else OSF.")
      .method("lose_power", &Ds1307::lose_power,
              "Takes the supply and the battery away for a moment.")
      .property("sqw_level", &Ds1307::sqw_level, "The pin SQW/OUT, INT/SQW or SQW/INT.")
      .property("square_wave_hz", &Ds1307::square_wave_hz,
                "The square wave at that pin; 0 if it has another use.")
      .property("temperature", &Ds1307::temperature, &Ds1307::set_temperature,
                "What the ds3231 is at, in degrees Celsius. Setting it completes a conversion at\n"
                "once. ValueError outside -40 to 85, and for the other parts.");
}

}  // namespace vhost_device::python
