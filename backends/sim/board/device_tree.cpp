// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/device_tree.hpp"

#include <libfdt.h>

#include <algorithm>

#include "backends/sim/board/board.hpp"

namespace vhost_device::sim {
namespace {

void check_blob(std::span<const std::byte> blob) {
  const auto check = [](int error) {
    if (error == 0) return;
    throw BoardError(std::string("a damaged devicetree blob: ") + ::fdt_strerror(error));
  };
  check(blob.size() < sizeof(fdt_header) ? -FDT_ERR_TRUNCATED : ::fdt_check_header(blob.data()));
  // First of all the rest: libfdt 1.6 can be crashed by made-up blobs of the versions before.
  constexpr unsigned only_version = 17;  // the Devicetree Specification 0.4, 5.2; dtc's since 2005
  const unsigned version = fdt_version(static_cast<const void*>(blob.data()));
  if (version < only_version) {
    throw BoardError("a devicetree blob of version " + std::to_string(version) + " (expected 17)");
  }
  check(::fdt_check_full(blob.data(), blob.size()));
}

std::span<const std::byte> bytes(const void* data, int size) {
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

}  // namespace

DeviceTree::DeviceTree(std::vector<std::byte> blob) : blob_(std::move(blob)) {
  check_blob(blob_);
  std::vector<Node> line;  // from the root down to the node before
  int depth = -1;
  for (int offset = ::fdt_next_node(blob_.data(), -1, &depth); offset >= 0 && depth >= 0;
       offset = ::fdt_next_node(blob_.data(), offset, &depth)) {
    if (depth >= max_depth) throw BoardError("nodes nested deeper than 64");
    if (nodes_.size() == max_nodes) throw BoardError("more than 65536 nodes");
    line.resize(static_cast<std::size_t>(depth));
    nodes_.push_back({offset, line.empty() ? root : line.back()});
    line.push_back(nodes_.size() - 1);
  }
  if (nodes_.empty()) throw BoardError("a damaged devicetree blob: no root node");
}

std::string_view DeviceTree::name(Node node) const {
  int length = 0;
  const char* const name = ::fdt_get_name(blob_.data(), nodes_[node].offset, &length);
  return name == nullptr ? std::string_view()
                         : std::string_view(name, static_cast<std::size_t>(length));
}

std::string DeviceTree::path(Node node) const {
  if (node == root) return "/";
  const std::string above = parent(node) == root ? std::string() : path(parent(node));
  return above + '/' + std::string(name(node));
}

std::vector<DeviceTree::Node> DeviceTree::children(Node node) const {
  std::vector<Node> found;
  for (Node child = node + 1; child < size(); ++child) {
    if (parent(child) == node) found.push_back(child);
  }
  return found;
}

std::optional<DeviceTree::Node> DeviceTree::find(std::string_view path) const {
  // libfdt takes anything else for an alias, and follows one that names itself for ever.
  if (!path.starts_with('/')) return std::nullopt;
  const int offset =
      ::fdt_path_offset_namelen(blob_.data(), path.data(), static_cast<int>(path.size()));
  const auto place = std::ranges::find(nodes_, offset, &Place::offset);
  if (place == nodes_.end()) return std::nullopt;
  const auto node = static_cast<Node>(place - nodes_.begin());
  // libfdt takes the first "i2c@..." for "i2c".
  if (this->path(node) != path) return std::nullopt;
  return node;
}

std::optional<std::span<const std::byte>> DeviceTree::property(Node node,
                                                               std::string_view name) const {
  int length = 0;
  const void* const value = ::fdt_getprop_namelen(blob_.data(), nodes_[node].offset, name.data(),
                                                  static_cast<int>(name.size()), &length);
  if (value == nullptr) return std::nullopt;
  return bytes(value, length);
}

std::optional<std::string_view> DeviceTree::string(Node node, std::string_view name) const {
  const auto value = property(node, name);
  if (!value) return std::nullopt;
  const auto strings = as_strings(*value);
  if (!strings || strings->size() != 1) return std::nullopt;
  return strings->front();
}

std::vector<DeviceTree::Property> DeviceTree::properties(Node node) const {
  std::vector<Property> found;
  for (int offset = ::fdt_first_property_offset(blob_.data(), nodes_[node].offset); offset >= 0;
       offset = ::fdt_next_property_offset(blob_.data(), offset)) {
    const char* name = nullptr;
    int length = 0;
    const void* const value = ::fdt_getprop_by_offset(blob_.data(), offset, &name, &length);
    if (value != nullptr && name != nullptr) found.push_back({name, bytes(value, length)});
  }
  return found;
}

std::optional<std::vector<std::string_view>> as_strings(std::span<const std::byte> value) {
  if (value.empty() || value.back() != std::byte{0}) return std::nullopt;
  // Chars may look at any object's bytes.
  std::string_view rest(reinterpret_cast<const char*>(value.data()), value.size());
  std::vector<std::string_view> strings;
  while (!rest.empty()) {
    strings.push_back(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(strings.back().size() + 1);
  }
  return strings;
}

std::string_view base_name(std::string_view name) { return name.substr(0, name.find('@')); }

std::string_view unit_address(std::string_view name) {
  const std::size_t at = name.find('@');
  return at == std::string_view::npos ? std::string_view() : name.substr(at + 1);
}

}  // namespace vhost_device::sim
