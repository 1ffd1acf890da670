// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <span>
#include <system_error>

#include "core/support/unique_fd.hpp"
#include "core/virtio/guest_memory.hpp"

namespace vhost_device::virtio::test {

/// A memfd and the "guest's" own mapping of it, beside which the device has another.
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t size) : SharedMemory(size, 0) {}

  /// With flags of memfd_create(2).
  SharedMemory(std::size_t size, unsigned flags)
      : file_(::memfd_create("guest memory", MFD_CLOEXEC | flags)), size_(size) {
    if (!file_) throw std::system_error(errno, std::generic_category(), "memfd_create");
    truncate(size);
    void* const base =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file_.get(), 0);
    if (base == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    base_ = static_cast<std::byte*>(base);
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { ::munmap(base_, size_); }

  /// The guest's view of it.
  [[nodiscard]] std::span<std::byte> bytes() const { return {base_, size_}; }

  /// What a front-end sends along.
  [[nodiscard]] support::UniqueFd file() const {
    return support::UniqueFd(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
  }

  /// Shortens or lengthens the file, but no mapping.
  void truncate(std::size_t size) const {
    if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0) {
      throw std::system_error(errno, std::generic_category(), "ftruncate");
    }
  }

 private:
  support::UniqueFd file_;
  std::size_t size_;
  std::byte* base_ = nullptr;
};

/// How many descriptors this process has open.
inline std::ptrdiff_t open_files() {
  using Directory = std::filesystem::directory_iterator;
  return std::distance(Directory("/proc/self/fd"), Directory());
}

/// `count` files as they come with a message, all of the same memory.
inline std::vector<support::UniqueFd> files(const SharedMemory& memory, std::size_t count) {
  std::vector<support::UniqueFd> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(memory.file());
  return result;
}

}  // namespace vhost_device::virtio::test
