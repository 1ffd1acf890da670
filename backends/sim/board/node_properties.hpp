// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/sim/board/device_tree.hpp"
#include "backends/sim/devices/properties.hpp"

namespace vhost_device::sim {

/// The properties of one devicetree node, whose name has been known to the chip once it has asked
/// for them. Refers to the tree.
class NodeProperties final : public Properties {
 public:
  /// `folder`: where relative file names start.
  NodeProperties(const DeviceTree& tree, DeviceTree::Node node, std::filesystem::path folder);

  [[nodiscard]] std::optional<std::uint32_t> u32(std::string_view name) const override;
  [[nodiscard]] std::optional<std::int32_t> i32(std::string_view name) const override;
  [[nodiscard]] std::optional<std::string> string(std::string_view name) const override;
  [[nodiscard]] std::optional<std::string> path(std::string_view name) const override;
  [[nodiscard]] bool flag(std::string_view name) const override;
  [[noreturn]] void bad_value(std::string_view name, std::string_view expected) const override;

  /// One string or several, such as `compatible` has. Empty when it is not there.
  [[nodiscard]] std::vector<std::string> strings(std::string_view name) const;

  /// Complains about what nobody has asked for: any `vhost-device,*`, which would be without
  /// effect, and whatever looks like a slip in a name that was asked for. Everything else in a real
  /// board's node (supplies, interrupts, labels, ...) is none of a simulated chip's business.
  ///
  /// Throws PropertyError with the nearest known name.
  void check_unasked() const;

 private:
  enum class Shape { cell, signed_cell, text, flag };
  struct Known {
    std::string name;
    Shape shape;
  };
  using Value = std::span<const std::byte>;

  [[nodiscard]] std::optional<Value> ask(std::string_view name, Shape shape) const;
  [[nodiscard]] std::vector<std::string> known_names() const;

  const DeviceTree& tree_;
  DeviceTree::Node node_;
  std::filesystem::path folder_;
  mutable std::vector<Known> known_;
};

}  // namespace vhost_device::sim
