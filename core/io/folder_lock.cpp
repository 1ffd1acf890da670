// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

#include "core/io/socket_file.hpp"

namespace vhost_device::io {
namespace {

constexpr std::chrono::milliseconds retry_interval{2};

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, std::chrono::milliseconds limit)
    : folder_(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!folder_) return;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  // flock waits for ever or not at all.
  while (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return;
    if (std::chrono::steady_clock::now() >= deadline) {
      throw SocketError("folder " + folder.string() +
                        ": another process has locked it (flock); end that one or choose another "
                        "folder (lslocks shows which it is)");
    }
    std::this_thread::sleep_for(retry_interval);
  }
}

FolderLock::~FolderLock() {
  // A process that was forked meanwhile has the descriptor, too, and with it the lock.
  if (folder_) ::flock(folder_.get(), LOCK_UN);
}

}  // namespace vhost_device::io
