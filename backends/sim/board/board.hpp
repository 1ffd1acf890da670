// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/sim/bus/bus.hpp"

namespace vhost_device::sim {

/// A board file that cannot be used. The text is `FILE: NODE: what is wrong (expected ...; did you
/// mean ...?)`, without the node where it is about the whole file, and without what does not apply.
class BoardError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What FILE or FILE:NODE means. A file that has such a name itself is taken as that file.
struct BoardName {
  std::filesystem::path file;
  std::optional<std::string> node;  ///< What is after the colon; may be empty.
};
[[nodiscard]] BoardName split_board_name(const std::filesystem::path& board);

/// Populates a bus from a devicetree: source, compiled by dtc (from PATH), or a blob. The first
/// bytes tell which. docs/BOARDS.md has the format.
///
/// The bus is the only enabled node named `i2c`, `i2c@...` or `i2c-N` (those inside another one,
/// the channels of a mux, do not count), or the root if there is no such node and it holds chips
/// itself. `board` may end in `:NODE` to choose another: a path, an alias, a label, or a node's
/// name where only one has it.
/// Chips whose `status` is not "okay" are left out. On an error nothing is attached.
///
/// Returns warnings, each `FILE: NODE: text`: what is used as it is, but may not be meant, such as
/// a node named eeprom@51 with the address 0x50.
///
/// Throws BoardError.
std::vector<std::string> load_board(Bus& bus, const std::filesystem::path& board);

}  // namespace vhost_device::sim
