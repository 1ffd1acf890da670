// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vhost_device::sim {

/// The nodes and properties of a devicetree blob that has been checked from end to end. The blob is
/// input: it may be cut off or made up.
class DeviceTree {
 public:
  /// A node of this tree, by its place in it: parents come before their children.
  using Node = std::size_t;
  static constexpr Node root = 0;

  struct Property {
    std::string_view name;
    std::span<const std::byte> value;
  };

  /// Named limits on what a blob may hold; a whole computer's has some 3000 nodes, 10 deep.
  static constexpr std::size_t max_nodes = 65536;
  static constexpr int max_depth = 64;

  /// Throws BoardError when the blob is damaged (libfdt's fdt_check_full), of a version before 17
  /// of the format, or over one of the limits.
  explicit DeviceTree(std::vector<std::byte> blob);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  /// With its unit address: "eeprom@50". The root's is empty.
  [[nodiscard]] std::string_view name(Node node) const;
  /// "/soc/i2c@7e804000/eeprom@50".
  [[nodiscard]] std::string path(Node node) const;
  /// The root is its own parent.
  [[nodiscard]] Node parent(Node node) const { return nodes_[node].parent; }
  [[nodiscard]] std::vector<Node> children(Node node) const;
  /// The node with exactly this path.
  [[nodiscard]] std::optional<Node> find(std::string_view path) const;

  /// Nothing when the node has no such property. Lives as long as the tree.
  [[nodiscard]] std::optional<std::span<const std::byte>> property(Node node,
                                                                   std::string_view name) const;
  /// The value as one string; nothing when it is not there or is not one string.
  [[nodiscard]] std::optional<std::string_view> string(Node node, std::string_view name) const;
  [[nodiscard]] std::vector<Property> properties(Node node) const;

 private:
  struct Place {
    int offset;
    Node parent;
  };
  std::vector<std::byte> blob_;
  std::vector<Place> nodes_;
};

/// The value as strings, each ended by a NUL byte; nothing when it is not made of such.
[[nodiscard]] std::optional<std::vector<std::string_view>> as_strings(
    std::span<const std::byte> value);

/// "eeprom" of "eeprom@50".
[[nodiscard]] std::string_view base_name(std::string_view name);
/// "50" of "eeprom@50"; empty when there is none.
[[nodiscard]] std::string_view unit_address(std::string_view name);

}  // namespace vhost_device::sim
