// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/node_properties.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "backends/sim/board/nearest_name.hpp"
#include "backends/sim/board/printable.hpp"

namespace vhost_device::sim {
namespace {

constexpr std::string_view own_prefix = "vhost-device,";
constexpr std::size_t cell_size = 4;

/// The Devicetree Specification 0.4, 2.2.4: a cell is big-endian.
std::uint32_t cell(std::span<const std::byte> value) {
  std::uint32_t number = 0;
  for (const std::byte byte : value.first(cell_size)) {
    number = number << 8U | std::to_integer<std::uint32_t>(byte);
  }
  return number;
}

[[noreturn]] void refuse(std::string_view name, const std::string& what) {
  throw PropertyError(printable(name) + ": " + what);
}

std::string size_of(std::span<const std::byte> value) {
  if (value.empty()) return "no value";
  return value.size() == 1 ? "1 byte" : std::to_string(value.size()) + " bytes";
}

[[noreturn]] void refuse_shape(std::string_view name, std::string_view expected,
                               std::span<const std::byte> value) {
  refuse(name, "expected " + std::string(expected) + ", got " + size_of(value));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

NodeProperties::NodeProperties(const DeviceTree& tree, DeviceTree::Node node,
                               std::filesystem::path folder)
    : tree_(tree), node_(node), folder_(std::move(folder)) {}

std::optional<std::uint32_t> NodeProperties::u32(std::string_view name) const {
  const auto value = ask(name, Shape::cell);
  if (!value) return std::nullopt;
  if (value->size() != cell_size) refuse_shape(name, "one cell (32 bits)", *value);
  return cell(*value);
}

std::optional<std::int32_t> NodeProperties::i32(std::string_view name) const {
  const auto value = ask(name, Shape::signed_cell);
  if (!value) return std::nullopt;
  if (value->size() != cell_size) refuse_shape(name, "one cell (32 bits)", *value);
  return std::bit_cast<std::int32_t>(cell(*value));
}

std::optional<std::string> NodeProperties::string(std::string_view name) const {
  const auto value = ask(name, Shape::text);
  if (!value) return std::nullopt;
  const auto text = tree_.string(node_, name);
  if (!text) refuse_shape(name, "one string", *value);
  return std::string(*text);
}

std::optional<std::string> NodeProperties::path(std::string_view name) const {
  const auto text = string(name);
  if (!text) return std::nullopt;
  if (text->empty()) refuse(name, "expected a file name, got an empty string");
  return (folder_ / *text).string();
}

bool NodeProperties::flag(std::string_view name) const {
  const auto value = ask(name, Shape::flag);
  // `read-only = <0>` would read as false and mean true.
  if (value && !value->empty()) refuse_shape(name, "no value, as being there sets it", *value);
  return value.has_value();
}

void NodeProperties::bad_value(std::string_view name, std::string_view expected) const {
  const auto known = std::ranges::find(known_, name, &Known::name);
  const auto value = tree_.property(node_, name);
  std::string got;
  if (!value) {
    got = "nothing";
  } else if (known != known_.end() && known->shape == Shape::text) {
    got = in_quotes(tree_.string(node_, name).value_or(""));
  } else if (value->size() != cell_size) {
    got = size_of(*value);
  } else if (known != known_.end() && known->shape == Shape::signed_cell) {
    got = std::to_string(std::bit_cast<std::int32_t>(cell(*value)));
  } else {
    got = std::to_string(cell(*value));
  }
  refuse(name, "expected " + std::string(expected) + ", got " + got);
}

std::vector<std::string> NodeProperties::strings(std::string_view name) const {
  const auto value = ask(name, Shape::text);
  if (!value) return {};
  const auto texts = as_strings(*value);
  if (!texts) refuse_shape(name, "strings", *value);
  return {texts->begin(), texts->end()};
}

void NodeProperties::check_unasked() const {
  const std::vector<std::string> known = known_names();
  std::vector<std::string> own;
  std::ranges::copy_if(known, std::back_inserter(own),
                       [](const std::string& name) { return name.starts_with(own_prefix); });

  for (const auto& [name, value] : tree_.properties(node_)) {
    if (std::ranges::find(known, name) != known.end()) continue;
    if (!name.starts_with(own_prefix)) {
      const auto meant = nearest_name(name, known, slip_limit(name));
      if (meant) refuse(name, "unknown property (did you mean " + *meant + "?)");
      continue;
    }
    if (own.empty()) refuse(name, "unknown property (expected none with this prefix here)");
    constexpr std::size_t guess_limit = 12;
    const auto meant = nearest_name(name, own, guess_limit);
    refuse(name, "unknown property (expected one of " + joined(own) +
                     (meant ? "; did you mean " + *meant + "?)" : ")"));
  }
}

std::optional<NodeProperties::Value> NodeProperties::ask(std::string_view name, Shape shape) const {
  const auto known = std::ranges::find(known_, name, &Known::name);
  if (known == known_.end()) {
    known_.push_back({std::string(name), shape});
  } else {
    known->shape = shape;
  }
  return tree_.property(node_, name);
}

std::vector<std::string> NodeProperties::known_names() const {
  std::vector<std::string> names;
  std::ranges::transform(known_, std::back_inserter(names), &Known::name);
  return names;
}

}  // namespace vhost_device::sim
