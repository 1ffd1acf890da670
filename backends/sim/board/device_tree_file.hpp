// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "backends/sim/board/bounded_process.hpp"

namespace vhost_device::sim {

/// The largest board file, source or blob, in bytes. A whole computer's blob has some 100 KiB.
inline constexpr std::size_t max_device_tree_size = std::size_t{16} << 20U;

/// What makes a blob of source.
struct DeviceTreeCompiler {
  std::string program = "dtc";
  ProcessLimits limits;
};

/// Reads a devicetree file as a blob, compiling it first if it is source. Which of the two it is,
/// its first bytes tell (the Devicetree Specification 0.4, 5.2: 0xd00dfeed) and not its name. What
/// comes back is not checked any further.
///
/// Throws BoardError, without the file's name, when it cannot be read, is no regular file, is too
/// large, or does not compile; the text then has the compiler's own messages.
[[nodiscard]] std::vector<std::byte> read_device_tree(const std::filesystem::path& file,
                                                      const DeviceTreeCompiler& compiler = {});

}  // namespace vhost_device::sim
