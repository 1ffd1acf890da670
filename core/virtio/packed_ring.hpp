// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/virtio/descriptor_flag.hpp"

/// The packed ring's memory layout (VIRTIO 1.3, 2.8). All fields are little-endian.
namespace vhost_device::virtio {

/// struct pvirtq_desc (2.8.13): laid out as in guest memory, but in this machine's byte order. Its
/// flags are those of `descriptor_flag` and the two below.
struct PackedDescriptor {
  std::uint64_t address;
  std::uint32_t length;
  std::uint16_t id;
  std::uint16_t flags;
};
static_assert(sizeof(PackedDescriptor) == 16);

namespace packed_flag {
inline constexpr std::uint16_t available = 1U << 7;  // VIRTQ_DESC_F_AVAIL
inline constexpr std::uint16_t used = 1U << 15;      // VIRTQ_DESC_F_USED
}  // namespace packed_flag

/// RING_EVENT_FLAGS_*: what struct pvirtq_event_suppress asks for (2.8.10 and 2.8.14).
enum class PackedEventFlags : std::uint16_t {
  enable = 0,
  disable = 1,
  descriptor = 2,  ///< At one descriptor; only with EVENT_IDX.
};

/// The largest packed ring there is (2.8); smaller ones are of any size.
inline constexpr std::uint16_t max_packed_ring_size = 32768;

/// A place in a packed ring: a slot, and the wrap counter of the round that it is passed in
/// (2.8.1). Drivers and devices begin at slot 0 with a counter of 1.
struct PackedPosition {
  std::uint16_t slot = 0;
  bool wrap = true;

  /// The place `slots` further on, at most once around.
  [[nodiscard]] constexpr PackedPosition after(std::uint32_t slots, std::uint16_t size) const {
    const std::uint32_t next = slot + slots;
    if (next < size) return {static_cast<std::uint16_t>(next), wrap};
    return {static_cast<std::uint16_t>(next - size), !wrap};
  }

  /// Bits 0 to 14 the slot, bit 15 the wrap counter: as in event suppression (2.8.14), and as
  /// vhost-user has it twice in a ring's base.
  [[nodiscard]] constexpr std::uint16_t encode() const {
    return static_cast<std::uint16_t>(slot | (wrap ? 0x8000U : 0U));
  }
  [[nodiscard]] static constexpr PackedPosition decode(std::uint16_t bits) {
    return {static_cast<std::uint16_t>(bits & 0x7fffU), (bits & 0x8000U) != 0};
  }

  /// AVAIL and USED of a descriptor that is made available here (2.8.1).
  [[nodiscard]] constexpr std::uint16_t available_flags() const {
    return wrap ? packed_flag::available : packed_flag::used;
  }
  /// AVAIL and USED of one that is used here.
  [[nodiscard]] constexpr std::uint16_t used_flags() const {
    return wrap ? std::uint16_t{packed_flag::available | packed_flag::used} : std::uint16_t{0};
  }

  friend constexpr bool operator==(const PackedPosition&, const PackedPosition&) = default;
};

/// Where the three areas of a ring of `size` descriptors lie in this process.
struct PackedRing {
  std::uint16_t size = 0;
  std::byte* descriptors = nullptr;
  std::byte* driver_event = nullptr;  ///< What the driver asks of the device: the "driver area".
  std::byte* device_event = nullptr;  ///< What the device asks of the driver: the "device area".

  static constexpr std::size_t descriptors_bytes(std::uint16_t size) {
    return sizeof(PackedDescriptor) * size;
  }
  static constexpr std::size_t event_bytes = 4;
};

}  // namespace vhost_device::virtio
