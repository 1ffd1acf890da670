// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// A packed ring and all memory around it, written by a hostile driver: whatever it says, chains
// hold nothing but guest memory, and never more than their bounds.
//
// The input: the ring's size, feature bits, the base (2 bytes), a number of steps, the
// steps, and the rest is guest memory from address zero on, where the ring is.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "core/virtio/packed_access.hpp"
#include "core/virtio/packed_queue.hpp"
#include "tests/fuzz/ring_memory.hpp"

namespace {

using namespace vhost_device::virtio;
using vhost_device::fuzz::Memory;
using vhost_device::fuzz::require;
using vhost_device::fuzz::take;

/// The device, and a driver that marks descriptors or has its memory written over.
class Run {
 public:
  Run(const Memory& memory, std::uint16_t size, std::uint8_t features, std::uint32_t base)
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
        return mark(choice / 8);
    }
  }

 private:
  static PackedRing locate(const GuestMemory& memory, std::uint16_t size) {
    const std::uint64_t events = PackedRing::descriptors_bytes(size);
    return {size, memory.at(0, events), memory.at(events, PackedRing::event_bytes),
            memory.at(events + PackedRing::event_bytes, PackedRing::event_bytes)};
  }

  void pop() {
    const Pop result = queue_.pop(chain_);
    require((result == Pop::broken) == !queue_.broken_reason().empty());
    if (result != Pop::chain) return;
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

  /// Marks a slot as available or used, in this round or another.
  void mark(std::uint8_t choice) {
    const auto slot = static_cast<std::uint16_t>(choice / 4 % ring_.size);
    const PackedPosition position{slot, (choice & 1U) != 0};
    const std::uint16_t marks =
        (choice & 2U) != 0 ? position.available_flags() : position.used_flags();
    std::byte* const field = packed_access::flags(ring_, slot);
    const auto flags = ring_access::load<std::uint16_t>(field, std::memory_order_relaxed);
    const auto others = static_cast<std::uint16_t>(flags & ~packed_access::marks);
    ring_access::store(field, static_cast<std::uint16_t>(others | marks),
                       std::memory_order_relaxed);
  }

  const Memory& memory_;
  PackedRing ring_;
  PackedQueue queue_;
  Chain chain_;
  std::deque<std::uint16_t> waiting_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Memory memory;
  std::span input(data, size);
  const auto ring_size = static_cast<std::uint16_t>(1U + take(input) % 130U);
  const std::uint8_t features = take(input);
  const std::uint8_t base_low = take(input);
  const auto place = static_cast<std::uint32_t>(base_low | take(input) << 8U);
  const std::uint32_t base = place << 16U | place;
  const auto steps = input.subspan(0, std::min<std::size_t>(take(input), input.size()));
  memory.fill(input.subspan(steps.size()));
  Run run(memory, ring_size, features, base);
  for (const std::uint8_t choice : steps) run.step(choice);
  return 0;
}
