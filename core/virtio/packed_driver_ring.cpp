// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/packed_driver_ring.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <utility>

#include "core/virtio/chain_parts.hpp"
#include "core/virtio/packed_access.hpp"

namespace vhost_device::virtio {
namespace {

PackedDescriptor describe(const DriverQueue::Piece& piece, std::uint16_t id, std::uint16_t flags) {
  const std::uint16_t write = piece.device_writable ? descriptor_flag::write : std::uint16_t{0};
  return {piece.guest_address, piece.length, id, static_cast<std::uint16_t>(flags | write)};
}

}  // namespace

std::size_t PackedDriverRing::bytes(std::uint16_t size) {
  return PackedRing::descriptors_bytes(size) + 2 * PackedRing::event_bytes;
}

PackedDriverRing::PackedDriverRing(std::span<std::byte> memory, std::uint64_t guest_address,
                                   std::uint16_t size, Options options)
    : guest_address_(guest_address),
      options_(options),
      next_available_(options.first),
      next_used_(options.first),
      free_slots_(size),
      entries_(size) {
  assert(size > 0 && size <= max_packed_ring_size && options.first.slot < size);
  assert(memory.size() >= bytes(size));
  assert(reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(PackedDescriptor) == 0);
  std::ranges::fill(memory.first(bytes(size)), std::byte{0});
  std::byte* const events = memory.data() + PackedRing::descriptors_bytes(size);
  ring_ = {size, memory.data(), events, events + PackedRing::event_bytes};
  for (std::uint16_t i = 0; i < size; ++i) entries_[i].next = static_cast<std::uint16_t>(i + 1U);
  // As if all in front had been used in this round and all behind in the one before.
  for (std::uint16_t slot = 0; slot < size; ++slot) {
    const bool wrap = (slot < options.first.slot) == options.first.wrap;
    raw_set_descriptor(slot, {0, 0, 0, PackedPosition{slot, wrap}.used_flags()});
  }
  set_interrupts(true);
}

std::uint64_t PackedDriverRing::available_address() const {
  return guest_address_ + PackedRing::descriptors_bytes(ring_.size);
}

std::uint64_t PackedDriverRing::used_address() const {
  return available_address() + PackedRing::event_bytes;
}

/// Writes a descriptor with the marks of one that is available at `position`; `ordered`: whoever
/// sees them sees all that was written before (2.8.21.1.1).
void PackedDriverRing::write(PackedPosition position, PackedDescriptor descriptor,
                             bool ordered) const {
  packed_access::write_body(packed_access::slot(ring_, position.slot), descriptor);
  const auto flags = static_cast<std::uint16_t>((descriptor.flags & ~packed_access::marks) |
                                                position.available_flags());
  ring_access::store(packed_access::flags(ring_, position.slot), flags,
                     ordered ? std::memory_order_release : std::memory_order_relaxed);
}

std::optional<std::uint16_t> PackedDriverRing::add(std::span<const Piece> pieces) {
  if (pieces.empty() || pieces.size() > free_slots_) return std::nullopt;
  const std::uint16_t id = take_id(pieces.size());
  // From the last to the first, so that the device sees all of them or none (2.8.6).
  for (std::size_t i = pieces.size(); i-- > 0;) {
    const bool last = i + 1 == pieces.size();
    const std::uint16_t next = last ? std::uint16_t{0} : descriptor_flag::next;
    write(next_available_.after(static_cast<std::uint32_t>(i), ring_.size),
          describe(pieces[i], id, next), i == 0);
  }
  advance(pieces.size());
  return id;
}

std::optional<std::uint16_t> PackedDriverRing::add_indirect(std::span<const Piece> pieces,
                                                            std::span<std::byte> table,
                                                            std::uint64_t table_guest_address) {
  if (pieces.empty() || free_slots_ == 0) return std::nullopt;
  if (pieces.size() > max_indirect_entries) return std::nullopt;
  if (table.size() < pieces.size() * descriptor_bytes) return std::nullopt;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    packed_access::write_descriptor(table.data() + descriptor_bytes * i, describe(pieces[i], 0, 0));
  }
  const std::uint16_t id = take_id(1);
  const auto length = static_cast<std::uint32_t>(pieces.size() * descriptor_bytes);
  write(next_available_, {table_guest_address, length, id, descriptor_flag::indirect}, true);
  advance(1);
  return id;
}

