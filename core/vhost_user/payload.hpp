// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "core/virtio/guest_memory.hpp"

/// What a message can carry, as it lies on the wire (vhost-user.rst, "Payload").
namespace vhost_device::vhost_user {

/// "A vring state description": SET_VRING_NUM, SET_VRING_BASE, GET_VRING_BASE, SET_VRING_ENABLE.
struct VringState {
  std::uint32_t index = 0;
  std::uint32_t num = 0;
};
static_assert(sizeof(VringState) == 8);

/// "A vring address description". The three addresses are the front-end's own.
struct VringAddress {
  std::uint32_t index = 0;
  std::uint32_t flags = 0;  ///< Bit 0: log writes to the used ring.
  std::uint64_t descriptors = 0;
  std::uint64_t used = 0;
  std::uint64_t available = 0;
  std::uint64_t log = 0;
};
static_assert(sizeof(VringAddress) == 40);

/// What SET_VRING_KICK, SET_VRING_CALL and SET_VRING_ERR carry: a u64 of these two.
namespace vring_file {
inline constexpr std::uint64_t index_mask = 0xff;
inline constexpr std::uint64_t no_fd = 1U << 8;
}  // namespace vring_file

/// The start of "Memory regions description"; that many regions follow.
struct MemoryTableHeader {
  std::uint32_t count = 0;
  std::uint32_t padding = 0;
};
static_assert(sizeof(MemoryTableHeader) == 8);

/// The most regions that fit into one SET_MEM_TABLE.
inline constexpr std::size_t max_memory_table_regions = 8;

// A region on the wire is what core/virtio calls one.
static_assert(sizeof(virtio::MemoryRegion) == 32);
static_assert(offsetof(virtio::MemoryRegion, guest_address) == 0);
static_assert(offsetof(virtio::MemoryRegion, size) == 8);
static_assert(offsetof(virtio::MemoryRegion, user_address) == 16);
static_assert(offsetof(virtio::MemoryRegion, mmap_offset) == 24);

/// "Single memory region description": ADD_MEM_REG and REM_MEM_REG.
struct SingleMemoryRegion {
  std::uint64_t padding = 0;
  virtio::MemoryRegion region;
};
static_assert(sizeof(SingleMemoryRegion) == 40);

/// The start of "Virtio device config space"; `size` bytes follow.
struct ConfigHeader {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;  ///< `config_flag_*`
};
static_assert(sizeof(ConfigHeader) == 12);

/// The driver wrote a field that it may write.
inline constexpr std::uint32_t config_flag_writable = 0;
/// A front-end restores the state that a device had before a migration.
inline constexpr std::uint32_t config_flag_migration = 1;

/// The `T` at `offset` of a payload, whose size has been checked.
template <typename T>
[[nodiscard]] T read(std::span<const std::byte> payload, std::size_t offset = 0) {
  static_assert(std::is_trivially_copyable_v<T>);
  assert(offset <= payload.size() && payload.size() - offset >= sizeof(T));
  T value;
  std::memcpy(&value, payload.data() + offset, sizeof(T));
  return value;
}

/// Puts `value` at the end of a payload.
template <typename T>
void append(std::vector<std::byte>& payload, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  const auto bytes = std::as_bytes(std::span(&value, 1));
  payload.insert(payload.end(), bytes.begin(), bytes.end());
}

}  // namespace vhost_device::vhost_user
