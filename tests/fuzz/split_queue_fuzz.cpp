// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// A split ring and all memory around it, written by a hostile driver: whatever it says, chains hold
// nothing but guest memory, and never more than their bounds.
//
// The input: log2 of the ring's size, feature bits, the base (2 bytes), a number of steps, the
// steps, and the rest is guest memory from address zero on, where the ring is.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <span>

#include "core/virtio/driver_ring.hpp"
#include "core/virtio/guest_memory.hpp"
#include "core/virtio/ring_access.hpp"
#include "core/virtio/split_queue.hpp"

namespace {

using namespace vhost_device::virtio;

void require(bool invariant) {
  if (!invariant) std::abort();
}

/// Takes bytes from the front of the input; zeros when there are none left.
std::uint8_t take(std::span<const std::uint8_t>& input) {
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

/// The device, and a driver that moves the available index or has its memory written over.
class Run {
 public:
  Run(const Memory& memory, std::uint16_t size, std::uint8_t features, std::uint16_t base)
      : memory_(memory),
        ring_(locate(memory.guest(), size)),
        queue_(memory.guest(), ring_,
               {.indirect = (features & 1U) != 0, .event_idx = (features & 2U) != 0}, base) {}

  void step(std::uint8_t choice) {
    switch (choice % 8) {
      case 0:
      case 1:
        return pop();
      case 2:
        return complete();
      case 3:
        return queue_.disable_notifications();
      case 4:
        return static_cast<void>(queue_.enable_notifications());
      case 5:
        return static_cast<void>(queue_.take_interrupt());
      case 6:
        return queue_.rebase(ring_);
      default:
        return advance(choice / 8);
    }
  }

 private:
  static SplitRing locate(const GuestMemory& memory, std::uint16_t size) {
    const std::uint64_t available = SplitRing::descriptors_bytes(size);
    const std::uint64_t used = (available + SplitRing::available_bytes(size) + 3) / 4 * 4;
    return {size, memory.at(0, available), memory.at(available, SplitRing::available_bytes(size)),
            memory.at(used, SplitRing::used_bytes(size))};
  }

  void pop() {
    const Pop result = queue_.pop(chain_);
    require((result == Pop::broken) == !queue_.broken_reason().empty());
    if (result != Pop::chain) return;
    require(chain_.head < ring_.size);
    require(chain_.readable.size() + chain_.writable.size() <= max_request_buffers);
    for (const Buffer& buffer : chain_.readable) check(buffer);
    for (const Buffer& buffer : chain_.writable) {
      check(buffer);
      if (buffer.data == nullptr) continue;
      buffer.data[0] ^= std::byte{0x01};  // which may be the ring itself
      buffer.data[buffer.size - 1] ^= std::byte{0x80};
    }
    waiting_.push_back(chain_.head);
    require(waiting_.size() <= ring_.size);
  }

  void check(const Buffer& buffer) const { require(buffer.size > 0 && memory_.holds(buffer)); }

  void complete() {
    if (waiting_.empty()) return;
    queue_.complete(waiting_.front(), waiting_.front());
    waiting_.pop_front();
  }

  void advance(std::uint8_t by) {
    std::byte* const field = ring_access::available_index(ring_);
    const auto index = ring_access::load<std::uint16_t>(field, std::memory_order_relaxed);
    ring_access::store(field, static_cast<std::uint16_t>(index + by), std::memory_order_relaxed);
  }

  const Memory& memory_;
  SplitRing ring_;
  SplitQueue queue_;
  Chain chain_;
  std::deque<std::uint16_t> waiting_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Memory memory;
  std::span input(data, size);
  const auto ring_size = static_cast<std::uint16_t>(1U << (take(input) % 8));
  const std::uint8_t features = take(input);
  const std::uint8_t base_low = take(input);
  const auto base = static_cast<std::uint16_t>(base_low | take(input) << 8U);
  const auto steps = input.subspan(0, std::min<std::size_t>(take(input), input.size()));
  memory.fill(input.subspan(steps.size()));
  Run run(memory, ring_size, features, base);
  for (const std::uint8_t choice : steps) run.step(choice);
  return 0;
}
