// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <filesystem>
#include <stdexcept>

#include "backends/sim/bus/bus.hpp"

namespace vhost_device::sim {

/// A board file that cannot be used. The text has the file, the node, what is wrong, what was
/// expected and, for an unknown name, the nearest known one.
class BoardError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Populates a bus from a devicetree: source (`.dts`, compiled by dtc) or blob (`.dtb`).
///
/// The bus is the one node whose name is `i2c` or `i2c@...`, or the root if that holds chips
/// itself. Where a file has several, `board` may end in `:NODE`, a path or an alias.
/// Nodes with `status = "disabled"` are left out. On an error nothing is attached.
///
/// Throws BoardError.
void load_board(Bus& bus, const std::filesystem::path& board);

}  // namespace vhost_device::sim
