// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/mapping.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <system_error>

namespace vhost_device::virtio {
namespace {

/// What offsets and lengths of a mapping of this file are multiples of. On hugetlbfs st_blksize is
/// the size of the huge page; elsewhere it is a power of two that does no harm, or is passed over.
std::uint64_t block_size(const struct stat& status) {
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto block = static_cast<std::uint64_t>(std::max<blksize_t>(status.st_blksize, 0));
  return std::has_single_bit(block) ? std::max(page, block) : page;
}

/// Why this part of the file cannot be mapped; empty when it can.
std::string check_range(const struct stat& status, std::uint64_t offset, std::uint64_t size) {
  if (!S_ISREG(status.st_mode)) {
    return "the descriptor is neither a regular file nor a memfd; share the memory with "
           "memory-backend-memfd or memory-backend-file";
  }
  const auto file_size = static_cast<std::uint64_t>(status.st_size);
  if (size == 0) return "the size is zero";
  if (size > file_size || offset > file_size - size) {
    return "the file has " + std::to_string(file_size) +
           " bytes, less than offset and size ask for; the file must be as large as the memory";
  }
  return {};
}

std::string system_error(const char* call, int error) {
  return std::string(call) + ": " + std::generic_category().message(error);
}

std::string mmap_error(int error) {
  std::string text = system_error("mmap", error);
  if (error == EACCES || error == EPERM) {
    text += "; the file must be open for reading and writing, and without a seal against writing";
  }
  return text;
}

}  // namespace

Mapping Mapping::map(const support::UniqueFd& file, std::uint64_t offset, std::uint64_t size,
                     std::string& error) {
  Mapping mapping;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    error = system_error("fstat", errno);
    return mapping;
  }
  error = check_range(status, offset, size);
  if (!error.empty()) return mapping;

  // No sum here can wrap: offset + size is at most the file's size, which is a signed number.
  const std::uint64_t block = block_size(status);
  const std::uint64_t lead = offset % block;
  const std::uint64_t length = (lead + size + block - 1) / block * block;
  // NORESERVE: whether the memory is backed by reserved pages is the front-end's decision.
  void* const base = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
                            file.get(), static_cast<off_t>(offset - lead));
  if (base == MAP_FAILED) {
    error = mmap_error(errno);
    return mapping;
  }
  ::madvise(base, length, MADV_DONTDUMP);  // a guest's memory has no place in our core dump

  mapping.base_ = static_cast<std::byte*>(base);
  mapping.length_ = length;
  mapping.data_ = mapping.base_ + lead;
  mapping.guard_ = bus_error_guard::watch(mapping.base_, length, block);
  return mapping;
}

Mapping::~Mapping() {
  if (base_ == nullptr) return;
  bus_error_guard::forget(guard_);
  ::munmap(base_, length_);
}

}  // namespace vhost_device::virtio
