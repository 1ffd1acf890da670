// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "core/support/unique_fd.hpp"

namespace vhost_device::sim {

/// The file that a memory's contents are kept in.
class ImageFile {
 public:
  /// Reads a whole file into the start of `contents` and leaves the rest as it is. Throws
  /// std::runtime_error, with the reason, when it is not a regular file, cannot be read or is
  /// longer than `contents`.
  static void load(const std::filesystem::path& path, std::span<std::byte> contents);

  /// Opens a file for writing, or makes one, and brings it to `contents`. Throws
  /// std::runtime_error, with the reason.
  ImageFile(const std::filesystem::path& path, std::span<const std::byte> contents);

  /// Puts bytes at an offset; with the kernel when it returns, and so safe from the end of this
  /// process. Returns 0 or the errno.
  [[nodiscard]] int write(std::size_t offset, std::span<const std::byte> bytes) const;

 private:
  support::UniqueFd file_;
};

}  // namespace vhost_device::sim
