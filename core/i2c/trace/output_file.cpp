// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/output_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace vhost_device::i2c {

namespace {

struct Opened {
  support::UniqueFd fd;
  bool is_made = false;
};

/// Does not wait for the reader of a pipe, or for whatever a device waits for.
Opened open_or_make(const char* path) {
  constexpr int flags = O_WRONLY | O_CLOEXEC | O_NONBLOCK;
  constexpr mode_t mode = 0666;  // less the umask
  Opened opened{support::UniqueFd(::open(path, flags))};
  if (opened.fd || errno != ENOENT) return opened;
  opened.fd.reset(::open(path, flags | O_CREAT | O_EXCL, mode));
  opened.is_made = bool{opened.fd};
  // A link to a file that is not there, or somebody else has made it by now.
  if (!opened.fd && errno == EEXIST) opened.fd.reset(::open(path, flags | O_CREAT, mode));
  return opened;
}

[[noreturn]] void refuse(int error, const std::string& text) {
  throw std::system_error(error, std::generic_category(), text);
}

/// Takes the file's lock. Errors beside EWOULDBLOCK are of file systems that have no locks.
void lock(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  const bool is_read = ::flock(fd, LOCK_SH | LOCK_NB) == 0;
  refuse(EBUSY, path + (is_read ? ": it is being replayed"
                                : ": another trace or recording is being written to it"));
}

}  // namespace

OutputFile OutputFile::open(const std::string& path) {
  auto [fd, is_made] = open_or_make(path.c_str());
  if (!fd) {
    const int error = errno;
    std::error_code ignored;
    const bool is_pipe = error == ENXIO && std::filesystem::is_fifo(path, ignored);
    if (is_pipe) refuse(EPIPE, path + ": nobody reads this pipe");
    refuse(error, path);
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || ::fcntl(fd.get(), F_SETFL, 0) != 0) refuse(errno, path);
  const bool is_file = S_ISREG(status.st_mode);
  if (is_file) lock(fd.get(), path);
  OutputFile file(std::move(fd), is_file);
  if (is_made) file.made_ = MadeFile(path);
  return file;
}

OutputFile::MadeFile& OutputFile::MadeFile::operator=(MadeFile&& other) noexcept {
  path_.swap(other.path_);
  return *this;
}

void OutputFile::MadeFile::remove() {
  if (!path_.empty()) ::unlink(path_.c_str());
  path_.clear();
}

int OutputFile::empty() {
  made_.keep();
  return is_own_ && ::ftruncate(fd_.get(), 0) != 0 ? errno : 0;
}

OutputFile::Written OutputFile::write(std::string_view text, std::span<const std::size_t> ends) {
  std::size_t done = 0;
  int error = 0;
  made_.keep();
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
  made_.remove();  // while nobody else has it
  // A process that was forked off has the lock, too, and lives on.
  if (is_own_) ::flock(fd_.get(), LOCK_UN);
  return ::close(fd_.release()) != 0 && errno != EINTR ? errno : 0;
}

}  // namespace vhost_device::i2c
