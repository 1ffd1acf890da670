// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/virtio/descriptor_flag.hpp"

/// The split ring's memory layout (VIRTIO 1.3, 2.7). All fields are little-endian.
namespace vhost_device::virtio {

/// struct virtq_desc (2.7.5): laid out as in guest memory, but in this machine's byte order.
struct Descriptor {
  std::uint64_t address;
  std::uint32_t length;
  std::uint16_t flags;
  std::uint16_t next;
};
static_assert(sizeof(Descriptor) == 16);

/// virtq_avail.flags (2.7.6): the driver wants no interrupt.
inline constexpr std::uint16_t available_no_interrupt = 1;
/// virtq_used.flags (2.7.8): the device wants no kick.
inline constexpr std::uint16_t used_no_notify = 1;

/// The largest ring there is (2.7); smaller ones are powers of two.
inline constexpr std::uint16_t max_split_ring_size = 32768;

/// Where the three areas of a ring of `size` entries lie in this process.
struct SplitRing {
  std::uint16_t size = 0;
  std::byte* descriptors = nullptr;
  std::byte* available = nullptr;
  std::byte* used = nullptr;

  static constexpr std::size_t descriptors_bytes(std::uint16_t size) {
    return sizeof(Descriptor) * size;
  }
  /// flags, idx, ring[size], used_event.
  static constexpr std::size_t available_bytes(std::uint16_t size) {
    return 6 + std::size_t{2} * size;
  }
  /// flags, idx, ring[size], avail_event.
  static constexpr std::size_t used_bytes(std::uint16_t size) { return 6 + std::size_t{8} * size; }
};

}  // namespace vhost_device::virtio
