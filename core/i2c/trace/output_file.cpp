// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/output_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace vhost_device::i2c {

OutputFile OutputFile::open(const std::string& path) {
  constexpr mode_t mode = 0666;  // less the umask
  support::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, mode));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    throw std::system_error(errno, std::generic_category(), path);
  }
  const bool is_file = S_ISREG(status.st_mode);
  // Other errors are of file systems that have no locks.
  if (is_file && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw std::system_error(EBUSY, std::generic_category(),
                            path + ": another trace or recording is being written to it");
  }
  return {std::move(fd), is_file};
}

int OutputFile::empty() { return is_own_ && ::ftruncate(fd_.get(), 0) != 0 ? errno : 0; }

OutputFile::Written OutputFile::write(std::string_view text, std::span<const std::size_t> ends) {
  std::size_t done = 0;
  int error = 0;
  while (error == 0 && done < text.size()) {
    const ssize_t written = ::write(fd_.get(), text.data() + done, text.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {  // whoever gave it to us made it so
      pollfd wanted{fd_.get(), POLLOUT, 0};
      ::poll(&wanted, 1, -1);
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  const auto torn = std::ranges::upper_bound(ends, done);
  const std::size_t whole = torn == ends.begin() ? 0 : *(torn - 1);
  if (is_own_ && whole < done) {
    const off_t end = ::lseek(fd_.get(), 0, SEEK_CUR) - static_cast<off_t>(done - whole);
    // If that fails, too, the reader has to cope with a torn record.
    if (::ftruncate(fd_.get(), end) != 0 && error == 0) error = errno;
  }
  return {static_cast<std::size_t>(torn - ends.begin()), error};
}

int OutputFile::close() {
  if (!fd_) return 0;
  // A process that was forked off has the lock, too, and lives on.
  if (is_own_) ::flock(fd_.get(), LOCK_UN);
  return ::close(fd_.release()) != 0 && errno != EINTR ? errno : 0;
}

}  // namespace vhost_device::i2c
