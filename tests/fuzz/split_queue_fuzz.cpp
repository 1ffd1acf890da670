// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// A split ring and all memory around it, written by a hostile driver: whatever it says, chains hold
// nothing but guest memory, and never more than their bounds.
//
// The input: log2 of the ring's size, feature bits, the base (2 bytes), a number of steps, the
// steps, and the rest is guest memory from address zero on, where the ring is.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "core/virtio/ring_access.hpp"
#include "core/virtio/split_queue.hpp"
#include "tests/fuzz/ring_memory.hpp"

namespace {

using namespace vhost_device::virtio;
using vhost_device::fuzz::Memory;
using vhost_device::fuzz::require;
using vhost_device::fuzz::take;

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
