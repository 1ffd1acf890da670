// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

#include "backends/sim/board/device_tree.hpp"

namespace vhost_device::sim {

/// The node whose children are the chips of the board's bus.
///
/// `selector` is a path, an alias, a label or the name of a single node; it may also be of a node
/// that is disabled or that no rule would find, such as one channel of a mux. When it is empty, the
/// bus is the only enabled node named `i2c`, `i2c@...` or `i2c-N` that is not inside another one;
/// and in a tree without any such node it is the root, if that holds chips itself.
///
/// Throws BoardError, without the file's name, when there is none or several; the text lists them.
[[nodiscard]] DeviceTree::Node find_bus_node(const DeviceTree& tree, std::string_view selector);

/// The nodes on a bus that are chips: those with a `reg`, a unit address or a known `compatible`,
/// since there are others (ports, hogs, and in the root almost anything). Enabled or not.
///
/// In a controller's `i2c-bus` child where it has one, as Linux does it (i2c-core-of.c).
[[nodiscard]] std::vector<DeviceTree::Node> chip_nodes(const DeviceTree& tree,
                                                       DeviceTree::Node bus);

/// Whether `status` leaves a node in (the Devicetree Specification 0.4, 2.3.4). Linux's rule: no
/// `status` at all, "okay" or "ok".
[[nodiscard]] bool is_enabled(const DeviceTree& tree, DeviceTree::Node node);

}  // namespace vhost_device::sim
