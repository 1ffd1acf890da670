// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/conformance/shared_memory.hpp"

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace vhost_device::conformance {
namespace {

template <class Result>
Result check(Result result, const char* what) {
  if (result == Result(-1)) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

}  // namespace

SharedMemory::SharedMemory(std::size_t size)
    : file_(check(::memfd_create("guest-memory", MFD_CLOEXEC), "memfd_create")) {
  check(::ftruncate(file_.get(), static_cast<off_t>(size)), "ftruncate");
  void* const mapped =
      check(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0), "mmap");
  bytes_ = {static_cast<std::byte*>(mapped), size};
}

SharedMemory::~SharedMemory() { ::munmap(bytes_.data(), bytes_.size()); }

Event::Event() : fd_(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

// An eventfd's counter cannot overflow by ones in the life of a process.
void Event::signal() const { static_cast<void>(::eventfd_write(fd_.get(), 1)); }

bool Event::take() const {
  eventfd_t count = 0;
  return ::eventfd_read(fd_.get(), &count) == 0;
}

}  // namespace vhost_device::conformance
