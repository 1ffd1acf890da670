// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <filesystem>

#include "core/support/unique_fd.hpp"

namespace vhost_device::io {

/// While it lives, no other process of ours replaces sockets in the same folder.
///
/// To replace a stale socket takes several steps (find that nobody listens, remove, bind, listen),
/// and no system call does them at once: of two that begin together, the second would find the
/// first's socket not listening yet, or remove it having found the stale one. Neither link() nor
/// rename() helps, as the one cannot replace and the other replaces whatever is there. So the steps
/// are taken under a lock, an flock of the folder itself: nothing is left behind, the kernel ends
/// it with the process, and there is no lock file that one could remove while another waits on it.
class FolderLock {
 public:
  /// Waits for the lock, up to `limit`. Throws SocketError when another held it all the time.
  /// Without effect in a folder that cannot be opened for reading, or on a file system without
  /// such locks, as the sockets are worth more than the lock.
  explicit FolderLock(const std::filesystem::path& folder,
                      std::chrono::milliseconds limit = default_limit);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

  /// Others hold it for as long as a few system calls take. But in a folder such as /tmp anybody
  /// may hold it, and for ever.
  static constexpr std::chrono::milliseconds default_limit{5000};

 private:
  support::UniqueFd folder_;
};

}  // namespace vhost_device::io
