// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/populate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "backends/sim/board/board.hpp"
#include "backends/sim/board/bus_node.hpp"
#include "backends/sim/board/nearest_name.hpp"
#include "backends/sim/board/node_properties.hpp"
#include "backends/sim/board/printable.hpp"
#include "backends/sim/bus/mux.hpp"
#include "backends/sim/devices/registry.hpp"

namespace vhost_device::sim {
namespace {

// Linux, include/dt-bindings/i2c/i2c.h: flags in the cell of `reg`.
constexpr std::uint32_t ten_bit_flag = std::uint32_t{1} << 31U;
constexpr std::uint32_t own_target_flag = std::uint32_t{1} << 30U;
constexpr std::uint32_t address_mask = own_target_flag - 1;

struct Chip {
  std::string node;
  std::shared_ptr<Device> device;
};

/// The channels on the way from the bus to a chip.
using Way = std::vector<const Mux::Channel*>;

/// Whether chips at these two places may both be reached at once, whatever the muxes connect.
bool is_on_the_way(const Way& one, const Way& other) {
  const std::size_t common = std::min(one.size(), other.size());
  return std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(common), other.begin());
}

std::string hex(std::uint32_t value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%02x", value);
  return text.data();
}

/// Runs `work` with every error it throws put behind the name of a node.
template <typename Work>
auto about(const std::string& node, Work&& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    throw BoardError(node + ": " + error.what());
  }
}

bool is_left_out(const NodeProperties& properties) {
  const std::optional<std::string> status = properties.string("status");
  if (!status || *status == "okay" || *status == "ok") return false;
  // The Devicetree Specification 0.4, 2.3.4: these, and "fail-" with a condition.
  const std::vector<std::string> others{"disabled", "reserved", "fail"};
  if (std::ranges::find(others, *status) != others.end() || status->starts_with("fail-")) {
    return true;
  }
  properties.bad_value("status", "okay, disabled, reserved or fail");
}

std::uint32_t read_reg(const NodeProperties& properties) {
  const auto reg = properties.u32("reg");
  if (!reg) throw PropertyError("reg: missing (expected the chip's address)");
  return *reg;
}

i2c::Address read_address(std::uint32_t reg) {
  const std::uint32_t value = reg & address_mask;
  if ((reg & ten_bit_flag) != 0) {
    if (const auto address = i2c::Address::ten_bit(value)) return *address;
    throw PropertyError("reg: " + hex(value) + " is no 10-bit address (expected 0x00 to 0x3ff)");
  }
  if (const auto address = i2c::Address::seven_bit(value); address && value != 0) return *address;
  std::string hint;
  // Datasheets often print the address with the read/write bit behind it.
  if (value > i2c::Address::max_seven_bit && value <= 0xff) {
    hint = "; did you mean " + hex(value >> 1U) + ", which is " + hex(value) +
           " with the read/write bit?";
  }
  throw PropertyError("reg: " + hex(value) +
                      " is no 7-bit address (expected 0x01 to 0x7f, or bit 31 set for a 10-bit "
                      "address" +
                      hint + ")");
}

std::string part_of(std::string_view compatible) {
  return std::string(compatible.substr(compatible.find(',') + 1));
}

[[noreturn]] void refuse_compatible(const std::vector<std::string>& names) {
  const std::vector<std::string> known = compatibles();
  std::optional<std::string> meant;
  for (const std::string& name : names) {
    if (!meant) meant = nearest_name(name, known, slip_limit(name));
  }
  // The right part of another vendor, or with a slip in both.
  for (const std::string& name : names) {
    const std::string part = part_of(name);
    if (!meant) meant = nearest_name(part, known, slip_limit(part));
  }
  std::string text = "compatible: no simulated chip is ";
  for (const std::string& name : names)
    text += (&name == &names[0] ? "" : " or ") + in_quotes(name);
  throw PropertyError(text + " (" + (meant ? "did you mean " + in_quotes(*meant) + "? " : "") +
                      "docs/BOARDS.md lists the known ones; status = \"disabled\" leaves the chip "
                      "out)");
}

const Part& read_part(const NodeProperties& properties) {
  const std::vector<std::string> names = properties.strings("compatible");
  if (names.empty()) {
    throw PropertyError("compatible: missing (expected the chip's name, such as \"atmel,24c32\")");
  }
  for (const std::string& name : names) {
    if (const Part* const part = find_part(name)) return *part;
  }
  refuse_compatible(names);
}

/// What is odd about a chip's address, though it is used.
std::optional<std::string> odd_address(std::string_view node_name, std::uint32_t reg) {
  const std::string_view unit = unit_address(node_name);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(unit.begin(), unit.end(), number, 16);
  const bool matches = error == std::errc() && end == unit.end() &&
                       (number == reg || number == (reg & address_mask));
  if (!unit.empty() && !matches) {
    return "the name says @" + printable(unit) + ", but reg, which counts, " +
           hex(reg & address_mask);
  }
  const auto address = i2c::Address::seven_bit(reg);
  if (address && address->is_reserved()) {
    return "reg: " + hex(reg) + " is reserved by the I2C specification (UM10204, 3.1.12)";
  }
  return std::nullopt;
}

class Populator {
 public:
  Populator(const DeviceTree& tree, const std::filesystem::path& folder)
      : tree_(tree), folder_(folder) {}

