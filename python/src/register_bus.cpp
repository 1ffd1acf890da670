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
#include "python/src/script.hpp"
#include "python/src/supervised_attach.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

void attach(BusChain& chain, sim::Device& wrapped, ScriptSupervisor& supervisor) {
  auto device = share(wrapped);
  attach_supervised(device, share(supervisor), [&] { chain.bus()->attach(device); });
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
      .def(
          "_set_supervisor",
          [](BusChain& chain, ScriptSupervisor& wrapped) {
            const auto supervisor = share(wrapped);
            const ReleaseGil release;
            chain.bus()->set_supervisor(supervisor);
          },
          py::arg("supervisor"))
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
          "The chips in the order of their first addresses. Without those "
          "behind muxes.")
      .def_property_readonly(
          "all_devices",
          [](const BusChain& chain) {
            std::vector<sim::PlacedDevice> all;
            {
              const ReleaseGil release;
              all = chain.bus()->all_devices();
            }
            py::typing::Dict<py::str, sim::Device> devices;
            for (const sim::PlacedDevice& placed : all) {
              devices[to_text(placed.path)] = py::cast(placed.device);
            }
            return devices;
          },
          "The chips with those behind muxes, each after its mux, by where they are:\n"
          "\"pca9548@70/1/lm75@48\" is at 0x48 behind channel 1 of the mux at 0x70.")
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
