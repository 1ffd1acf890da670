// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/driver_ring.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>
#include <utility>

#include "core/virtio/ring_access.hpp"

namespace vhost_device::virtio {
namespace {

struct Layout {
  std::size_t available;
  std::size_t used;
  std::size_t end;
};

/// The areas in the order of VIRTIO 1.3, 2.7, one behind the other. Only the used ring needs more
/// alignment than it has by itself.
Layout layout(std::uint16_t size) {
  constexpr std::size_t used_alignment = 4;
  const std::size_t available = SplitRing::descriptors_bytes(size);
  const std::size_t available_end = available + SplitRing::available_bytes(size);
  const std::size_t used = (available_end + used_alignment - 1) / used_alignment * used_alignment;
  return {available, used, used + SplitRing::used_bytes(size)};
}

Descriptor describe(const DriverRing::Piece& piece, std::uint16_t next, bool last) {
  std::uint16_t flags = 0;
  if (piece.device_writable) flags = descriptor_flag::write;
  if (!last) flags = static_cast<std::uint16_t>(flags | descriptor_flag::next);
  return {piece.guest_address, piece.length, flags, last ? std::uint16_t{0} : next};
}

}  // namespace

std::size_t DriverRing::bytes(std::uint16_t size) { return layout(size).end; }

DriverRing::DriverRing(std::span<std::byte> memory, std::uint64_t guest_address, std::uint16_t size,
                       Options options)
    : guest_address_(guest_address),
      options_(options),
      next_available_(options.first_index),
      next_used_(options.first_index),
      kicked_at_(options.first_index),
      free_count_(size),
      entries_(size) {
  assert(std::has_single_bit(size) && size <= max_split_ring_size);
  assert(memory.size() >= bytes(size));
  assert(reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Descriptor) == 0);
  const Layout areas = layout(size);
  std::ranges::fill(memory.first(areas.end), std::byte{0});
  ring_ = {size, memory.data(), memory.data() + areas.available, memory.data() + areas.used};
  for (std::uint16_t i = 0; i < size; ++i) entries_[i].next = static_cast<std::uint16_t>(i + 1U);
  constexpr auto order = std::memory_order_release;
  ring_access::store(ring_access::used_event(ring_), next_used_, order);
  ring_access::store(ring_access::available_event(ring_), next_available_, order);
  ring_access::store(ring_access::used_index(ring_), next_used_, order);
  ring_access::store(ring_access::available_index(ring_), next_available_, order);
}

std::uint64_t DriverRing::available_address() const {
  return guest_address_ + layout(ring_.size).available;
}

std::uint64_t DriverRing::used_address() const { return guest_address_ + layout(ring_.size).used; }

std::optional<std::uint16_t> DriverRing::add(std::span<const Piece> pieces) {
  if (pieces.empty() || pieces.size() > free_count_) return std::nullopt;
  const std::uint16_t head = take_free(pieces.size());
  std::uint16_t index = head;
  for (const Piece& piece : pieces) {
    const std::uint16_t next = entries_[index].next;
    raw_set_descriptor(index, describe(piece, next, &piece == &pieces.back()));
    index = next;
  }
  publish(head);
  return head;
}

std::optional<std::uint16_t> DriverRing::add_indirect(std::span<const Piece> pieces,
                                                      std::span<std::byte> table,
                                                      std::uint64_t table_guest_address) {
  if (pieces.empty() || free_count_ == 0) return std::nullopt;
  if (pieces.size() > max_split_ring_size) return std::nullopt;
  if (table.size() < pieces.size() * sizeof(Descriptor)) return std::nullopt;
  std::uint16_t next = 0;
  for (const Piece& piece : pieces) {
    std::byte* const entry = table.data() + sizeof(Descriptor) * next;
    ++next;
    ring_access::write_descriptor(entry, describe(piece, next, &piece == &pieces.back()));
  }
  const std::uint16_t head = take_free(1);
  const auto length = static_cast<std::uint32_t>(pieces.size() * sizeof(Descriptor));
  raw_set_descriptor(head, {table_guest_address, length, descriptor_flag::indirect, 0});
  publish(head);
  return head;
}

/// Takes `count` descriptors, which there are, off the free list; they stay linked by `next`.
std::uint16_t DriverRing::take_free(std::size_t count) {
  const std::uint16_t head = first_free_;
  for (std::size_t i = 0; i < count; ++i) first_free_ = entries_[first_free_].next;
  free_count_ -= count;
  entries_[head].chain_length = static_cast<std::uint16_t>(count);
  return head;
}

