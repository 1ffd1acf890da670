// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "backends/sim/board/device_tree.hpp"
#include "backends/sim/bus/bus.hpp"

namespace vhost_device::sim {

/// Makes the chips of a devicetree's bus and attaches them: all of them, or none and a BoardError
/// whose text starts with the node but lacks the file.
///
/// `selector`: which bus, as `find_bus_node` takes it. `folder`: where relative file names start.
/// Returns warnings, as `load_board` does, without the file.
std::vector<std::string> populate(Bus& bus, const DeviceTree& tree, std::string_view selector,
                                  const std::filesystem::path& folder);

}  // namespace vhost_device::sim
