// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/virtio/guest_memory.hpp"

/// What the fuzz targets of the two queues have in common.
namespace vhost_device::fuzz {

using virtio::Buffer;
using virtio::GuestMemory;
using virtio::MemoryRegion;

inline void require(bool invariant) {
  if (!invariant) std::abort();
}

/// Takes bytes from the front of the input; zeros when there are none left.
inline std::uint8_t take(std::span<const std::uint8_t>& input) {
  if (input.empty()) return 0;
  const std::uint8_t byte = input.front();
  input = input.subspan(1);
  return byte;
}

/// The guest's memory: two regions that adjoin, in the file the other way round, and one at the end
/// of all addresses.
class Memory {
 public:
  static constexpr std::array<MemoryRegion, 3> regions{
      {{0, 0x1000, 0, 0x1000}, {0x1000, 0x1000, 0, 0}, {UINT64_MAX - 0xfff, 0x1000, 0, 0x2000}}};

  Memory() : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(::ftruncate(file_.get(), 0x3000) == 0);
    for (const MemoryRegion& region : regions) {
      require(!memory_.add(region, vhost_device::support::UniqueFd(::dup(file_.get()))));
    }
  }

  [[nodiscard]] const GuestMemory& guest() const { return memory_; }

  void fill(std::span<const std::uint8_t> image) const {
    for (const MemoryRegion& region : regions) {
      std::byte* const bytes = memory_.at(region.guest_address, region.size);
      std::fill_n(bytes, region.size, std::byte{0});
      const std::size_t count = std::min<std::size_t>(image.size(), region.size);
      std::ranges::transform(image.first(count), bytes, [](auto byte) { return std::byte{byte}; });
      image = image.subspan(count);
    }
  }

  /// Whether a buffer lies in one of the regions, or is marked as lying in none.
  [[nodiscard]] bool holds(const Buffer& buffer) const {
    return buffer.data == nullptr || std::ranges::any_of(regions, [&](const auto& region) {
             const std::byte* const begin = memory_.at(region.guest_address, region.size);
             return buffer.data >= begin && buffer.data < begin + region.size &&
                    buffer.size <= static_cast<std::size_t>(begin + region.size - buffer.data);
           });
  }

 private:
  vhost_device::support::UniqueFd file_;
  GuestMemory memory_;
};

}  // namespace vhost_device::fuzz
