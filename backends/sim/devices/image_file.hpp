// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>

#include "core/support/unique_fd.hpp"

namespace vhost_device::sim {

/// The file that a memory's contents are kept in, for as long as this exists and for nobody else:
/// two memories in one file would each put what they know over what the other has written.
///
/// That is by flock(2), which goes with the process, however it ends. Whoever only loads the file
/// is not kept from that.
class ImageFile {
 public:
  /// How long another one's end is waited for: a killed process's files may stay open for a moment,
  /// in a child that is about to run another program.
  static constexpr std::chrono::milliseconds lock_limit{1000};

  /// Reads a whole file into the start of `contents` and leaves the rest as it is. Throws
  /// std::runtime_error, with the reason, when it is not a regular file, cannot be read or is
  /// longer than `contents`.
  static void load(const std::filesystem::path& path, std::span<std::byte> contents);

  /// Opens a file for writing, or makes one, and takes it. Throws std::runtime_error, with the
  /// reason, when it is not a regular file, cannot be opened, or is saved to by somebody else for
  /// longer than `lock_limit`.
  explicit ImageFile(const std::filesystem::path& path);

  /// Whether it is the file with this name now.
  [[nodiscard]] bool is_at(const std::filesystem::path& path) const;

  /// Like the other one, from its beginning.
  void load(std::span<std::byte> contents) const;

  /// Brings the whole file to `contents`. Throws std::runtime_error, with the reason.
  void save(std::span<const std::byte> contents) const;

  /// Puts bytes at an offset; with the kernel when it returns, and so safe from the end of this
  /// process. Returns 0 or the errno.
  [[nodiscard]] int write(std::size_t offset, std::span<const std::byte> bytes) const;

 private:
  std::filesystem::path path_;
  support::UniqueFd file_;
};

}  // namespace vhost_device::sim
