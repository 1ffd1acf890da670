// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <boost/endian/conversion.hpp>

#include "core/virtio/split_ring.hpp"

/// Reads and writes of a split ring's fields (VIRTIO 1.3, 2.7.5 to 2.7.8), for the device's side
/// and the driver's. Each value is read from shared memory once, and comes in this machine's byte
/// order. The areas must be aligned as 2.7 says; `SplitQueue::check_layout` sees to it.
namespace vhost_device::virtio::ring_access {

template <typename Unsigned>
[[nodiscard]] Unsigned load(std::byte* field, std::memory_order order) {
  // By way of void*: the alignment that the cast needs has been checked when the ring was set up.
  auto* const value = static_cast<Unsigned*>(static_cast<void*>(field));
  return boost::endian::little_to_native(std::atomic_ref<Unsigned>(*value).load(order));
}

template <typename Unsigned>
void store(std::byte* field, Unsigned value, std::memory_order order) {
  auto* const target = static_cast<Unsigned*>(static_cast<void*>(field));
  std::atomic_ref<Unsigned>(*target).store(boost::endian::native_to_little(value), order);
}

// struct virtq_avail and struct virtq_used begin alike: le16 flags, le16 idx, then the ring; after
// the ring's last entry comes the le16 for the other side's event index.
inline constexpr std::size_t flags_offset = 0;
inline constexpr std::size_t index_offset = 2;
inline constexpr std::size_t entries_offset = 4;
inline constexpr std::size_t available_entry_bytes = 2;
inline constexpr std::size_t used_entry_bytes = 8;

[[nodiscard]] inline std::byte* available_flags(const SplitRing& ring) {
  return ring.available + flags_offset;
}
[[nodiscard]] inline std::byte* available_index(const SplitRing& ring) {
  return ring.available + index_offset;
}
/// The entry that a free-running index falls on.
[[nodiscard]] inline std::byte* available_entry(const SplitRing& ring, std::uint16_t index) {
  return ring.available + entries_offset + available_entry_bytes * (index & (ring.size - 1U));
}
[[nodiscard]] inline std::byte* used_event(const SplitRing& ring) {
  return ring.available + entries_offset + available_entry_bytes * ring.size;
}

[[nodiscard]] inline std::byte* used_flags(const SplitRing& ring) {
  return ring.used + flags_offset;
}
[[nodiscard]] inline std::byte* used_index(const SplitRing& ring) {
  return ring.used + index_offset;
}
[[nodiscard]] inline std::byte* used_entry_id(const SplitRing& ring, std::uint16_t index) {
  return ring.used + entries_offset + used_entry_bytes * (index & (ring.size - 1U));
}
[[nodiscard]] inline std::byte* used_entry_length(const SplitRing& ring, std::uint16_t index) {
  return used_entry_id(ring, index) + sizeof(std::uint32_t);
}
[[nodiscard]] inline std::byte* available_event(const SplitRing& ring) {
  return ring.used + entries_offset + used_entry_bytes * ring.size;
}

/// A copy of the descriptor at `bytes`, which need not be aligned (indirect tables are not).
[[nodiscard]] inline Descriptor read_descriptor(const std::byte* bytes) {
  Descriptor descriptor{};
  std::memcpy(&descriptor, bytes, sizeof descriptor);
  // The other side may write at any time. Without this the compiler could look at shared memory
  // again instead of at the copy, and a value that was checked might not be the one that is used.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  boost::endian::little_to_native_inplace(descriptor.address);
  boost::endian::little_to_native_inplace(descriptor.length);
  boost::endian::little_to_native_inplace(descriptor.flags);
  boost::endian::little_to_native_inplace(descriptor.next);
  return descriptor;
}

inline void write_descriptor(std::byte* bytes, Descriptor descriptor) {
  boost::endian::native_to_little_inplace(descriptor.address);
  boost::endian::native_to_little_inplace(descriptor.length);
  boost::endian::native_to_little_inplace(descriptor.flags);
  boost::endian::native_to_little_inplace(descriptor.next);
  std::memcpy(bytes, &descriptor, sizeof descriptor);
}

/// Whether `event`, the index after which the other side wants to be told, lies among the entries
/// from `before` up to, not including, `now` (2.7.7.2 and 2.7.10.1). All three run freely and wrap.
[[nodiscard]] constexpr bool passed_event(std::uint16_t event, std::uint16_t now,
                                          std::uint16_t before) {
  const auto behind = static_cast<std::uint16_t>(now - event - 1U);
  const auto added = static_cast<std::uint16_t>(now - before);
  return behind < added;
}

}  // namespace vhost_device::virtio::ring_access
