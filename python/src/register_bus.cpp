// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "backends/sim/board/board.hpp"
#include "backends/sim/bus/bus.hpp"
#include "python/src/bus_chain.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"
#include "python/src/log_queue.hpp"
#include "python/src/registration.hpp"
#include "python/src/scripted_device.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

void attach(BusChain& chain, sim::Device& wrapped, ScriptSupervisor& its_supervisor) {
  auto device = share(wrapped);
  auto supervisor = share(its_supervisor);
  const py::object object = py::cast(device);
  auto* const scripted = dynamic_cast<Script*>(device.get());
  const ScriptHooks hooks = scripted ? ScriptHooks::of(py::type::of(object)) : ScriptHooks();

  const ReleaseGil release;
  if (scripted) scripted->supervise(supervisor, hooks);
  try {
    chain.bus()->attach(std::move(device));
  } catch (...) {
    if (scripted) scripted->supervise(supervisor, hooks);
    throw;
  }
}

}  // namespace

void register_bus(py::module_& module) {
  py::class_<BusChain, i2c::Adapter, py::smart_holder>(module, "Bus",
                                                       "The C++ half of vhost_device.sim.Bus.")
      .def(py::init([](sim::Clock& clock) {
             auto chain = std::make_shared<BusChain>(share(clock));
             chain->bus()->on_warning(
                 [](const std::string& text) { log_queue::push(log_queue::Level::warning, text); });
             return chain;
           }),
           py::arg("clock"))
      .def_property_readonly("_tracer", &BusChain::tracer)
      .def_property_readonly("_injector", &BusChain::injector)
      .def("_attach", &attach, py::arg("device"), py::arg("supervisor"))
      .def(
          "detach", [](BusChain& chain, const sim::Device& device) { chain.bus()->detach(device); },
          py::arg("device"), WithoutGil(),
          "Takes a chip off the bus, after the transaction under way (unless called from inside "
          "it).\nValueError when it is not on this bus.")
      .def(
          "clear", [](BusChain& chain) { chain.bus()->clear(); }, WithoutGil(),
          "Takes every chip off.")
      .def_property_readonly(
          "devices",
          py::cpp_function([](const BusChain& chain) { return chain.bus()->devices(); },
                           WithoutGil()),
          "The chips in the order of their first addresses.")
      .def(
          "load_board",
          [](BusChain& chain, const std::filesystem::path& board) {
            std::vector<std::string> warnings;
            {
              const ReleaseGil release;
              warnings = sim::load_board(*chain.bus(), board);
            }
            py::typing::List<py::str> texts;
            for (const std::string& warning : warnings) texts.append(to_text(warning));
            return texts;
          },
          py::arg("board"),
          "Puts the chips of a devicetree file (.dts or .dtb) on the bus. FILE:NODE chooses one "
          "of\n"
          "several buses in it. Returns warnings. BoardError, and the bus as it was, if the file\n"
          "cannot be used.");
  refuse_unconstructed<BusChain>();
}

}  // namespace vhost_device::python
