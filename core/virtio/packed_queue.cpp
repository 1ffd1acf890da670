// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/packed_queue.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <span>
#include <utility>

#include "core/virtio/area_alignment.hpp"
#include "core/virtio/packed_access.hpp"

namespace vhost_device::virtio {
namespace {

// VIRTIO 1.3, 2.8.10.1, the table of alignments.
constexpr std::uint64_t descriptors_alignment = 16;
constexpr std::uint64_t event_alignment = 4;

std::uint64_t address_of(const std::byte* area) { return reinterpret_cast<std::uintptr_t>(area); }

std::string number(std::uint64_t value) { return std::to_string(value); }

/// Where a queue with this base goes on; see the constructor.
PackedPosition start_of(std::uint32_t base) {
  const auto available = static_cast<std::uint16_t>(base & 0xffffU);
  const auto used = static_cast<std::uint16_t>(base >> 16U);
  return PackedPosition::decode(used != 0 ? used : available);
}

}  // namespace

std::optional<Refusal> PackedQueue::check_layout(std::uint32_t size, const Addresses& addresses) {
  if (size == 0 || size > max_packed_ring_size) {
    return Refusal{"a packed ring of " + number(size) + " entries; it has to be 1 to " +
                   number(max_packed_ring_size)};
  }
  auto refusal = check_alignment("descriptor ring", addresses.descriptors, descriptors_alignment);
  if (!refusal) {
    refusal = check_alignment("driver event suppression", addresses.driver_event, event_alignment);
  }
  if (!refusal) {
    refusal = check_alignment("device event suppression", addresses.device_event, event_alignment);
  }
  return refusal;
}

std::optional<Refusal> PackedQueue::check_layout(const PackedRing& ring) {
  if (ring.descriptors == nullptr || ring.driver_event == nullptr || ring.device_event == nullptr) {
    return Refusal{"the ring is not wholly in guest memory"};
  }
  return check_layout(ring.size, {address_of(ring.descriptors), address_of(ring.driver_event),
                                  address_of(ring.device_event)});
}

std::optional<Refusal> PackedQueue::check_base(std::uint32_t base, std::uint16_t size) {
  const PackedPosition start = start_of(base);
  if (start.slot < size) return std::nullopt;
  return Refusal{"a base of " + number(base) + ", which is slot " + number(start.slot) +
                 " of a packed ring of " + number(size)};
}

PackedQueue::PackedQueue(const GuestMemory& memory, PackedRing ring, Features features,
                         std::uint32_t base)
    : memory_(memory),
      features_(features),
      next_available_(start_of(base)),
      next_used_(next_available_) {
  attach(ring);
  if (const auto refusal = check_base(base, ring.size); refusal && attached()) {
    ring_ = PackedRing{.size = ring.size};
    break_ring(refusal->reason);
  }
  if (attached()) chain_slots_.resize(ring.size);
}

void PackedQueue::rebase(PackedRing ring) {
  assert(ring.size == ring_.size);
  if (chain_slots_.empty()) return;  // it never was whole
  attach(ring);
}

void PackedQueue::attach(const PackedRing& ring) {
  const auto refusal = check_layout(ring);
  if (refusal) {
    ring_ = PackedRing{.size = ring.size};
    break_ring(refusal->reason);
    return;
  }
  ring_ = ring;
}

bool PackedQueue::break_ring(std::string reason) {
  if (broken_reason_.empty()) broken_reason_ = std::move(reason);
  return false;
}

std::uint32_t PackedQueue::base() const {
  return next_available_.encode() | static_cast<std::uint32_t>(next_used_.encode()) << 16U;
}

bool PackedQueue::is_available() const {
  // Acquire: what the driver wrote before it marked the descriptor is seen after (2.8.21.1.1).
  const auto flags = ring_access::load<std::uint16_t>(
      packed_access::flags(ring_, next_available_.slot), std::memory_order_acquire);
  return (flags & packed_access::marks) == next_available_.available_flags();
}

bool PackedQueue::has_requests() const {
  return attached() && broken_reason_.empty() && is_available();
}

Pop PackedQueue::pop(Chain& chain) {
  chain.head = 0;
  chain.readable.clear();
  chain.writable.clear();
  chain.descriptors = 0;
  if (!broken_reason_.empty()) return Pop::broken;
  if (!is_available()) return Pop::empty;

  const std::uint16_t slots = read_chain(chain);
  if (slots == 0) {
    chain.readable.clear();
    chain.writable.clear();
    return Pop::broken;
  }
  chain_slots_[next_available_.slot] = slots;
  next_available_ = next_available_.after(slots, ring_.size);
  slots_under_way_ += slots;
  ++under_way_;
  return Pop::chain;
}

std::uint16_t PackedQueue::read_chain(Chain& chain) {
  ChainBuilder builder(memory_, chain);
  PackedPosition position = next_available_;
  // AVAIL and USED are looked at in the first descriptor only: it is the last to be marked, so the
  // others are there (2.8.6).
  for (std::uint32_t slots = 1; slots + slots_under_way_ <= ring_.size; ++slots) {
    const auto descriptor =
        packed_access::read_descriptor(packed_access::slot(ring_, position.slot));
    builder.count();
    const bool last = (descriptor.flags & descriptor_flag::next) == 0;
    if ((descriptor.flags & descriptor_flag::indirect) != 0) {
      if (!last || slots > 1) {
        break_ring("an indirect table in a chain of descriptors");
        return 0;
      }
      chain.head = descriptor.id;
      return read_indirect(descriptor, builder) ? 1 : 0;
    }
    const bool writable = (descriptor.flags & descriptor_flag::write) != 0;
    if (!builder.add(descriptor.address, descriptor.length, writable)) {
      break_ring(builder.problem());
      return 0;
    }
    if (last) {
      chain.head = descriptor.id;
      return static_cast<std::uint16_t>(slots);
    }
    position = position.after(1, ring_.size);
  }
  break_ring("the chain at descriptor " + number(next_available_.slot) +
             " does not end within the " + number(ring_.size - slots_under_way_) + " of " +
             number(ring_.size) + " descriptors that are not under way");
  return 0;
}

bool PackedQueue::read_indirect(const PackedDescriptor& descriptor, ChainBuilder& builder) {
  if (!features_.indirect) return break_ring("an indirect table, which was not negotiated");
  if (!IndirectTable::can_have(descriptor.length)) {
    return break_ring(IndirectTable::problem(descriptor.length));
  }
  const IndirectTable table(memory_, descriptor.address, descriptor.length);
  for (std::uint32_t index = 0; index < table.entries(); ++index) {
    std::array<std::byte, descriptor_bytes> storage;
    const std::byte* const entry = table.entry(index, storage);
    builder.count();
    if (entry == nullptr) return break_ring(entry_not_in_memory(index));
    const PackedDescriptor piece = packed_access::read_descriptor(entry);
    const bool writable = (piece.flags & descriptor_flag::write) != 0;
    if (!builder.add(piece.address, piece.length, writable)) {
      return break_ring(builder.problem());
    }
  }
  return true;
}

void PackedQueue::complete(std::span<const Completion> completions) {
  assert(under_way_ >= completions.size());
  under_way_ -= static_cast<std::uint32_t>(completions.size());
  if (!attached() || completions.empty()) return;
  const PackedPosition first = next_used_;
  std::uint16_t first_flags = 0;
  for (const Completion& completion : completions) {
    // The driver ignores a length without WRITE (2.8.4).
    const std::uint16_t write = completion.written > 0 ? descriptor_flag::write : std::uint16_t{0};
    const auto flags = static_cast<std::uint16_t>(next_used_.used_flags() | write);
    packed_access::write_answer(packed_access::slot(ring_, next_used_.slot), completion.head,
                                completion.written);
    if (next_used_ == first) {
      first_flags = flags;
    } else {
      ring_access::store(packed_access::flags(ring_, next_used_.slot), flags,
                         std::memory_order_relaxed);
    }
    // Requests come back in the order in which they were taken, so this is the chain's own slot.
    const std::uint16_t slots = chain_slots_[next_used_.slot];
    next_used_ = next_used_.after(slots, ring_.size);
    slots_under_way_ -= slots;
    unsignalled_ += slots;
  }
  // Drivers look for one answer behind the other. So while the first is not marked, none of these
  // is there (2.8.9), and release makes all of them visible with it.
  ring_access::store(packed_access::flags(ring_, first.slot), first_flags,
                     std::memory_order_release);
}

void PackedQueue::disable_notifications() {
  if (!attached()) return;
  packed_access::write_event(ring_.device_event, {.position = {.slot = 0, .wrap = false},
                                                  .flags = PackedEventFlags::disable});
}

bool PackedQueue::enable_notifications() {
  if (!attached() || !broken_reason_.empty()) return false;
  packed_access::write_event(
      ring_.device_event,
      {.position = next_available_,
       .flags = features_.event_idx ? PackedEventFlags::descriptor : PackedEventFlags::enable});
  // The store above must be seen before the descriptor is read below: the driver marks it, then
  // reads what was stored. If each read first, both could miss the other's write, and the request
  // would wait for ever.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return is_available();
}

bool PackedQueue::has_completions() const {
  if (next_used_ != PackedPosition{}) return true;
  // It may have gone round: then something was in the last slot, which begins as zeros.
  const std::span last(packed_access::slot(ring_, static_cast<std::uint16_t>(ring_.size - 1U)),
                       sizeof(PackedDescriptor));
  return std::ranges::any_of(last, [](std::byte byte) { return byte != std::byte{0}; });
}

bool PackedQueue::take_interrupt() {
  if (!attached()) return false;
  const bool repeat = std::exchange(repeat_interrupt_, false) && has_completions();
  const std::uint64_t answered = std::exchange(unsignalled_, 0);
  if (answered == 0 && !repeat) return false;
  // As in enable_notifications, with the used descriptor and the driver's wish.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const packed_access::Event event = packed_access::read_event(ring_.driver_event);
  // What was answered before this queue started is not known, so the place may lie there.
  const bool first = !std::exchange(interrupt_decided_, true);
  const bool anywhere = first || repeat;
  return packed_access::wants_event(event, features_.event_idx && !anywhere, next_used_, answered,
                                    ring_.size);
}

}  // namespace vhost_device::virtio