void DriverRing::publish(std::uint16_t head) {
  if (head < ring_.size) ++entries_[head].under_way;
  ring_access::store(ring_access::available_entry(ring_, next_available_), head,
                     std::memory_order_relaxed);
  ++next_available_;
  // Release: the descriptors and the buffers are seen by whoever sees the index (2.7.13.2).
  ring_access::store(ring_access::available_index(ring_), next_available_,
                     std::memory_order_release);
}

bool DriverRing::take_kick() {
  const std::uint16_t before = std::exchange(kicked_at_, next_available_);
  if (before == next_available_) return false;
  // The index must be seen before the device's wish is read; see SplitQueue::enable_notifications.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (options_.event_idx) {
    const auto event = ring_access::load<std::uint16_t>(ring_access::available_event(ring_),
                                                        std::memory_order_relaxed);
    return ring_access::passed_event(event, next_available_, before);
  }
  const auto flags =
      ring_access::load<std::uint16_t>(ring_access::used_flags(ring_), std::memory_order_relaxed);
  return (flags & used_no_notify) == 0;
}

std::optional<DriverRing::Used> DriverRing::take_used() {
  if (broken_ || raw_used_index() == next_used_) return std::nullopt;
  const auto id = ring_access::load<std::uint32_t>(ring_access::used_entry_id(ring_, next_used_),
                                                   std::memory_order_relaxed);
  const auto written = ring_access::load<std::uint32_t>(
      ring_access::used_entry_length(ring_, next_used_), std::memory_order_relaxed);
  // Answers beyond the requests are found here too: none of their heads is under way.
  if (id >= ring_.size || entries_[id].under_way == 0) {
    broken_ = true;
    return std::nullopt;
  }
  const auto head = static_cast<std::uint16_t>(id);
  release(head);
  ++next_used_;
  // The event index follows, or it would mean an interrupt long past (2.7.7.1).
  if (options_.event_idx) set_interrupts(interrupts_wanted_);
  return Used{head, written};
}

void DriverRing::release(std::uint16_t head) {
  --entries_[head].under_way;
  const std::uint16_t length = std::exchange(entries_[head].chain_length, std::uint16_t{0});
  if (length == 0) return;
  std::uint16_t last = head;
  for (std::uint16_t i = 1; i < length; ++i) last = entries_[last].next;
  entries_[last].next = std::exchange(first_free_, head);
  free_count_ += length;
}

bool DriverRing::set_interrupts(bool wanted) {
  interrupts_wanted_ = wanted;
  if (options_.event_idx) {
    // The index before the next is the one that takes longest to come.
    const auto event = static_cast<std::uint16_t>(wanted ? next_used_ : next_used_ - 1U);
    ring_access::store(ring_access::used_event(ring_), event, std::memory_order_relaxed);
  } else {
    const std::uint16_t flags = wanted ? std::uint16_t{0} : available_no_interrupt;
    ring_access::store(ring_access::available_flags(ring_), flags, std::memory_order_relaxed);
  }
  // The wish must be seen before the index is read; see SplitQueue::enable_notifications.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return raw_used_index() != next_used_;
}

Descriptor DriverRing::raw_descriptor(std::uint16_t index) const {
  return ring_access::read_descriptor(ring_.descriptors + sizeof(Descriptor) * index);
}

void DriverRing::raw_set_descriptor(std::uint16_t index, Descriptor descriptor) const {
  ring_access::write_descriptor(ring_.descriptors + sizeof(Descriptor) * index, descriptor);
}

void DriverRing::raw_offer(std::uint16_t head) { publish(head); }

void DriverRing::raw_set_available_index(std::uint16_t index) {
  next_available_ = index;
  ring_access::store(ring_access::available_index(ring_), index, std::memory_order_release);
}

std::uint16_t DriverRing::raw_available_index() const {
  return ring_access::load<std::uint16_t>(ring_access::available_index(ring_),
                                          std::memory_order_acquire);
}

std::uint16_t DriverRing::raw_used_index() const {
  return ring_access::load<std::uint16_t>(ring_access::used_index(ring_),
                                          std::memory_order_acquire);
}

}  // namespace vhost_device::virtio
