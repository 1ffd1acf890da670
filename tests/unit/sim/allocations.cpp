// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/sim/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t count = 0;

void* allocate(std::size_t size) {
  ++count;
  return std::malloc(size == 0 ? 1 : size);
}

}  // namespace

// Replaces what every `new` of this program comes down to ([new.delete.single]). Weak, because
// ThreadSanitizer brings its own, and then nothing is counted.

[[gnu::weak]] void* operator new(std::size_t size) {
  if (void* const memory = allocate(size)) return memory;
  throw std::bad_alloc();
}

[[gnu::weak]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return allocate(size);
}

[[gnu::weak]] void operator delete(void* memory) noexcept { std::free(memory); }

[[gnu::weak]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

[[gnu::weak]] void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept {
  std::free(memory);
}

namespace vhost_device::sim {

std::size_t allocations() { return count; }

}  // namespace vhost_device::sim
