// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/split_queue.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <utility>

#include "core/virtio/area_alignment.hpp"
#include "core/virtio/ring_access.hpp"

namespace vhost_device::virtio {
namespace {

// VIRTIO 1.3, 2.7, the table of alignments.
constexpr std::uint64_t descriptors_alignment = 16;
constexpr std::uint64_t available_alignment = 2;
constexpr std::uint64_t used_alignment = 4;

std::uint64_t address_of(const std::byte* area) { return reinterpret_cast<std::uintptr_t>(area); }

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

std::optional<Refusal> SplitQueue::check_layout(std::uint32_t size, const Addresses& addresses) {
  if (!std::has_single_bit(size) || size > max_split_ring_size) {
    return Refusal{"a ring of " + number(size) + " entries; it has to be a power of two up to " +
                   number(max_split_ring_size)};
  }
  auto refusal = check_alignment("descriptor table", addresses.descriptors, descriptors_alignment);
  if (!refusal) {
    refusal = check_alignment("available ring", addresses.available, available_alignment);
  }
  if (!refusal) refusal = check_alignment("used ring", addresses.used, used_alignment);
  return refusal;
}

std::optional<Refusal> SplitQueue::check_layout(const SplitRing& ring) {
  if (ring.descriptors == nullptr || ring.available == nullptr || ring.used == nullptr) {
    return Refusal{"the ring is not wholly in guest memory"};
  }
  return check_layout(
      ring.size, {address_of(ring.descriptors), address_of(ring.available), address_of(ring.used)});
}

SplitQueue::SplitQueue(const GuestMemory& memory, SplitRing ring, Features features,
                       std::uint16_t next_available)
    : memory_(memory), features_(features), next_available_(next_available) {
  attach(ring);
  if (!attached()) return;
  next_used_ =
      ring_access::load<std::uint16_t>(ring_access::used_index(ring_), std::memory_order_acquire);
}

void SplitQueue::rebase(SplitRing ring) {
  assert(ring.size == ring_.size);
  attach(ring);
}

void SplitQueue::attach(const SplitRing& ring) {
  const auto refusal = check_layout(ring);
  if (refusal) {
    ring_ = SplitRing{.size = ring.size};
    break_ring(refusal->reason);
    return;
  }
  ring_ = ring;
}

bool SplitQueue::break_ring(std::string reason) {
  if (broken_reason_.empty()) broken_reason_ = std::move(reason);
  return false;
}

std::uint16_t SplitQueue::available_index() const {
  // Acquire: what the driver wrote before it moved the index is seen after (2.7.13.3).
  return ring_access::load<std::uint16_t>(ring_access::available_index(ring_),
                                          std::memory_order_acquire);
}

bool SplitQueue::has_requests() const {
  return attached() && broken_reason_.empty() && available_index() != next_available_;
}

Pop SplitQueue::pop(Chain& chain) {
  chain.head = 0;
  chain.readable.clear();
  chain.writable.clear();
  chain.descriptors = 0;
  if (!broken_reason_.empty()) return Pop::broken;

  const std::uint16_t index = available_index();
  if (index == next_available_) return Pop::empty;
  if (!check_available(index) || !read_chain(chain)) {
    chain.readable.clear();
    chain.writable.clear();
    return Pop::broken;
  }
  ++next_available_;
  ++under_way_;
  return Pop::chain;
}

bool SplitQueue::check_available(std::uint16_t available_index) {
  const auto waiting = static_cast<std::uint16_t>(available_index - next_available_);
  if (waiting + under_way_ <= ring_.size) return true;
  return break_ring("the available index " + number(available_index) + " makes " + number(waiting) +
                    " requests beside " + number(under_way_) + " unanswered ones, in a ring of " +
                    number(ring_.size));
}

bool SplitQueue::read_chain(Chain& chain) {
  const auto head = ring_access::load<std::uint16_t>(
      ring_access::available_entry(ring_, next_available_), std::memory_order_relaxed);
  if (head >= ring_.size) {
    return break_ring("the head " + number(head) + " is outside a table of " + number(ring_.size) +
                      " descriptors");
  }
  chain.head = head;
  ChainBuilder builder(memory_, chain);
  const auto read_entry = [this](std::uint32_t index) {
    return std::optional(
        ring_access::read_descriptor(ring_.descriptors + sizeof(Descriptor) * index));
  };
  return follow(read_entry, ring_.size, head, false, builder);
}

/// Reads the descriptors of a table of `entries`, the ring's own or an indirect one, that follow
/// one another by `next`.
template <class ReadEntry>
bool SplitQueue::follow(ReadEntry read_entry, std::uint32_t entries, std::uint32_t first,
                        bool indirect, ChainBuilder& builder) {
  std::uint32_t index = first;
  // A chain without a loop passes each entry once at most.
  for (std::uint32_t steps = 0; steps < entries; ++steps) {
    const std::optional<Descriptor> descriptor = read_entry(index);
    builder.count();
    if (!descriptor) return break_ring(entry_not_in_memory(index));
    const bool last = (descriptor->flags & descriptor_flag::next) == 0;
    if ((descriptor->flags & descriptor_flag::indirect) != 0) {
      if (indirect) return break_ring("an indirect table inside another");
      if (!last) return break_ring("a descriptor that is both INDIRECT and NEXT");
      return read_indirect(*descriptor, builder);
    }
    const bool writable = (descriptor->flags & descriptor_flag::write) != 0;
    if (!builder.add(descriptor->address, descriptor->length, writable)) {
      return break_ring(builder.problem());
    }
    if (last) return true;
    if (descriptor->next >= entries) {
      return break_ring("descriptor " + number(index) + " is followed by " +
                        number(descriptor->next) + ", outside a table of " + number(entries));
    }
    index = descriptor->next;
  }
  return break_ring("the chain at descriptor " + number(first) +
                    " does not end within a table of " + number(entries));
}

bool SplitQueue::read_indirect(const Descriptor& descriptor, ChainBuilder& builder) {
  // WRITE means nothing on such a descriptor (2.7.5.3.2).
  if (!features_.indirect) return break_ring("an indirect table, which was not negotiated");
  if (!IndirectTable::can_have(descriptor.length)) {
    return break_ring(IndirectTable::problem(descriptor.length));
  }
  const IndirectTable table(memory_, descriptor.address, descriptor.length);
  const auto read_entry = [&table](std::uint32_t index) -> std::optional<Descriptor> {
    std::array<std::byte, descriptor_bytes> storage;
    const std::byte* const entry = table.entry(index, storage);
    if (entry == nullptr) return std::nullopt;
    return ring_access::read_descriptor(entry);
  };
  return follow(read_entry, table.entries(), 0, true, builder);
}

void SplitQueue::complete(std::span<const Completion> completions) {
  assert(under_way_ >= completions.size());
  under_way_ -= static_cast<std::uint32_t>(completions.size());
  if (!attached()) return;
  for (const Completion& completion : completions) {
    ring_access::store<std::uint32_t>(ring_access::used_entry_id(ring_, next_used_),
                                      completion.head, std::memory_order_relaxed);
    ring_access::store(ring_access::used_entry_length(ring_, next_used_), completion.written,
                       std::memory_order_relaxed);
    ++next_used_;
  }
  unsignalled_ += completions.size();
  // Release: the driver that sees the index sees the entries and the answers before it (2.7.8.2).
  ring_access::store(ring_access::used_index(ring_), next_used_, std::memory_order_release);
}

void SplitQueue::disable_notifications() {
  // With EVENT_IDX the flag must stay zero (2.7.10), and the event index that is left behind
  // already means that no kick is wanted.
  if (!attached() || features_.event_idx) return;
  ring_access::store(ring_access::used_flags(ring_), used_no_notify, std::memory_order_relaxed);
}

bool SplitQueue::enable_notifications() {
  if (!attached() || !broken_reason_.empty()) return false;
  if (features_.event_idx) {
    ring_access::store(ring_access::available_event(ring_), next_available_,
                       std::memory_order_relaxed);
  } else {
    ring_access::store<std::uint16_t>(ring_access::used_flags(ring_), 0, std::memory_order_relaxed);
  }
  // The store above must be seen before the index is read below: the driver writes the index, then
  // reads what was stored. If each read first, both could miss the other's write, and the request
  // would wait for ever.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return available_index() != next_available_;
}

bool SplitQueue::has_completions() const {
  if (next_used_ != 0) return true;
  // The index may have gone round: then the last entry of the ring was written.
  const auto last = static_cast<std::uint16_t>(ring_.size - 1U);
  return ring_access::load<std::uint32_t>(ring_access::used_entry_id(ring_, last),
                                          std::memory_order_relaxed) != 0 ||
         ring_access::load<std::uint32_t>(ring_access::used_entry_length(ring_, last),
                                          std::memory_order_relaxed) != 0;
}

bool SplitQueue::take_interrupt() {
  if (!attached()) return false;
  const bool repeat = std::exchange(repeat_interrupt_, false) && has_completions();
  const std::uint64_t answered = std::exchange(unsignalled_, 0);
  if (answered == 0 && !repeat) return false;
  // As in enable_notifications, with the used index and the driver's wish.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (!features_.event_idx) {
    const auto flags = ring_access::load<std::uint16_t>(ring_access::available_flags(ring_),
                                                        std::memory_order_relaxed);
    return (flags & available_no_interrupt) == 0;
  }
  // What was answered before this queue started is not known, so the event index may lie there; and
  // once around the whole range of indices every event index was passed.
  const bool first = !std::exchange(interrupt_decided_, true);
  if (first || repeat || answered > UINT16_MAX) return true;
  const auto event =
      ring_access::load<std::uint16_t>(ring_access::used_event(ring_), std::memory_order_relaxed);
  return ring_access::passed_event(event, next_used_,
                                   static_cast<std::uint16_t>(next_used_ - answered));
}

}  // namespace vhost_device::virtio
