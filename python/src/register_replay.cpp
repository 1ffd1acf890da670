// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/i2c/replay/recorder.hpp"
#include "core/i2c/replay/recording_parser.hpp"
#include "core/i2c/replay/replayer.hpp"
#include "python/src/construction.hpp"
#include "python/src/duration.hpp"
#include "python/src/gil.hpp"
#include "python/src/log_queue.hpp"
#include "python/src/registration.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using i2c::Recorder;
using i2c::Replayer;

void warn(const std::string& text) { log_queue::push(log_queue::Level::warning, text); }
void log_loss(const std::string& text) { log_queue::push(log_queue::Level::error, text); }

std::shared_ptr<Recorder> make_recorder(i2c::Adapter& adapter, const std::filesystem::path& path) {
  auto shared = share(adapter);
  const ReleaseGil release;
  return std::make_shared<Recorder>(std::move(shared), path.native(), &log_loss);
}

py::str loss_of(const Recorder& recorder) {
  std::string loss;
  {
    const ReleaseGil release;
    loss = recorder.loss();
  }
  return to_text(loss);
}

i2c::Recording choose_bus(i2c::RecordingFile file, const std::optional<std::string>& bus,
                          const std::string& path) {
  if (!bus && file.buses.size() == 1) return std::move(file.buses.front());
  const auto found = std::ranges::find(file.buses, bus.value_or(""), &i2c::Recording::bus);
  if (bus && found != file.buses.end()) return std::move(*found);
  std::string names;
  for (const auto& each : file.buses) names += (names.empty() ? "'" : ", '") + each.bus() + "'";
  throw i2c::RecordingError(path + ": it has the buses " + names + "; choose one of them with bus");
}

std::shared_ptr<Replayer> make_replayer(const std::filesystem::path& path, bool strict,
                                        const std::optional<std::string>& bus) {
  const ReleaseGil release;
  i2c::RecordingFile file = i2c::load_recording(path.native());
  for (const std::string& text : file.warnings) warn(text);
  auto replayer =
      std::make_shared<Replayer>(choose_bus(std::move(file), bus, path.native()),
                                 strict ? i2c::ReplayOrder::strict : i2c::ReplayOrder::state);
  replayer->on_difference([name = path.native()](const std::string& text) {
    warn("replay " + name + ": new: " + text);
  });
  return replayer;
}

std::vector<std::pair<std::string, std::uint64_t>> differences_of(const Replayer& replayer) {
  std::vector<std::pair<std::string, std::uint64_t>> pairs;
  for (auto& [text, count] : replayer.differences()) pairs.emplace_back(text, count);
  return pairs;
}

const std::vector<i2c::Address>& addresses_of(const Replayer& replayer) {
  const bool strict = replayer.order() == i2c::ReplayOrder::strict;
  return strict ? replayer.addresses().all : replayer.addresses().answered;
}

}  // namespace

void register_replay(py::module_& module) {
  py::class_<Recorder, i2c::Adapter, py::smart_holder>(
      module, "Recorder", "The C++ half of vhost_device.replay.Recorder.")
      .def(py::init(&make_recorder), py::arg("adapter"), py::arg("path"))
      .def(
          "_close",
          [](Recorder& recorder, double limit_s) { return recorder.close(to_limit(limit_s)); },
          py::arg("limit_s"), WithoutGil())
      .def_property_readonly("_dropped", py::cpp_function(&Recorder::dropped, WithoutGil()))
      .def_property_readonly("_loss", &loss_of);
  refuse_unconstructed<Recorder>();

  py::class_<Replayer, i2c::Adapter, py::smart_holder>(
      module, "Replayer", "The C++ half of vhost_device.replay.Replayer.")
      .def(py::init(&make_replayer), py::arg("path"), py::arg("strict"), py::arg("bus"))
      .def("_differences", &differences_of, WithoutGil())
      .def("_addresses", &addresses_of)
      .def_property_readonly("_difference_count",
                             py::cpp_function(&Replayer::difference_count, WithoutGil()))
      .def("_report", &Replayer::report, WithoutGil())
      .def("_rewind", &Replayer::rewind, WithoutGil());
  refuse_unconstructed<Replayer>();
}

}  // namespace vhost_device::python
