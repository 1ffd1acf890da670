// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/image_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

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

void lock_or_throw(const std::filesystem::path& path, int fd) {
  constexpr std::chrono::milliseconds step{10};
  const auto end = std::chrono::steady_clock::now() + ImageFile::lock_limit;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) throw failure(path, "cannot be locked: " + errno_text());
    if (std::chrono::steady_clock::now() >= end) {
      throw failure(path,
                    "another chip saves to it, of this board or bus, or of another one, perhaps in "
                    "another process (expected a file of its own, or that one ended)");
    }
    std::this_thread::sleep_for(step);
  }
}

// Bytes read, fewer only at the end of the file; negative on an error.
ssize_t read_all(int fd, std::size_t offset, std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count =
        ::pread(fd, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
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

void load_from(const std::filesystem::path& path, int fd, std::span<std::byte> contents) {
  // One byte more than fits tells, also for a file that grows meanwhile.
  std::array<std::byte, 1> beyond{};
  ssize_t result = read_all(fd, 0, contents);
  bool longer = false;
  if (result == static_cast<ssize_t>(contents.size())) {
    const ssize_t more = read_all(fd, contents.size(), beyond);
    longer = more > 0;
    if (more < 0) result = more;
  }
  if (result < 0) throw failure(path, errno_text());
  if (longer) {
    throw failure(path, "longer than the chip's " + std::to_string(contents.size()) + " bytes");
  }
}

}  // namespace

void ImageFile::load(const std::filesystem::path& path, std::span<std::byte> contents) {
  load_from(path, open_or_throw(path, O_RDONLY).get(), contents);
}

ImageFile::ImageFile(const std::filesystem::path& path)
    : path_(path), file_(open_or_throw(path, O_RDWR | O_CREAT)) {
  lock_or_throw(path, file_.get());
}

bool ImageFile::is_at(const std::filesystem::path& path) const {
  struct stat own {};
  struct stat other {};
  return ::fstat(file_.get(), &own) == 0 && ::stat(path.c_str(), &other) == 0 &&
         own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

void ImageFile::load(std::span<std::byte> contents) const {
  load_from(path_, file_.get(), contents);
}

void ImageFile::save(std::span<const std::byte> contents) const {
  int error = write_all(file_.get(), 0, contents);
  if (error == 0 && ::ftruncate(file_.get(), static_cast<off_t>(contents.size())) < 0) {
    error = errno;
  }
  if (error != 0) throw failure(path_, std::generic_category().message(error));
}

int ImageFile::write(std::size_t offset, std::span<const std::byte> bytes) const {
  return write_all(file_.get(), offset, bytes);
}

}  // namespace vhost_device::sim