  void read_bus(DeviceTree::Node node) {
    check_segment(node);
    for (const DeviceTree::Node chip : chip_nodes(tree_, node)) {
      if (auto made = make_chip(chip, {})) chips_.push_back(std::move(*made));
    }
  }

  /// All of them, or none and an exception.
  void attach_to(Bus& bus) const {
    std::size_t attached = 0;
    try {
      for (; attached < chips_.size(); ++attached) {
        about(chips_[attached].node, [&] { bus.attach(chips_[attached].device); });
      }
    } catch (...) {
      while (attached > 0) bus.detach(*chips_[--attached].device);
      throw;
    }
  }

  [[nodiscard]] std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  struct Owner {
    std::string node;
    const Device* device;
    Way way;
  };

  /// Linux does not look at them, but dtc does, and a `reg` written for others means something
  /// else. Leaving them out harms nothing.
  static void check_cells(const NodeProperties& properties, std::string_view name,
                          std::uint32_t expected) {
    const auto cells = properties.u32(name);
    if (cells && *cells != expected) properties.bad_value(name, std::to_string(expected));
  }

  /// A node with chips in it.
  void check_segment(DeviceTree::Node node) const {
    about(printable(tree_.path(node)), [&] {
      const NodeProperties properties(tree_, node, folder_);
      check_cells(properties, "#address-cells", 1);
      check_cells(properties, "#size-cells", 0);
      properties.check_unasked();
    });
  }

  /// Nothing for one that is left out.
  std::optional<Chip> make_chip(DeviceTree::Node node, const Way& way) {
    const std::string path = printable(tree_.path(node));
    std::optional<Chip> chip = about(path, [&]() -> std::optional<Chip> {
      const NodeProperties properties(tree_, node, folder_);
      if (is_left_out(properties)) return std::nullopt;
      const std::uint32_t reg = read_reg(properties);
      if ((reg & own_target_flag) != 0) {
        warnings_.push_back(path + ": left out, as it is the controller's own address and no chip");
        return std::nullopt;
      }
      const Part& part = read_part(properties);
      Chip made{path, part.make(part, read_address(reg), properties)};
      take_addresses(made, way);
      properties.check_unasked();
      if (const auto odd = odd_address(tree_.name(node), reg)) {
        warnings_.push_back(path + ": " + *odd);
      }
      return made;
    });
    if (!chip) return std::nullopt;
    if (auto* const mux = dynamic_cast<Mux*>(chip->device.get())) read_channels(node, *mux, way);
    return chip;
  }

  void take_addresses(const Chip& chip, const Way& way) {
    for (const i2c::Address address : chip.device->addresses()) {
      std::vector<Owner>& owners = owners_[address];
      for (const Owner& owner : owners) {
        const bool both_share = chip.device->shares(address) && owner.device->shares(address);
        if (both_share || !is_on_the_way(owner.way, way)) continue;
        throw BoardError(to_string(address) + " is taken by " + owner.node +
                         " (expected an address of its own)");
      }
      owners.push_back({chip.node, chip.device.get(), way});
    }
  }

  /// The children of a mux with a `reg`, or of its `i2c-mux` child where it has one, as Linux does
  /// it (i2c-mux.c).
  void read_channels(DeviceTree::Node mux_node, Mux& mux, const Way& way) {
    std::vector<DeviceTree::Node> children = tree_.children(mux_node);
    const auto inner = std::ranges::find(children, "i2c-mux",
                                         [&](DeviceTree::Node child) { return tree_.name(child); });
    if (inner != children.end()) children = tree_.children(*inner);
    std::map<std::uint32_t, std::string> seen;
    for (const DeviceTree::Node node : children) {
      if (tree_.property(node, "reg")) read_channel(node, mux, way, seen);
    }
  }

  void read_channel(DeviceTree::Node node, Mux& mux, Way way,
                    std::map<std::uint32_t, std::string>& seen) {
    const std::string path = printable(tree_.path(node));
    Mux::Channel* const channel = about(path, [&]() -> Mux::Channel* {
      const NodeProperties properties(tree_, node, folder_);
      if (is_left_out(properties)) return nullptr;
      const std::uint32_t index = read_reg(properties);
      if (index >= mux.channel_count()) {
        properties.bad_value("reg", "a channel of " + mux.name() + ", 0 to " +
                                        std::to_string(mux.channel_count() - 1) +
                                        "; chips go into the node of one");
      }
      const auto [other, is_new] = seen.try_emplace(index, path);
      if (!is_new) {
        properties.bad_value("reg", "a channel of its own, as " + other->second + " has this one");
      }
      return &mux.channel(index);
    });
    if (channel == nullptr) return;
    check_segment(node);
    way.push_back(channel);
    for (const DeviceTree::Node chip_node : chip_nodes(tree_, node)) {
      const auto chip = make_chip(chip_node, way);
      if (chip) about(chip->node, [&] { channel->attach(chip->device); });
    }
  }

  const DeviceTree& tree_;
  const std::filesystem::path& folder_;
  std::vector<Chip> chips_;  // on the bus itself
  std::map<i2c::Address, std::vector<Owner>> owners_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> populate(Bus& bus, const DeviceTree& tree, std::string_view selector,
                                  const std::filesystem::path& folder) {
  const DeviceTree::Node node = find_bus_node(tree, selector);
  Populator populator(tree, folder);
  populator.read_bus(node);
  populator.attach_to(bus);
  return populator.take_warnings();
}

}  // namespace vhost_device::sim
