// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/bus_error_guard.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>

namespace vhost_device::virtio::bus_error_guard {

/// Written by one thread at a time, under the table's mutex, and read by the handler, which can
/// take no lock. `version` is odd while a writer is at it, and differs afterwards.
struct Range {
  std::atomic<std::uint32_t> version{0};
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::size_t> length{0};  // zero: the row is free
  std::atomic<std::size_t> block{0};
  std::atomic<bool> lost{false};
};

namespace {

/// Rows are never given back to the allocator, so the handler can walk them at any time. There are
/// as many as there ever were mappings at once.
struct Chunk {
  std::array<Range, 512> rows;
  std::atomic<Chunk*> next{nullptr};
};

// The handler is async-signal-safe only with atomics that need no lock.
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<Chunk*>::is_always_lock_free);

constinit Chunk first_chunk;
constinit std::mutex writers;
constinit bool installed = false;
struct sigaction previous;  // written before the handler can run, never after

struct Extent {
  std::uintptr_t begin = 0;
  std::size_t length = 0;
  std::size_t block = 0;
};

/// Reads a row in the handler. Empty for a free row and for one that changes meanwhile, which is
/// not the one looked for: the faulting thread is using its range, so nobody is changing that row.
Extent read_row(const Range& row) {
  const std::uint32_t version = row.version.load(std::memory_order_acquire);
  const Extent extent{row.begin.load(std::memory_order_acquire),
                      row.length.load(std::memory_order_acquire),
                      row.block.load(std::memory_order_acquire)};
  const bool changing = (version & 1U) != 0;
  if (changing || row.version.load(std::memory_order_relaxed) != version) return {};
  return extent;
}

void write_row(Range& row, const Extent& extent) {
  row.version.fetch_add(1, std::memory_order_acq_rel);
  row.begin.store(extent.begin, std::memory_order_release);
  row.length.store(extent.length, std::memory_order_release);
  row.block.store(extent.block, std::memory_order_release);
  row.lost.store(false, std::memory_order_relaxed);
  row.version.fetch_add(1, std::memory_order_acq_rel);
}

/// Puts zeroed private memory over [address, address + length).
bool replace(std::uintptr_t address, std::size_t length) {
  // Not mmap(): POSIX does not list it as safe in a handler, and sanitizers put code of their own
  // around it that is not. The system call itself is; 32-bit kernels have it by another name.
#ifdef SYS_mmap2
  constexpr long number = SYS_mmap2;
#else
  constexpr long number = SYS_mmap;
#endif
  return ::syscall(number, address, length, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0L) != -1;
}

/// Replaces what was lost at `address` of the range.
bool restore(const Extent& extent, std::uintptr_t address, int code) {
  const std::size_t offset = (address - extent.begin) / extent.block * extent.block;
  const std::uintptr_t block = extent.begin + offset;
  // A shortened file has lost everything from here on. Replacing all of it at once keeps a guest
  // from having its range cut into as many pieces as the kernel allows the whole process. A page
  // that the hardware lost is alone. The single block is the second try in any case, as a kernel
  // told not to overcommit may refuse to replace a large range.
  const bool shortened = code == BUS_ADRERR;
  return (shortened && replace(block, extent.length - offset)) || replace(block, extent.block);
}

bool recover(const siginfo_t& info) {
  // Only the kernel's own reports carry an address; codes of zero and below come from kill().
  if (info.si_code <= 0) return false;
  const auto address = reinterpret_cast<std::uintptr_t>(info.si_addr);
  for (Chunk* chunk = &first_chunk; chunk != nullptr;
       chunk = chunk->next.load(std::memory_order_acquire)) {
    for (Range& row : chunk->rows) {
      const Extent extent = read_row(row);
      if (address - extent.begin >= extent.length) continue;
      row.lost.store(true, std::memory_order_relaxed);
      return restore(extent, address, info.si_code);
    }
  }
  return false;
}

void pass_on(int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
    return;
  }
  const bool sent = info->si_code <= 0;
  if (previous.sa_handler == SIG_IGN && sent) return;
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
    return;
  }
  // With the default action back in place, the faulting access is repeated on return and ends the
  // process there, which makes for a truthful core dump. One that was sent has to be sent again.
  struct sigaction fallback {};
  fallback.sa_handler = SIG_DFL;
  ::sigaction(signal, &fallback, nullptr);
  if (sent) ::raise(signal);
}

/// Runs in the thread that touched the memory, at any instruction that touches guest memory. It is
/// async-signal-safe: it reads lock-free atomics, which are written in places that touch no guest
/// memory, makes system calls directly, allocates nothing, and leaves errno as it was.
void on_bus_error(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  if (!recover(*info)) pass_on(signal, info, context);
  errno = saved_errno;
}

void install() {
  ::sigaction(SIGBUS, nullptr, &previous);
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, nullptr);
}

Range& free_row() {
  for (Chunk* chunk = &first_chunk;;) {
    for (Range& row : chunk->rows) {
      if (row.length.load(std::memory_order_relaxed) == 0) return row;
    }
    Chunk* next = chunk->next.load(std::memory_order_relaxed);
    if (next == nullptr) {
      next = new Chunk;
      chunk->next.store(next, std::memory_order_release);
    }
    chunk = next;
  }
}

}  // namespace

Range* watch(std::byte* begin, std::size_t length, std::size_t block) {
  const std::scoped_lock lock(writers);
  if (!installed) install();
  installed = true;
  Range& row = free_row();
  write_row(row, {reinterpret_cast<std::uintptr_t>(begin), length, block});
  return &row;
}

void forget(Range* range) {
  const std::scoped_lock lock(writers);
  write_row(*range, {});
}

bool lost(const Range* range) { return range->lost.load(std::memory_order_relaxed); }

}  // namespace vhost_device::virtio::bus_error_guard
