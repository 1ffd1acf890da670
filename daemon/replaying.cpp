// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "daemon/replaying.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "core/i2c/replay/recording_parser.hpp"

namespace vhost_device::daemon {

Replaying::Replaying(std::string path, i2c::ReplayOrder order, std::size_t guest_count)
    : path_(std::move(path)) {
  if (path_.empty()) return;
  i2c::RecordingFile file = i2c::load_recording(path_);
  for (const std::string& warning : file.warnings) spdlog::warn("{}", warning);
  if (file.buses.size() == 1 && file.buses.front().bus().empty()) {
    add(std::move(file.buses.front()), order);
    return;
  }
  for (std::size_t guest = 0; guest < guest_count; ++guest) {
    const std::string name = "guest" + std::to_string(guest);
    const auto found = std::ranges::find(file.buses, name, &i2c::Recording::bus);
    add(found == file.buses.end() ? i2c::Recording(name) : *found, order);
    if (found != file.buses.end()) file.buses.erase(found);
  }
  if (file.buses.empty()) return;
  throw i2c::RecordingError(path_ + ": it has a bus '" + file.buses.front().bus() +
                            "', and the guests are guest0 to guest" +
                            std::to_string(guest_count - 1) +
                            "; give more sockets, or take the name and other guests' lines out");
}

void Replaying::add(i2c::Recording recording, i2c::ReplayOrder order) {
  spdlog::info("{}: {} transactions to replay", path_, recording.transactions().size());
  auto replayer = std::make_shared<i2c::Replayer>(std::move(recording), order);
  replayer->on_difference(
      [path = path_](const std::string& text) { spdlog::warn("replay {}: new: {}", path, text); });
  buses_.push_back(std::move(replayer));
}

const std::vector<i2c::Address>& Replaying::addresses(std::size_t guest) const {
  const i2c::Replayer& replayer = *of(guest);
  const bool strict = replayer.order() == i2c::ReplayOrder::strict;
  return strict ? replayer.addresses().all : replayer.addresses().answered;
}

void Replaying::report() const {
  for (const auto& replayer : buses_) {
    std::istringstream lines(replayer->report());
    for (std::string line; std::getline(lines, line);) spdlog::info("replay {}: {}", path_, line);
  }
}

}  // namespace vhost_device::daemon
