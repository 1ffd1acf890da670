// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "core/virtio/unique_fd.hpp"

namespace vhost_device::io {

/// A socket that cannot be listened on. The text has the path, the reason and what to do about it.
class SocketError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A listening Unix domain socket in the file system, removed again at the end.
class SocketFile {
 public:
  /// Binds and listens. The file has exactly the permissions `mode` from the first moment on.
  ///
  /// A stale socket, one that nobody listens on, is replaced. Throws SocketError, with nothing
  /// changed, when a process listens there, when a file of another kind is there, when the path is
  /// longer than a socket's may be (107 bytes), or when the folder does not allow it.
  SocketFile(std::filesystem::path path, mode_t mode);

  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// A descriptor of the socket for its server.
  [[nodiscard]] virtio::UniqueFd duplicate() const;

 private:
  std::filesystem::path path_;
  virtio::UniqueFd fd_;
  dev_t device_ = 0;  // which file is ours, should another have taken its name
  ino_t inode_ = 0;
};

/// A symbolic link to a socket, removed again at the end.
class SocketLink {
 public:
  /// Makes `path` point to `target` in the same folder. A link to that target that is left over is
  /// replaced. Throws SocketError when anything else is at `path`.
  SocketLink(std::filesystem::path path, std::filesystem::path target);

  SocketLink(const SocketLink&) = delete;
  SocketLink& operator=(const SocketLink&) = delete;
  ~SocketLink();

 private:
  std::filesystem::path path_;
  std::filesystem::path target_;
};

}  // namespace vhost_device::io
