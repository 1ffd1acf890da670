// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>

#include "backends/sim/devices/pcf8563.hpp"
#include "python/src/chip_class.hpp"
#include "python/src/chips.hpp"
#include "python/src/date_time.hpp"

namespace py = pybind11;

namespace vhost_device::python {

void register_pcf8563(py::module_& module) {
  using sim::Pcf8563;
  ChipClass<Pcf8563>(module, "Pcf8563", "A real-time clock with an alarm and a timer.")
      .init(
          [](const std::string& part, AddressArgument address,
             const std::optional<sim::DateTime>& time) {
            return std::make_shared<Pcf8563>(part, address.address, time);
          },
          py::arg("part") = "pcf8563", py::kw_only(), py::arg("address") = 0x51,
          py::arg("time") = py::none(),
          "Without a time it is as when power is first applied. ValueError for an unknown part, "
          "an\n"
          "address other than 0x51, and a time that it cannot have.")
      .property(
          "time", &Pcf8563::time, &Pcf8563::set_time,
          "The time in its counters, without a time zone. The nearest that exists, whatever a\n"
          "guest wrote: 28 February 2100 on the 29th, which only the counters have.\n"
          "ValueError outside of the years 2000 to 2199.")
      .property("lost_time", &Pcf8563::lost_time,
                "VL: whether it says that its time is not to be trusted.")
      .method("lose_power", &Pcf8563::lose_power, "Takes the supply away for a moment.")
      .property("interrupt_level", &Pcf8563::interrupt_level,
                "The INT pin: low while an alarm or a countdown's end is flagged and enabled.");
}

}  // namespace vhost_device::python
