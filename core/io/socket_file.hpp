// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/support/unique_fd.hpp"

namespace vhost_device::io {

/// A socket that cannot be listened on. The text has the path, the reason and what to do about it.
class SocketError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file that this process made, and removes again unless another has taken its place. It is found
/// also after the process has changed its folder.
class OwnFile {
 public:
  OwnFile() = default;
  explicit OwnFile(const std::filesystem::path& path);
  OwnFile(OwnFile&& other) noexcept : path_(std::exchange(other.path_, {})), id_(other.id_) {}
  OwnFile& operator=(OwnFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(id_, other.id_);
    return *this;
  }
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;
  ~OwnFile();

 private:
  using Id = std::pair<dev_t, ino_t>;
  [[nodiscard]] static std::optional<Id> id_of(const std::filesystem::path& path);

  std::filesystem::path path_;  // absolute; empty: none
  std::optional<Id> id_;
};

/// A listening Unix domain socket in the file system, removed again at the end.
class SocketFile {
 public:
  /// Binds and listens. The file has the permissions `mode` in the end, and never more.
  ///
  /// A stale socket, one that nobody listens on, is replaced; of several that try at the same time,
  /// in whatever process, one does (see folder_lock.hpp). Throws SocketError, with nothing changed,
  /// when a process listens there, when a file of another kind is there, when the path is longer
  /// than a socket's may be (107 bytes), or when the folder does not allow it.
  SocketFile(std::filesystem::path path, mode_t mode);

  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// A descriptor of the socket for its server.
  [[nodiscard]] support::UniqueFd duplicate() const;

 private:
  std::filesystem::path path_;
  support::UniqueFd fd_;
  OwnFile file_;
};

/// A symbolic link to a socket, removed again at the end.
class SocketLink {
 public:
  /// Makes `path` point to `target` in the same folder. A link to that target that is left over is
  /// replaced, and so is a stale socket. Throws SocketError when anything else is at `path`.
  SocketLink(const std::filesystem::path& path, const std::filesystem::path& target);

  SocketLink(const SocketLink&) = delete;
  SocketLink& operator=(const SocketLink&) = delete;

 private:
  OwnFile file_;
};

}  // namespace vhost_device::io
