// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/vring.hpp"

#include <array>
#include <cassert>
#include <cinttypes>
#include <cstdio>
#include <limits>
#include <string>

#include "core/virtio/features.hpp"

namespace vhost_device::vhost_user {
namespace {

using virtio::PackedQueue;
using virtio::PackedRing;
using virtio::Refusal;
using virtio::SplitQueue;
using virtio::SplitRing;

bool is_packed(std::uint64_t features) { return (features & virtio::feature::ring_packed) != 0; }

std::uint32_t first_base(std::uint64_t features) {
  return is_packed(features) ? PackedQueue::first_base : 0;
}

Refusal not_in_memory(const char* area, std::uint64_t address, std::size_t size) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(),
                "the %s of %zu bytes at user address 0x%" PRIx64 " is not in one memory region",
                area, size, address);
  return Refusal{text.data()};
}

Refusal started_already(const char* what) {
  return Refusal{std::string(what) + " of a started ring cannot change; stop it first"};
}

}  // namespace

std::optional<Refusal> Vring::set_size(std::uint32_t size, std::uint64_t features) {
  if (started()) return started_already("the size");
  if (auto refusal = is_packed(features) ? PackedQueue::check_layout(size, {})
                                         : SplitQueue::check_layout(size, {})) {
    return refusal;
  }
  setup_.size = static_cast<std::uint16_t>(size);
  return std::nullopt;
}

std::optional<Refusal> Vring::set_addresses(const VringAddress& addresses,
                                            const virtio::GuestMemory& memory) {
  if (addresses.flags != 0) {
    return Refusal{"vring flags " + std::to_string(addresses.flags) +
                   "; logging is not offered, so 0 was expected"};
  }
  Setup changed = setup_;
  changed.descriptors = addresses.descriptors;
  changed.available = addresses.available;
  changed.used = addresses.used;
  if (started()) {
    const Found ring = find(changed, memory);
    if (const auto* refusal = std::get_if<Refusal>(&ring)) return *refusal;
    rebase(ring);
    lost_ = false;
  }
  setup_ = changed;
  has_addresses_ = true;
  return std::nullopt;
}

std::optional<Refusal> Vring::set_base(std::uint32_t base, std::uint64_t features) {
  if (started()) return started_already("the base");
  if (!is_packed(features) && base > std::numeric_limits<std::uint16_t>::max()) {
    return Refusal{"a base of " + std::to_string(base) + ", expected at most 65535"};
  }
  setup_.base = base;
  return std::nullopt;
}

Vring::Found Vring::find(const Setup& setup, const virtio::GuestMemory& memory) {
  struct Area {
    const char* name;
    std::uint64_t address;
    std::size_t size;
    std::byte* place = nullptr;
  };
  const std::uint16_t size = setup.size;
  const bool packed = is_packed(setup.features);
  auto areas =
      packed
          ? std::array{Area{"descriptor ring", setup.descriptors,
                            PackedRing::descriptors_bytes(size)},
                       Area{"driver event suppression", setup.available, PackedRing::event_bytes},
                       Area{"device event suppression", setup.used, PackedRing::event_bytes}}
          : std::array{
                Area{"descriptor table", setup.descriptors, SplitRing::descriptors_bytes(size)},
                Area{"available ring", setup.available, SplitRing::available_bytes(size)},
                Area{"used ring", setup.used, SplitRing::used_bytes(size)}};
  // Of the front-end's addresses first, so that the reason names what it sent.
  if (auto refusal =
          packed
              ? PackedQueue::check_layout(size, {setup.descriptors, setup.available, setup.used})
              : SplitQueue::check_layout(size, {setup.descriptors, setup.available, setup.used})) {
    return *std::move(refusal);
  }
  for (Area& area : areas) {
    area.place = memory.at_user_address(area.address, area.size);
    if (area.place == nullptr) return not_in_memory(area.name, area.address, area.size);
  }
  // And of what they are here: see SplitQueue::check_layout.
  if (packed) {
    const PackedRing ring{size, areas[0].place, areas[1].place, areas[2].place};
    if (auto refusal = PackedQueue::check_layout(ring)) return *std::move(refusal);
    return ring;
  }
  const SplitRing ring{size, areas[0].place, areas[1].place, areas[2].place};
  if (auto refusal = SplitQueue::check_layout(ring)) return *std::move(refusal);
  return ring;
}

