// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "backends/sim/bus/clock.hpp"
#include "core/i2c/fault_injector.hpp"
#include "python/src/arguments.hpp"
#include "python/src/bus_chain.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"
#include "python/src/registration.hpp"
#include "python/src/scripted_fault.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using Condition = py::typing::Callable<bool(i2c::Address, bool, py::bytes, int)>;

using Clock = std::optional<std::reference_wrapper<sim::Clock>>;

std::chrono::nanoseconds to_duration(const FloatArgument& duration) {
  constexpr double longest_s = 1e6;
  const double seconds = to_double(duration, "duration");
  if (!(seconds >= 0 && seconds <= longest_s)) {
    throw py::value_error(describe("duration", duration) + ": expected 0 to 1000000 seconds");
  }
  return std::chrono::nanoseconds(std::llround(seconds * 1e9));
}

std::uint64_t to_seed(const IntArgument& seed) {
  return to_int<std::uint64_t>(seed, "seed", 0, std::numeric_limits<std::uint64_t>::max());
}

std::unique_ptr<ScriptedFault> make_fault(
    i2c::FaultKind kind, std::optional<AddressArgument> address,
    const std::optional<BoolArgument>& read, std::optional<Condition> when,
    const std::optional<IntArgument>& times, const FloatArgument& probability,
    const std::optional<IntArgument>& byte, const IntArgument& mask, const IntArgument& length,
    const FloatArgument& duration) {
  constexpr std::size_t last_byte = i2c::max_message_length - 1;
  constexpr auto most_times = std::numeric_limits<std::int64_t>::max();
  auto scripted = std::make_unique<ScriptedFault>();
  i2c::Fault& fault = scripted->fault;
  fault.kind = kind;
  if (address) fault.address = address->address;
  if (read) fault.read = to_bool(*read, "read");
  if (when) scripted->when = std::move(*when);
  if (times) fault.times = to_int<std::int64_t>(*times, "times", 0, most_times);
  fault.probability = to_double(probability, "probability");
  if (byte) fault.byte = to_int<std::size_t>(*byte, "byte", 0, last_byte);
  fault.mask = static_cast<std::uint8_t>(to_int(mask, "mask", 0, 0xff));
  fault.length = to_int<std::size_t>(length, "length", 0, i2c::max_message_length);
  fault.duration = to_duration(duration);
  return scripted;
}

std::shared_ptr<i2c::FaultInjector> make_injector(i2c::Adapter& adapter, const IntArgument& seed,
                                                  Clock clock) {
  i2c::FaultInjector::Options options = fault_options(clock ? &clock->get() : nullptr);
  options.seed = to_seed(seed);
  return std::make_shared<i2c::FaultInjector>(share(adapter), std::move(options));
}

}  // namespace

void register_faults(py::module_& module) {
  using i2c::FaultInjector;
  using i2c::FaultKind;
  py::native_enum<FaultKind>(module, "FaultKind", "enum.Enum", "What can go wrong on a bus.")
      .value("nack", FaultKind::nack)
      .value("stretch", FaultKind::stretch)
      .value("stuck_sda", FaultKind::stuck_sda)
      .value("stuck_scl", FaultKind::stuck_scl)
      .value("lose_arbitration", FaultKind::lose_arbitration)
      .value("flip", FaultKind::flip)
      .value("short_read", FaultKind::short_read)
      .value("bad_pec", FaultKind::bad_pec)
      .finalize();

  py::class_<ScriptedFault, py::smart_holder>(
      module, "Fault",
      "A fault and which messages it befalls; made by the functions of vhost_device.faults.")
      .def(py::init(&make_fault), py::arg("kind"), py::kw_only(), py::arg("address") = py::none(),
           py::arg("read") = py::none(), py::arg("when") = py::none(),
           py::arg("times") = py::none(), py::arg("probability") = 1.0,
           py::arg("byte") = py::none(), py::arg("mask") = 0, py::arg("length") = 0,
           py::arg("duration") = 0.0)
      .def_property_readonly("kind", [](const ScriptedFault& self) { return self.fault.kind; })
      .def_property_readonly("probability",
                             [](const ScriptedFault& self) { return self.fault.probability; })
      .def("__repr__",
           [](const ScriptedFault& self) { return "<Fault " + to_string(self.fault) + ">"; });

  py::class_<FaultInjector, i2c::Adapter, py::smart_holder>(
      module, "FaultInjector", "The C++ half of vhost_device.faults.FaultInjector.")
      .def(py::init(&make_injector), py::arg("adapter"), py::kw_only(), py::arg("seed") = 1,
           py::arg("clock") = py::none())
      .def(
          "_add",
          [](FaultInjector& self, const ScriptedFault& scripted, ScriptSupervisor& supervisor) {
            i2c::Fault fault = with_condition(scripted, share(supervisor));
            const ReleaseGil release;
            return self.add(std::move(fault));
          },
          py::arg("fault"), py::arg("supervisor"))
      .def("_remove", &FaultInjector::remove, py::arg("number"), WithoutGil())
      .def("_hits", &FaultInjector::hits, py::arg("number"), WithoutGil())
      .def("clear_bus", &FaultInjector::clear_bus, WithoutGil(),
           "Nine pulses on SCL, as a controller frees an SDA that a chip holds (UM10204, 3.1.16).\n"
           "False when the bus is still stuck, because something holds SCL.")
      .def(
          "clear_faults",
          [](FaultInjector& self, const std::optional<IntArgument>& seed) {
            const auto checked = seed ? std::optional(to_seed(*seed)) : std::nullopt;
            const ReleaseGil release;
            self.clear_faults(checked);
          },
          py::arg("seed") = py::none(),
          "Takes every fault away, and begins the draw of probabilities anew: by `seed`, or by "
          "the one\nbefore.");
  refuse_unconstructed<ScriptedFault>();
  refuse_unconstructed<FaultInjector>();
}

}  // namespace vhost_device::python
