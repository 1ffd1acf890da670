// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "backends/sim/bus/device.hpp"
#include "python/src/anything.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"
#include "python/src/python_stimulus.hpp"
#include "python/src/registration.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

// Of vhost_device.stimulus.
class Source : public py::object {
  PYBIND11_OBJECT_DEFAULT(Source, object, is_anything)
};
class Property : public py::object {
  PYBIND11_OBJECT_DEFAULT(Property, object, is_anything)
};
class Following : public py::object {
  PYBIND11_OBJECT_DEFAULT(Following, object, is_anything)
};

}  // namespace
}  // namespace vhost_device::python

template <>
struct pybind11::detail::handle_type_name<vhost_device::python::Source> {
  static constexpr auto name = const_name("collections.abc.Callable[[float], typing.Any]");
};
template <>
struct pybind11::detail::handle_type_name<vhost_device::python::Property> {
  static constexpr auto name = const_name("str");
};
template <>
struct pybind11::detail::handle_type_name<vhost_device::python::Following> {
  static constexpr auto name = const_name("vhost_device.stimulus.Following");
};

namespace vhost_device::python {
namespace {

constexpr auto follow_doc = R"(Lets a property follow a source: a function of time, a Csv or a Resd.

Before each message to the chip, and whenever a property of it is used, `source` is asked for the
value at that moment, in seconds of the bus's clock: since follow() was called, or since the chip came
to a bus with another clock. With `start` they count from that time of the clock.

An exception, and a value that the property does not take, are in the bus's script_errors, and the
property stays as it was. What is returned ends it, with stop() or as a context manager; following
the same property anew ends it, too.)";

// Makes protected members known to the bindings.
struct Access : sim::Device {
  using sim::Device::lock;
  using sim::Device::now;
};

sim::Time now(const sim::Device& chip) {
  const ReleaseGil release;
  const auto guard = (chip.*&Access::lock)();
  return (chip.*&Access::now)();
}

sim::Time to_time(const FloatArgument& seconds) {
  const double ns = std::round(to_double(seconds, "start") * 1e9);
  constexpr auto end = static_cast<double>(std::numeric_limits<sim::Time::rep>::max());
  if (!(std::abs(ns) < end)) {
    throw py::value_error(describe("start", seconds) + ": expected a number of seconds");
  }
  return sim::Time(static_cast<sim::Time::rep>(ns));
}

using Function = py::typing::Callable<void(sim::Device, py::float_)>;

std::shared_ptr<PythonStimulus> add(sim::Device& chip, std::string property, Function function,
                                    ScriptSupervisor& unattended,
                                    const std::optional<FloatArgument>& start) {
  auto stimulus = std::make_shared<PythonStimulus>(
      chip, std::move(property), std::move(function), share(unattended),
      start ? std::optional(to_time(*start)) : std::nullopt, now(chip));
  const ReleaseGil release;
  chip.add_stimulus(stimulus);
  return stimulus;
}

}  // namespace

void register_stimulus(py::module_& module) {
  const py::object device = py::type::of<sim::Device>();
  device.attr("follow") = py::cpp_function(
      [](const py::object& self, const Property& property, const Source& source,
         const std::optional<FloatArgument>& start) {
        return py::module_::import("vhost_device.stimulus")
            .attr("follow")(self, property, source, start)
            .cast<Following>();
      },
      py::name("follow"), py::is_method(device), py::arg("property"), py::arg("source"),
      py::kw_only(), py::arg("start") = py::none(), follow_doc);

  const py::class_<PythonStimulus, py::smart_holder> followed(
      module, "Stimulus", "The C++ half of what a chip follows.");
  refuse_unconstructed<PythonStimulus>();
  module.def("add_stimulus", &add, py::arg("chip"), py::arg("property"), py::arg("function"),
             py::kw_only(), py::arg("unattended"), py::arg("start") = py::none());
  module.def(
      "remove_stimulus",
      [](sim::Device& chip, const PythonStimulus& stimulus) { chip.remove_stimulus(stimulus); },
      WithoutGil(), py::arg("chip"), py::arg("stimulus"));
}

}  // namespace vhost_device::python
