// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/bus_node.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "backends/sim/board/board.hpp"
#include "backends/sim/board/nearest_name.hpp"
#include "backends/sim/board/printable.hpp"
#include "backends/sim/devices/registry.hpp"

namespace vhost_device::sim {
namespace {

using Node = DeviceTree::Node;

/// The names that Linux's schema for controllers allows: with the address of the controller, or,
/// for one that has none (such as i2c-gpio), a number.
bool is_bus_name(std::string_view name) {
  constexpr std::string_view numbered = "i2c-";
  if (name == "i2c" || base_name(name) == "i2c") return true;
  return name.starts_with(numbered) && name.size() > numbered.size() &&
         name.find_first_not_of("0123456789", numbered.size()) == std::string_view::npos;
}

bool has_known_compatible(const DeviceTree& tree, Node node) {
  const auto value = tree.property(node, "compatible");
  if (!value) return false;
  const auto names = as_strings(*value);
  return names && std::ranges::any_of(
                      *names, [](std::string_view name) { return find_part(name) != nullptr; });
}

struct Candidates {
  std::vector<Node> enabled;
  std::vector<Node> disabled;
};

/// Nodes named as a bus, but none inside another: those are a mux's channels.
Candidates find_candidates(const DeviceTree& tree) {
  Candidates found;
  std::vector<bool> inside(tree.size());
  std::vector<bool> off(tree.size());
  for (Node node = 1; node < tree.size(); ++node) {
    const Node parent = tree.parent(node);
    inside[node] = inside[parent];
    off[node] = off[parent] || !is_enabled(tree, node);
    if (inside[node] || !is_bus_name(tree.name(node))) continue;
    inside[node] = true;
    (off[node] ? found.disabled : found.enabled).push_back(node);
  }
  return found;
}

std::string described(const DeviceTree& tree, std::span<const Node> nodes) {
  constexpr std::size_t most = 16;
  std::string text;
  for (const Node node : nodes.first(std::min(nodes.size(), most))) {
    const std::size_t chips = chip_nodes(tree, node).size();
    text += (text.empty() ? "" : ", ") + printable(tree.path(node)) + " (" + std::to_string(chips) +
            (chips == 1 ? " chip)" : " chips)");
  }
  if (nodes.size() > most) text += " and " + std::to_string(nodes.size() - most) + " more";
  return text;
}

Node find_only_bus(const DeviceTree& tree) {
  const auto [enabled, disabled] = find_candidates(tree);
  if (enabled.size() == 1) return enabled.front();
  if (enabled.size() > 1) {
    throw BoardError("several buses: " + described(tree, enabled) +
                     " (expected FILE:NODE, such as FILE:" + printable(tree.path(enabled.front())) +
                     ")");
  }
  if (!disabled.empty()) {
    throw BoardError("every bus is disabled: " + described(tree, disabled) +
                     " (expected FILE:NODE to use one all the same, such as FILE:" +
                     printable(tree.path(disabled.front())) + ")");
  }
  const std::vector<Node> at_root = chip_nodes(tree, DeviceTree::root);
  const bool root_is_bus = std::ranges::any_of(at_root, [&](Node node) {
    return tree.property(node, "reg") && tree.property(node, "compatible");
  });
  if (root_is_bus) return DeviceTree::root;
  throw BoardError(
      "no bus (expected a node named i2c or i2c@..., or chips with compatible and reg in the "
      "root)");
}

/// What an alias or a label stands for.
std::optional<Node> find_reference(const DeviceTree& tree, std::string_view table,
                                   std::string_view name) {
  const auto node = tree.find(table);
  if (!node) return std::nullopt;
  const auto path = tree.string(*node, name);
  return path ? tree.find(*path) : std::nullopt;
}

std::vector<Node> find_named(const DeviceTree& tree, std::string_view name) {
  std::vector<Node> found;
  for (Node node = 1; node < tree.size(); ++node) {
    const std::string_view own = tree.name(node);
    if (own == name || base_name(own) == name) found.push_back(node);
  }
  return found;
}

Node select(const DeviceTree& tree, std::string_view selector) {
  if (const auto node = tree.find(selector)) return *node;
  if (!selector.starts_with('/')) {
    if (const auto node = find_reference(tree, "/aliases", selector)) return *node;
    // Written by `dtc -@`.
    if (const auto node = find_reference(tree, "/__symbols__", selector)) return *node;
    const std::vector<Node> named = find_named(tree, selector);
    if (named.size() == 1) return named.front();
    if (named.size() > 1) {
      throw BoardError("several nodes named " + in_quotes(selector) + ": " +
                       described(tree, named) + " (expected a whole path)");
    }
  }
  auto [buses, disabled] = find_candidates(tree);
  buses.insert(buses.end(), disabled.begin(), disabled.end());
  throw BoardError(
      "no node " + in_quotes(selector) + " (expected a path, an alias, a label or a node's name" +
      (buses.empty() ? ")" : "; did you mean one of " + described(tree, buses) + "?)"));
}

}  // namespace

Node find_bus_node(const DeviceTree& tree, std::string_view selector) {
  if (selector.empty()) return find_only_bus(tree);
  const Node node = select(tree, selector);
  if (!is_bus_name(tree.name(node)) && chip_nodes(tree, node).empty()) {
    throw BoardError(printable(tree.path(node)) +
                     ": not a bus (expected a node named i2c or i2c@..., or one with chips in it)");
  }
  return node;
}

std::vector<Node> chip_nodes(const DeviceTree& tree, Node bus) {
  std::vector<Node> children = tree.children(bus);
  const auto inner =
      std::ranges::find(children, "i2c-bus", [&](Node child) { return tree.name(child); });
  if (inner != children.end()) children = tree.children(*inner);
  std::erase_if(children, [&](Node child) {
    return !tree.property(child, "reg") && unit_address(tree.name(child)).empty() &&
           !has_known_compatible(tree, child);
  });
  return children;
}

bool is_enabled(const DeviceTree& tree, Node node) {
  if (!tree.property(node, "status")) return true;
  const auto status = tree.string(node, "status");
  return status == "okay" || status == "ok";
}

}  // namespace vhost_device::sim
