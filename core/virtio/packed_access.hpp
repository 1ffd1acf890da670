// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <boost/endian/conversion.hpp>

#include "core/virtio/packed_ring.hpp"
#include "core/virtio/ring_access.hpp"

/// Reads and writes of a packed ring's fields (VIRTIO 1.3, 2.8.13 and 2.8.14), for the device's
/// side and the driver's. The areas must be aligned as 2.8.10.1 says; `PackedQueue::check_layout`
/// sees to it.
namespace vhost_device::virtio::packed_access {

inline constexpr std::uint16_t marks = packed_flag::available | packed_flag::used;

[[nodiscard]] inline std::byte* slot(const PackedRing& ring, std::uint16_t index) {
  return ring.descriptors + sizeof(PackedDescriptor) * index;
}
[[nodiscard]] inline std::byte* flags(const PackedRing& ring, std::uint16_t index) {
  return slot(ring, index) + offsetof(PackedDescriptor, flags);
}

/// A copy of the descriptor at `bytes`, which need not be aligned (indirect tables are not).
[[nodiscard]] inline PackedDescriptor read_descriptor(const std::byte* bytes) {
  PackedDescriptor descriptor{};
  std::memcpy(&descriptor, bytes, sizeof descriptor);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // as ring_access::read_descriptor
  boost::endian::little_to_native_inplace(descriptor.address);
  boost::endian::little_to_native_inplace(descriptor.length);
  boost::endian::little_to_native_inplace(descriptor.id);
  boost::endian::little_to_native_inplace(descriptor.flags);
  return descriptor;
}

/// Writes all but the flags, which come last and are what the other side looks at.
inline void write_body(std::byte* bytes, PackedDescriptor descriptor) {
  boost::endian::native_to_little_inplace(descriptor.address);
  boost::endian::native_to_little_inplace(descriptor.length);
  boost::endian::native_to_little_inplace(descriptor.id);
  std::memcpy(bytes, &descriptor, offsetof(PackedDescriptor, flags));
}

/// Writes all of an indirect table's entry, which need not be aligned.
inline void write_descriptor(std::byte* bytes, PackedDescriptor descriptor) {
  write_body(bytes, descriptor);
  const std::uint16_t flags = boost::endian::native_to_little(descriptor.flags);
  std::memcpy(bytes + offsetof(PackedDescriptor, flags), &flags, sizeof flags);
}

/// Writes what a used descriptor has besides its flags (2.8.4): the rest is left as it is.
inline void write_answer(std::byte* bytes, std::uint16_t id, std::uint32_t length) {
  ring_access::store(bytes + offsetof(PackedDescriptor, length), length, std::memory_order_relaxed);
  ring_access::store(bytes + offsetof(PackedDescriptor, id), id, std::memory_order_relaxed);
}

/// What event suppression asks for.
struct Event {
  PackedPosition position;
  PackedEventFlags flags = PackedEventFlags::enable;
};

// Both fields at once: neither side sees the position of one wish with the flags of another.
[[nodiscard]] inline Event read_event(std::byte* area) {
  constexpr std::uint32_t flag_bits = 3;  // the others are reserved
  const auto bits = ring_access::load<std::uint32_t>(area, std::memory_order_relaxed);
  return {PackedPosition::decode(static_cast<std::uint16_t>(bits & 0xffffU)),
          static_cast<PackedEventFlags>(bits >> 16U & flag_bits)};
}

inline void write_event(std::byte* area, const Event& event) {
  const auto bits = static_cast<std::uint32_t>(event.position.encode() |
                                               static_cast<std::uint32_t>(event.flags) << 16U);
  ring_access::store(area, bits, std::memory_order_relaxed);
}

/// Whether `event`, the place at which the other side wants to be told, is among the `count` slots
/// in front of `now`.
[[nodiscard]] constexpr bool passed_event(PackedPosition event, PackedPosition now,
                                          std::uint64_t count, std::uint16_t size) {
  if (count > size) return true;
  const std::int32_t round = event.wrap == now.wrap ? 0 : size;
  const std::int32_t behind = round + now.slot - event.slot;
  return behind > 0 && static_cast<std::uint64_t>(behind) <= count;
}

/// Whether the other side is to be told of the `count` slots in front of `now`. The value that is
/// reserved means no less than "enable".
[[nodiscard]] constexpr bool wants_event(const Event& event, bool event_idx, PackedPosition now,
                                         std::uint64_t count, std::uint16_t size) {
  if (event.flags == PackedEventFlags::disable) return false;
  if (event.flags != PackedEventFlags::descriptor || !event_idx) return true;
  return passed_event(event.position, now, count, size);
}

}  // namespace vhost_device::virtio::packed_access
