// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/board.hpp"

#include <system_error>

#include "backends/sim/board/device_tree.hpp"
#include "backends/sim/board/device_tree_file.hpp"
#include "backends/sim/board/populate.hpp"

namespace vhost_device::sim {

BoardName split_board_name(const std::filesystem::path& board) {
  const std::string text = board.string();
  const std::size_t colon = text.rfind(':');
  std::error_code ignored;
  if (colon == std::string::npos || std::filesystem::exists(board, ignored))
    return {board, std::nullopt};
  BoardName name{text.substr(0, colon), text.substr(colon + 1)};
  const bool is_board = name.file.extension() == ".dts" || name.file.extension() == ".dtb";
  if (!is_board && !std::filesystem::exists(name.file, ignored)) return {board, std::nullopt};
  return name;
}

std::vector<std::string> load_board(Bus& bus, const std::filesystem::path& board) {
  const auto [file, node] = split_board_name(board);
  if (node && node->empty()) {
    throw BoardError(board.string() + ": no node after the colon (expected FILE or FILE:NODE)");
  }
  const std::string prefix = file.string() + ": ";
  try {
    const DeviceTree tree(read_device_tree(file));
    std::vector<std::string> warnings = populate(bus, tree, node.value_or(""), file.parent_path());
    for (std::string& warning : warnings) warning.insert(0, prefix);
    return warnings;
  } catch (const BoardError& error) {
    throw BoardError(prefix + error.what());
  }
}

}  // namespace vhost_device::sim