/// Takes an id, which there is while a slot is free, for a chain of `slots`.
std::uint16_t PackedDriverRing::take_id(std::size_t slots) {
  const std::uint16_t id = first_free_;
  first_free_ = entries_[id].next;
  entries_[id].slots = static_cast<std::uint16_t>(slots);
  free_slots_ -= slots;
  return id;
}

void PackedDriverRing::advance(std::size_t slots) {
  next_available_ = next_available_.after(static_cast<std::uint32_t>(slots), ring_.size);
  unkicked_ += slots;
}

bool PackedDriverRing::take_kick() {
  const std::uint64_t added = std::exchange(unkicked_, 0);
  if (added == 0) return false;
  // The descriptors must be seen before the device's wish is read; see
  // PackedQueue::enable_notifications.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return packed_access::wants_event(packed_access::read_event(ring_.device_event),
                                    options_.event_idx, next_available_, added, ring_.size);
}

std::uint16_t PackedDriverRing::next_used_flags() const {
  return ring_access::load<std::uint16_t>(packed_access::flags(ring_, next_used_.slot),
                                          std::memory_order_acquire);
}

std::optional<PackedDriverRing::Used> PackedDriverRing::take_used() {
  const std::uint16_t flags = next_used_flags();
  if (broken_ || (flags & packed_access::marks) != next_used_.used_flags()) return std::nullopt;
  const auto answer = packed_access::read_descriptor(packed_access::slot(ring_, next_used_.slot));
  // Answers beyond the requests are found here too: none of their ids is under way.
  if (answer.id >= ring_.size || entries_[answer.id].slots == 0) {
    broken_ = true;
    return std::nullopt;
  }
  const std::uint16_t slots = std::exchange(entries_[answer.id].slots, std::uint16_t{0});
  entries_[answer.id].next = std::exchange(first_free_, answer.id);
  free_slots_ += slots;
  next_used_ = next_used_.after(slots, ring_.size);
  // The place follows, or it would mean an interrupt long past.
  if (options_.event_idx) set_interrupts(interrupts_wanted_);
  const bool wrote = (flags & descriptor_flag::write) != 0;
  return Used{answer.id, wrote ? answer.length : 0U};
}

bool PackedDriverRing::set_interrupts(bool wanted) {
  interrupts_wanted_ = wanted;
  PackedEventFlags flags = PackedEventFlags::disable;
  if (wanted) flags = options_.event_idx ? PackedEventFlags::descriptor : PackedEventFlags::enable;
  packed_access::write_event(ring_.driver_event, {.position = next_used_, .flags = flags});
  // The wish must be seen before the descriptor is read; see PackedQueue::enable_notifications.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return (next_used_flags() & packed_access::marks) == next_used_.used_flags();
}

PackedDescriptor PackedDriverRing::raw_descriptor(std::uint16_t slot) const {
  return packed_access::read_descriptor(packed_access::slot(ring_, slot));
}

void PackedDriverRing::raw_set_descriptor(std::uint16_t slot, PackedDescriptor descriptor) const {
  packed_access::write_body(packed_access::slot(ring_, slot), descriptor);
  ring_access::store(packed_access::flags(ring_, slot), descriptor.flags,
                     std::memory_order_release);
}

void PackedDriverRing::raw_offer(PackedDescriptor descriptor) {
  write(next_available_, descriptor, true);
  advance(1);
}

}  // namespace vhost_device::virtio