std::optional<Refusal> Vring::start(const virtio::GuestMemory& memory, std::uint64_t features) {
  assert(!started());
  if (setup_.size == 0) return Refusal{"VHOST_USER_SET_VRING_NUM has to come first"};
  if (!has_addresses_) return Refusal{"VHOST_USER_SET_VRING_ADDR has to come first"};
  Setup setup = setup_;
  setup.features = features;
  const std::uint32_t base = setup.base.value_or(first_base(features));
  setup.base = base;
  const Found found = find(setup, memory);
  if (const auto* refusal = std::get_if<Refusal>(&found)) return *refusal;
  const bool indirect = (features & virtio::feature::indirect_descriptors) != 0;
  const bool event_idx = (features & virtio::feature::event_idx) != 0;
  if (const auto* packed = std::get_if<PackedRing>(&found)) {
    if (auto refusal = PackedQueue::check_base(base, setup.size)) return refusal;
    queue_.emplace<PackedQueue>(
        memory, *packed, PackedQueue::Features{.indirect = indirect, .event_idx = event_idx}, base);
  } else {
    queue_.emplace<SplitQueue>(memory, std::get<SplitRing>(found),
                               SplitQueue::Features{.indirect = indirect, .event_idx = event_idx},
                               static_cast<std::uint16_t>(base));
  }
  resumed_ = base != first_base(features) && left_ == setup;
  setup_ = setup;
  lost_ = false;
  return std::nullopt;
}

std::uint32_t Vring::stop() {
  if (started()) {
    // Whoever serves the ring next need not know that kicks were switched off.
    if (!lost_) static_cast<void>(queue()->enable_notifications());
    setup_.base = queue()->base();
    left_ = setup_;
    queue_.emplace<std::monostate>();
  }
  return setup_.base.value_or(0);
}

virtio::Queue* Vring::queue() {
  if (auto* split = std::get_if<SplitQueue>(&queue_)) return split;
  return std::get_if<PackedQueue>(&queue_);
}

const virtio::Queue* Vring::queue() const {
  if (const auto* split = std::get_if<SplitQueue>(&queue_)) return split;
  return std::get_if<PackedQueue>(&queue_);
}

// Features do not change while a ring is started, and so its format does not.
void Vring::rebase(const Found& ring) {
  if (auto* split = std::get_if<SplitQueue>(&queue_)) {
    split->rebase(std::get<SplitRing>(ring));
  } else {
    std::get<PackedQueue>(queue_).rebase(std::get<PackedRing>(ring));
  }
}

void Vring::stop_broken() {
  stop();
  left_.reset();
}

void Vring::repeat_interrupt() {
  if (started()) queue()->repeat_interrupt();
}

Vring::Move Vring::memory_changed(const virtio::GuestMemory& memory) {
  if (!started()) return Move::none;
  const Found ring = find(setup_, memory);
  const bool now_lost = std::holds_alternative<Refusal>(ring);
  // A lost ring keeps its stale pointers, which nobody follows: `rebase` to none would break it.
  if (!now_lost) rebase(ring);
  const bool was_lost = lost_;
  lost_ = now_lost;
  if (was_lost == now_lost) return Move::none;
  return now_lost ? Move::lost : Move::found;
}

virtio::Queue* Vring::serviceable() { return enabled_ && !lost_ ? queue() : nullptr; }

}  // namespace vhost_device::vhost_user
