// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/guest_memory.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

namespace vhost_device::virtio {
namespace {

constexpr std::uint64_t last_address = std::numeric_limits<std::uint64_t>::max();

std::string describe(const MemoryRegion& region) {
  char text[160];
  std::snprintf(text, sizeof text,
                "memory region at guest address 0x%" PRIx64 ", size 0x%" PRIx64
                ", user address 0x%" PRIx64 ", file offset 0x%" PRIx64,
                region.guest_address, region.size, region.user_address, region.mmap_offset);
  return text;
}

Refusal refuse(const MemoryRegion& region, const std::string& why) {
  return Refusal{describe(region) + ": " + why};
}

Refusal refuse_count(std::size_t count) {
  return Refusal{std::to_string(count) + " memory regions; there can be at most " +
                 std::to_string(GuestMemory::max_regions)};
}

/// `size` is not zero.
bool wraps(std::uint64_t start, std::uint64_t size) { return size - 1 > last_address - start; }

/// Whether [address, address + length) lies in [start, start + size), by differences that cannot
/// wrap where sums could.
bool holds(std::uint64_t start, std::uint64_t size, std::uint64_t address, std::uint64_t length) {
  if (address < start) return false;
  const std::uint64_t offset = address - start;
  return offset < size && length <= size - offset;
}

}  // namespace

std::optional<Refusal> GuestMemory::replace(std::span<const MemoryRegion> regions,
                                            std::vector<support::UniqueFd> files) {
  if (regions.size() != files.size()) {
    return Refusal{std::to_string(regions.size()) + " memory regions came with " +
                   std::to_string(files.size()) + " file descriptors; each needs one"};
  }
  if (regions.size() > max_regions) return refuse_count(regions.size());
  GuestMemory replacement;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (auto refusal = replacement.add(regions[i], std::move(files[i]))) return refusal;
  }
  recent_ = {};
  regions_.swap(replacement.regions_);
  return std::nullopt;
}

std::optional<Refusal> GuestMemory::add(const MemoryRegion& region, support::UniqueFd file) {
  if (regions_.size() >= max_regions) return refuse_count(regions_.size() + 1);
  if (region.size == 0) return refuse(region, "the size is zero; a region has at least one byte");
  if (wraps(region.guest_address, region.size) || wraps(region.user_address, region.size)) {
    return refuse(region, "the addresses wrap; a region ends at the last 64-bit address or before");
  }
  const auto after = std::ranges::upper_bound(
      regions_, region.guest_address, {},
      [](const MappedRegion& mapped) { return mapped.description.guest_address; });
  const auto overlaps = [&region](const MappedRegion& mapped) {
    const MemoryRegion& other = mapped.description;
    return holds(other.guest_address, other.size, region.guest_address, 1) ||
           holds(region.guest_address, region.size, other.guest_address, 1);
  };
  const auto neighbours_begin = after == regions_.begin() ? after : std::prev(after);
  const auto neighbours_end = after == regions_.end() ? after : std::next(after);
  const auto clash = std::find_if(neighbours_begin, neighbours_end, overlaps);
  if (clash != neighbours_end) {
    return refuse(region, "overlaps the " + describe(clash->description) + "; remove that first");
  }
  std::string error;
  Mapping mapping = Mapping::map(file, region.mmap_offset, region.size, error);
  if (!mapping) return refuse(region, error);
  regions_.insert(after, MappedRegion{region, std::move(mapping)});
  return std::nullopt;
}

std::optional<Refusal> GuestMemory::remove(const MemoryRegion& region) {
  const auto found = std::ranges::find_if(regions_, [&region](const MappedRegion& mapped) {
    const MemoryRegion& known = mapped.description;
    return known.guest_address == region.guest_address && known.size == region.size &&
           known.user_address == region.user_address;
  });
  if (found == regions_.end()) {
    return refuse(region, "no such region; remove it by the addresses and size it was added with");
  }
  recent_ = {};
  regions_.erase(found);
  return std::nullopt;
}

void GuestMemory::translate_in_pieces(std::uint64_t guest_address, std::uint32_t length,
                                      std::vector<Buffer>& buffers) const {
  if (length == 0) return;
  const std::size_t before = buffers.size();
  // A range that wraps would go on at address zero, which may be memory.
  bool inside = !wraps(guest_address, length);
  std::uint64_t done = 0;
  while (inside && done < length) {
    const Buffer piece = first_piece(guest_address + done, length - done);
    inside = piece.data != nullptr;
    buffers.push_back(piece);
    done += piece.size;
  }
  if (inside) return;
  buffers.resize(before);
  buffers.push_back({nullptr, length});
}

bool GuestMemory::read(std::uint64_t guest_address, std::span<std::byte> bytes) const {
  if (bytes.empty()) return true;
  if (wraps(guest_address, bytes.size())) return false;
  while (!bytes.empty()) {
    const Buffer piece = first_piece(guest_address, bytes.size());
    if (piece.data == nullptr) return false;
    std::memcpy(bytes.data(), piece.data, piece.size);
    bytes = bytes.subspan(piece.size);
    guest_address += piece.size;
  }
  return true;
}

std::byte* GuestMemory::find_at(std::uint64_t guest_address, std::uint64_t length) const {
  const Buffer piece = first_piece(guest_address, length);
  return piece.size == length ? piece.data : nullptr;
}

std::byte* GuestMemory::at_user_address(std::uint64_t user_address, std::uint64_t length) const {
  // User addresses are in no order and may overlap; they are looked up when a queue is set up only.
  for (const MappedRegion& region : regions_) {
    const std::uint64_t start = region.description.user_address;
    if (holds(start, region.description.size, user_address, length)) {
      return region.mapping.data() + (user_address - start);
    }
  }
  return nullptr;
}

bool GuestMemory::lost() const {
  return std::ranges::any_of(regions_,
                             [](const MappedRegion& region) { return region.mapping.lost(); });
}

Buffer GuestMemory::first_piece(std::uint64_t guest_address, std::uint64_t length) const {
  const MappedRegion* const region = find(guest_address);
  if (region == nullptr) return {};
  const std::uint64_t offset = guest_address - region->description.guest_address;
  const std::uint64_t size = std::min(length, region->description.size - offset);
  return {region->mapping.data() + offset, static_cast<std::size_t>(size)};
}

const GuestMemory::MappedRegion* GuestMemory::find(std::uint64_t guest_address) const {
  const auto after = std::ranges::upper_bound(
      regions_, guest_address, {},
      [](const MappedRegion& mapped) { return mapped.description.guest_address; });
  if (after == regions_.begin()) return nullptr;
  const MappedRegion& candidate = *std::prev(after);
  const MemoryRegion& description = candidate.description;
  if (!holds(description.guest_address, description.size, guest_address, 1)) return nullptr;
  recent_ = {description.guest_address, description.size, candidate.mapping.data()};
  return &candidate;
}

}  // namespace vhost_device::virtio
