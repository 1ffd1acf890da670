// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/virtio/guest_memory.hpp"
#include "core/virtio/queue.hpp"

/// What the two formats of a ring have in common where a request is read: its bounds, its buffers
/// and its indirect table. A function that returns a reason found the ring to be broken.
namespace vhost_device::virtio {

/// A descriptor of either format has 16 bytes (VIRTIO 1.3, 2.7.5 and 2.8.13).
inline constexpr std::size_t descriptor_bytes = 16;

/// The longest indirect table that is followed. A driver must not make one longer than the ring
/// (2.7.5.3.1), but Linux does: it builds a request of many buffers as an indirect table however
/// small the ring is. So the bound is that of the largest ring.
inline constexpr std::uint32_t max_indirect_entries = 32768;

/// The most pieces that the buffers of one request may come to; a descriptor is several where it
/// runs across memory regions. It keeps guests from deciding how much a request allocates.
inline constexpr std::size_t max_request_buffers = 65536;

/// Puts the buffers of one request into a chain, in the order of its descriptors.
class ChainBuilder {
 public:
  ChainBuilder(const GuestMemory& memory, Chain& chain) : memory_(memory), chain_(chain) {}

  /// Counts a descriptor that was read.
  void count() { ++chain_.descriptors; }

  /// Adds what a descriptor names. False, and the ring is broken: a readable one behind a writable
  /// one; more than `max_request_buffers` pieces. `problem` says which.
  [[nodiscard]] bool add(std::uint64_t guest_address, std::uint32_t length, bool writable) {
    if (writable_seen_ && !writable) return false;
    writable_seen_ = writable;
    std::vector<Buffer>& buffers = writable ? chain_.writable : chain_.readable;
    memory_.translate(guest_address, length, buffers);
    // Another processor has just written most of them: they come while the rest is being read.
    if (!buffers.empty()) __builtin_prefetch(buffers.back().data);
    return chain_.readable.size() + chain_.writable.size() <= max_request_buffers;
  }

  /// Why `add` returned false.
  [[nodiscard]] std::string problem() const;

 private:
  const GuestMemory& memory_;
  Chain& chain_;
  bool writable_seen_ = false;
};

/// An indirect table in guest memory.
class IndirectTable {
 public:
  /// False, and the ring is broken, for a length that is zero, not a multiple of 16, or above
  /// `max_indirect_entries` entries. `problem` says so.
  [[nodiscard]] static constexpr bool can_have(std::uint32_t length) {
    const std::uint32_t entries = length / descriptor_bytes;
    return length % descriptor_bytes == 0 && entries != 0 && entries <= max_indirect_entries;
  }
  [[nodiscard]] static std::string problem(std::uint32_t length);

  /// Of a length that was checked; the table need not be in guest memory.
  IndirectTable(const GuestMemory& memory, std::uint64_t guest_address, std::uint32_t length)
      : memory_(memory),
        guest_address_(guest_address),
        entries_(length / descriptor_bytes),
        bytes_(memory.at(guest_address, length)) {}

  [[nodiscard]] std::uint32_t entries() const { return entries_; }

  /// The 16 bytes of an entry: in guest memory, or in `storage` where the table runs across memory
  /// regions. Null for an entry that is not wholly in guest memory.
  [[nodiscard]] const std::byte* entry(std::uint32_t index,
                                       std::array<std::byte, descriptor_bytes>& storage) const {
    if (bytes_ != nullptr) return bytes_ + descriptor_bytes * index;
    return read_entry(index, storage);
  }

 private:
  /// The table, and perhaps this very entry, runs across memory regions; or it is not in memory.
  [[nodiscard]] const std::byte* read_entry(std::uint32_t index,
                                            std::array<std::byte, descriptor_bytes>& storage) const;

  const GuestMemory& memory_;
  std::uint64_t guest_address_;
  std::uint32_t entries_;
  const std::byte* bytes_;  // null for a table that is not in one piece
};

/// Why an entry cannot be read.
[[nodiscard]] std::string entry_not_in_memory(std::uint32_t index);

}  // namespace vhost_device::virtio
