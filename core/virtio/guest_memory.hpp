// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/support/unique_fd.hpp"
#include "core/virtio/mapping.hpp"
#include "core/virtio/refusal.hpp"

namespace vhost_device::virtio {

/// One piece of guest memory as the front-end describes it
/// (vhost-user.rst, "Single memory region description").
struct MemoryRegion {
  std::uint64_t guest_address = 0;  ///< Guest physical address of the first byte.
  std::uint64_t size = 0;           ///< In bytes; zero is refused.
  std::uint64_t user_address = 0;   ///< The front-end's own address of the same byte.
  std::uint64_t mmap_offset = 0;    ///< Where the region begins in the file that came with it.
};

/// A piece of a buffer as the device sees it. `data` is null where the guest named an address that
/// is not in its memory; nothing may be read or written there.
struct Buffer {
  std::byte* data = nullptr;
  std::size_t size = 0;
};

/// The guest's memory: the only way from an address that a guest or a front-end names to a pointer.
///
/// Not synchronised: the session that changes the table and the queue that looks addresses up run
/// on one thread. No lookup can wrap, reach outside a region, or allocate more than its pieces.
class GuestMemory {
 public:
  /// How many regions there can be at once; the answer to VHOST_USER_GET_MAX_MEM_SLOTS.
  static constexpr std::size_t max_regions = 509;

  /// VHOST_USER_SET_MEM_TABLE: replaces all regions, or none of them.
  ///
  /// Refused: a count of regions and of descriptors that differ, more than `max_regions`, and
  /// whatever `add` refuses.
  [[nodiscard]] std::optional<Refusal> replace(std::span<const MemoryRegion> regions,
                                               std::vector<support::UniqueFd> files);

  /// VHOST_USER_ADD_MEM_REG.
  ///
  /// Refused: size zero; an address range that wraps; guest addresses that overlap another region;
  /// a file that is not a regular one or a memfd, is shorter than offset + size or cannot be mapped
  /// shared, readable and writable; more than `max_regions`. User addresses may overlap: front-ends
  /// alias memory.
  [[nodiscard]] std::optional<Refusal> add(const MemoryRegion& region, support::UniqueFd file);

  /// VHOST_USER_REM_MEM_REG. Refused: no region with this guest address, user address and size.
  [[nodiscard]] std::optional<Refusal> remove(const MemoryRegion& region);

  /// Appends the pieces of [guest_address, guest_address + length) to `buffers`: one for a range
  /// inside one region, more where the range runs on into an adjacent one. A range that is not
  /// wholly inside guest memory becomes one buffer of null data, so that its place is kept.
  /// A length of zero appends nothing.
  void translate(std::uint64_t guest_address, std::uint32_t length,
                 std::vector<Buffer>& buffers) const {
    if (std::byte* const data = in_recent(guest_address, length); data != nullptr && length != 0) {
      buffers.push_back({data, length});
    } else {
      translate_in_pieces(guest_address, length, buffers);
    }
  }

  /// Copies what lies at `guest_address` to `bytes`, from as many regions as it runs across. False,
  /// with `bytes` in any state, when it is not wholly inside guest memory.
  [[nodiscard]] bool read(std::uint64_t guest_address, std::span<std::byte> bytes) const;

  /// Pointer to `length` contiguous bytes at a guest address, or null when they do not lie in one
  /// region.
  [[nodiscard]] std::byte* at(std::uint64_t guest_address, std::uint64_t length) const {
    std::byte* const data = in_recent(guest_address, length);
    return data != nullptr ? data : find_at(guest_address, length);
  }

  /// The same for the front-end's own address, which VHOST_USER_SET_VRING_ADDR uses.
  [[nodiscard]] std::byte* at_user_address(std::uint64_t user_address, std::uint64_t length) const;

  [[nodiscard]] std::size_t region_count() const { return regions_.size(); }

  /// Whether the front-end has taken memory away behind our back (see `Mapping`). Zeros are read
  /// there, so what the guest gets is worthless; it is worth a line in the log and an end.
  [[nodiscard]] bool lost() const;

 private:
  struct MappedRegion {
    MemoryRegion description;
    Mapping mapping;
  };

  /// Where most addresses are: in the region that the last one was in. Null for others.
  [[nodiscard]] std::byte* in_recent(std::uint64_t guest_address, std::uint64_t length) const {
    const std::uint64_t offset = guest_address - recent_.guest_address;  // wraps to beyond the size
    if (offset >= recent_.size || length > recent_.size - offset) return nullptr;
    return recent_.data + offset;
  }

  void translate_in_pieces(std::uint64_t guest_address, std::uint32_t length,
                           std::vector<Buffer>& buffers) const;
  [[nodiscard]] std::byte* find_at(std::uint64_t guest_address, std::uint64_t length) const;
  [[nodiscard]] const MappedRegion* find(std::uint64_t guest_address) const;

  /// The part of [guest_address, guest_address + length) from its first byte on that lies in one
  /// region; null data when that byte is outside.
  [[nodiscard]] Buffer first_piece(std::uint64_t guest_address, std::uint64_t length) const;

  struct Recent {
    std::uint64_t guest_address = 0;
    std::uint64_t size = 0;
    std::byte* data = nullptr;
  };

  mutable Recent recent_;              // of `regions_`, or empty
  std::vector<MappedRegion> regions_;  // sorted by guest address, never overlapping
};

}  // namespace vhost_device::virtio
