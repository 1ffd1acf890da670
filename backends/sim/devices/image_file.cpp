// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/image_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace vhost_device::sim {

namespace {

std::runtime_error failure(const std::filesystem::path& path, const std::string& reason) {
  return std::runtime_error(path.string() + ": " + reason);
}

std::string errno_text() { return std::generic_category().message(errno); }

support::UniqueFd open_or_throw(const std::filesystem::path& path, int flags) {
  constexpr mode_t owner_only = 0600;  // like any file that a guest writes
  // Without O_NONBLOCK, opening a pipe would wait for its other end.
  support::UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, owner_only));
  if (!file) throw failure(path, errno_text());
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode)) return file;
  throw failure(path, "not a regular file");
}

// Bytes read, fewer only at the end of the file; negative on an error.
ssize_t read_all(int fd, std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::read(fd, into.data() + done, into.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return count;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(done);
}

int write_all(int fd, std::size_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return ENOSPC;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
  return 0;
}

}  // namespace

void ImageFile::load(const std::filesystem::path& path, std::span<std::byte> contents) {
  const support::UniqueFd file = open_or_throw(path, O_RDONLY);
  // One byte more than fits tells, also for a file that grows meanwhile.
  std::array<std::byte, 1> beyond{};
  ssize_t result = read_all(file.get(), contents);
  bool longer = false;
  if (result == static_cast<ssize_t>(contents.size())) {
    const ssize_t more = read_all(file.get(), beyond);
    longer = more > 0;
    if (more < 0) result = more;
  }
  if (result < 0) throw failure(path, errno_text());
  if (longer) {
    throw failure(path, "longer than the chip's " + std::to_string(contents.size()) + " bytes");
  }
}

ImageFile::ImageFile(const std::filesystem::path& path, std::span<const std::byte> contents)
    : file_(open_or_throw(path, O_RDWR | O_CREAT)) {
  int error = write_all(file_.get(), 0, contents);
  if (error == 0 && ::ftruncate(file_.get(), static_cast<off_t>(contents.size())) < 0) {
    error = errno;
  }
  if (error != 0) throw failure(path, std::generic_category().message(error));
}

int ImageFile::write(std::size_t offset, std::span<const std::byte> bytes) const {
  return write_all(file_.get(), offset, bytes);
}

}  // namespace vhost_device::sim
