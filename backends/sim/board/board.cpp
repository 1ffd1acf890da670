// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/board.hpp"

#include <system_error>

#include "backends/sim/board/device_tree.hpp"
#include "backends/sim/board/device_tree_file.hpp"
#include "backends/sim/board/populate.hpp"

namespace vhost_device::sim {
namespace {

struct BoardName {
  std::filesystem::path file;
  std::string node;
};

/// FILE or FILE:NODE.
BoardName split(const std::filesystem::path& board) {
  const std::string text = board.string();
  const std::size_t colon = text.rfind(':');
  std::error_code ignored;
  if (colon == std::string::npos || std::filesystem::exists(board, ignored)) return {board, {}};
  BoardName name{text.substr(0, colon), text.substr(colon + 1)};
  const bool is_board = name.file.extension() == ".dts" || name.file.extension() == ".dtb";
  if (!is_board && !std::filesystem::exists(name.file, ignored)) return {board, {}};
  if (name.node.empty()) {
    throw BoardError(text + ": no node after the colon (expected FILE or FILE:NODE)");
  }
  return name;
}

}  // namespace

std::vector<std::string> load_board(Bus& bus, const std::filesystem::path& board) {
  const auto [file, node] = split(board);
  const std::string prefix = file.string() + ": ";
  try {
    const DeviceTree tree(read_device_tree(file));
    std::vector<std::string> warnings = populate(bus, tree, node, file.parent_path());
    for (std::string& warning : warnings) warning.insert(0, prefix);
    return warnings;
  } catch (const BoardError& error) {
    throw BoardError(prefix + error.what());
  }
}

}  // namespace vhost_device::sim
