// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/bus/state.hpp"
#include "python/src/bus_chain.hpp"
#include "python/src/callbacks.hpp"
#include "python/src/gil.hpp"
#include "python/src/registration.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using StateDict = py::typing::Dict<py::str, py::object>;

struct ToPython {
  py::object operator()(std::monostate /*nothing*/) const { return py::none(); }
  py::object operator()(bool value) const { return py::bool_(value); }
  py::object operator()(std::int64_t value) const { return py::int_(value); }
  py::object operator()(double value) const { return py::float_(value); }
  py::object operator()(const std::vector<std::byte>& value) const {
    return py::bytes(reinterpret_cast<const char*>(value.data()), value.size());
  }
};

/// ValueError, with the value's name before the text, for what can be in no state.
sim::StateValue to_state_value(const std::string& name, py::handle value) {
  if (value.is_none()) return std::monostate();
  if (py::isinstance<py::bool_>(value)) return value.cast<bool>();
  if (py::isinstance<py::float_>(value)) return value.cast<double>();
  if (py::isinstance<py::bytes>(value)) {
    const auto text = value.cast<std::string_view>();
    const auto bytes = std::as_bytes(std::span(text));
    return std::vector(bytes.begin(), bytes.end());
  }
  if (!py::isinstance<py::int_>(value)) {
    throw py::value_error(name + ": expected null, a number, true, false or bytes");
  }
  const long long number = PyLong_AsLongLong(value.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    throw py::value_error(name + ": " + std::string(py::str(value)) + " has more than 64 bits");
  }
  return std::int64_t{number};
}

StateDict state(sim::Device& chip) {
  sim::State state;
  {
    const ReleaseGil release;
    state = chip.state();
  }
  StateDict values;
  for (const auto& [name, value] : state) values[to_text(name)] = std::visit(ToPython(), value);
  return values;
}

void load_state(sim::Device& chip, const StateDict& values) {
  sim::State state;
  for (const auto& [name, value] : values) {
    auto text = name.cast<std::string>();
    auto its_value = to_state_value(text, value);
    state.emplace_back(std::move(text), std::move(its_value));
  }
  const ReleaseGil release;
  chip.load_state(state);
}

py::object hold(const BusChain& chain, const py::typing::Callable<py::object()>& function) {
  const ReleaseGil release;
  const auto lock = chain.bus()->hold();
  const CallbackGate gate;
  const py::gil_scoped_acquire gil;
  return function();
}

}  // namespace

void register_state(py::module_& module) {
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(std::move(thrown));
    } catch (const sim::StateError& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    }
  });
  module.def("get_state", &state, py::arg("chip"), "Everything that a chip will ever answer by.");
  module.def("load_state", &load_state, py::arg("chip"), py::arg("values"),
             "ValueError, with the chip as it was, for a state that it cannot have.");
  module.def("keep_state", &sim::Device::keep_state, py::arg("chip"), WithoutGil(),
             "The state that was loaded is to stay.");
  module.def("hold", &hold, py::arg("bus"), py::arg("function"),
             "Calls a function while no other thread uses the bus or a chip on it.");
}

}  // namespace vhost_device::python
