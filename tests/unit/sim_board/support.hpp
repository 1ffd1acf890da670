// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "backends/sim/board/device_tree.hpp"
#include "backends/sim/bus/bus.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace vhost_device::sim::testing {

/// A folder that files are easily made in.
class TemporaryFolder : public vhost_device::testing::TemporaryFolder {
 public:
  /// Makes a file in it and returns its whole path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;
  /// The same for one that can be run.
  std::filesystem::path write_program(std::string_view name, std::string_view content) const;
};

/// Devicetree source with this in its root.
[[nodiscard]] std::string board_source(std::string_view in_root);
/// Devicetree source with this on its only bus, "/i2c".
[[nodiscard]] std::string bus_source(std::string_view on_bus);

/// What dtc makes of a source.
[[nodiscard]] std::vector<std::byte> compile(std::string_view source);
[[nodiscard]] DeviceTree tree_of(std::string_view in_root);

/// What a std::exception thrown by `action` says. Fails the test, and is empty, if none is.
[[nodiscard]] std::string error_of(const std::function<void()>& action);

/// "0x48 lm75", one for each chip, in the order of their addresses.
[[nodiscard]] std::vector<std::string> chips_on(const Bus& bus);

/// Writes to a chip, then reads so many bytes in the same transaction. Fails the test on a NACK.
[[nodiscard]] std::vector<int> write_read(Bus& bus, unsigned address,
                                          std::initializer_list<std::uint8_t> sent,
                                          std::size_t length);
/// Writes to a chip. Fails the test on a NACK.
void write(Bus& bus, unsigned address, std::initializer_list<std::uint8_t> sent);

}  // namespace vhost_device::sim::testing
