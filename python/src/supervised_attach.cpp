// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/supervised_attach.hpp"

#include <vector>

#include "backends/sim/bus/mux.hpp"
#include "python/src/gil.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using Devices = std::vector<std::shared_ptr<sim::Device>>;

struct Supervised {
  Script* script;
  ScriptHooks hooks;
  std::shared_ptr<ScriptSupervisor> other;  // who is not its supervisor now
};

void add_with_all_behind(const std::shared_ptr<sim::Device>& device, Devices& all) {
  all.push_back(device);
  const auto* const mux = dynamic_cast<const sim::Mux*>(device.get());
  if (mux == nullptr) return;
  for (std::size_t index = 0; index < mux->channel_count(); ++index) {
    for (const auto& behind : mux->channel(index).devices()) add_with_all_behind(behind, all);
  }
}

Devices with_all_behind(const std::shared_ptr<sim::Device>& device) {
  Devices all;
  const ReleaseGil release;
  add_with_all_behind(device, all);
  return all;
}

void swap_supervisors(std::vector<Supervised>& scripts) {
  for (Supervised& each : scripts) each.script->supervise(each.other, each.hooks);
}

}  // namespace

void attach_supervised(const std::shared_ptr<sim::Device>& device,
                       const std::shared_ptr<ScriptSupervisor>& supervisor,
                       const std::function<void()>& attach) {
  const Devices devices = with_all_behind(device);
  std::vector<Supervised> scripts;
  for (const auto& each : devices) {
    auto* const script = dynamic_cast<Script*>(each.get());
    if (script == nullptr) continue;
    scripts.push_back({script, ScriptHooks::of(py::type::of(py::cast(each))), supervisor});
  }
  const ReleaseGil release;
  swap_supervisors(scripts);
  try {
    attach();
  } catch (...) {
    swap_supervisors(scripts);
    throw;
  }
}

}  // namespace vhost_device::python
