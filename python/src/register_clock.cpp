// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <chrono>
#include <cmath>
#include <limits>

#include "backends/sim/bus/clock.hpp"
#include "python/src/anything.hpp"
#include "python/src/construction.hpp"
#include "python/src/registration.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using sim::Time;

double now_s(const sim::Clock& clock) { return std::chrono::duration<double>(clock.now()).count(); }

void advance(sim::ManualClock& clock, const FloatArgument& seconds,
             const FloatArgument& milliseconds) {
  const double by_ns = std::round(to_double(seconds, "seconds") * 1e9 +
                                  to_double(milliseconds, "milliseconds") * 1e6);
  const auto left = std::numeric_limits<Time::rep>::max() - clock.now().count();
  if (!(by_ns >= 0)) throw py::value_error("time goes forward only");
  if (by_ns >= static_cast<double>(left)) throw py::value_error("that is the end of time");
  clock.advance(Time(static_cast<Time::rep>(by_ns)));
}

[[noreturn]] void refuse_advance(const sim::Clock& /*clock*/, const FloatArgument& /*seconds*/,
                                 const FloatArgument& /*milliseconds*/) {
  throw py::type_error("this clock shows real time; make the bus with Bus(clock=ManualClock())");
}

}  // namespace

void register_clock(py::module_& module) {
  py::class_<sim::Clock, py::smart_holder>(module, "Clock",
                                           "A bus's time, all that its chips know.")
      .def_property_readonly("now", &now_s, "In seconds since an arbitrary start.")
      .def("advance", &refuse_advance, py::kw_only(), py::arg("seconds") = 0.0,
           py::arg("milliseconds") = 0.0,
           "Lets time pass. TypeError for a clock that shows real time.");

  py::class_<sim::RealClock, sim::Clock, py::smart_holder>(module, "RealClock",
                                                           "The time of the host.")
      .def(py::init<>());

  py::class_<sim::ManualClock, sim::Clock, py::smart_holder>(
      module, "ManualClock", "Time that passes only when it is told to.")
      .def(py::init<>())
      .def("advance", &advance, py::kw_only(), py::arg("seconds") = 0.0,
           py::arg("milliseconds") = 0.0, "Lets time pass. ValueError if it would go back.");
  refuse_unconstructed<sim::Clock>();
  refuse_unconstructed<sim::RealClock>();
  refuse_unconstructed<sim::ManualClock>();
}

}  // namespace vhost_device::python
