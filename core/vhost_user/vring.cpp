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

using virtio::Refusal;
using virtio::SplitQueue;
using virtio::SplitRing;

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

std::optional<Refusal> Vring::set_size(std::uint32_t size) {
  if (started()) return started_already("the size");
  if (auto refusal = SplitQueue::check_layout(size, {})) return refusal;
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
    SplitRing ring;
    if (auto refusal = translate(changed, memory, ring)) return refusal;
    queue_->rebase(ring);
    lost_ = false;
  }
  setup_ = changed;
  has_addresses_ = true;
  return std::nullopt;
}

std::optional<Refusal> Vring::set_base(std::uint32_t base) {
  if (started()) return started_already("the base");
  if (base > std::numeric_limits<std::uint16_t>::max()) {
    return Refusal{"a base of " + std::to_string(base) + ", expected at most 65535"};
  }
  setup_.base = static_cast<std::uint16_t>(base);
  return std::nullopt;
}

std::optional<Refusal> Vring::translate(const Setup& setup, const virtio::GuestMemory& memory,
                                        SplitRing& ring) {
  struct Area {
    const char* name;
    std::uint64_t address;
    std::size_t size;
    std::byte** place;
  };
  ring.size = setup.size;
  const std::array areas{
      Area{"descriptor table", setup.descriptors, SplitRing::descriptors_bytes(setup.size),
           &ring.descriptors},
      Area{"available ring", setup.available, SplitRing::available_bytes(setup.size),
           &ring.available},
      Area{"used ring", setup.used, SplitRing::used_bytes(setup.size), &ring.used},
  };
  // Of the front-end's addresses first, so that the reason names what it sent.
  if (auto refusal =
          SplitQueue::check_layout(setup.size, {setup.descriptors, setup.available, setup.used})) {
    return refusal;
  }
  for (const Area& area : areas) {
    *area.place = memory.at_user_address(area.address, area.size);
    if (*area.place == nullptr) return not_in_memory(area.name, area.address, area.size);
  }
  return SplitQueue::check_layout(ring);
}

std::optional<Refusal> Vring::start(const virtio::GuestMemory& memory, std::uint64_t features) {
  assert(!started());
  if (setup_.size == 0) return Refusal{"VHOST_USER_SET_VRING_NUM has to come first"};
  if (!has_addresses_) return Refusal{"VHOST_USER_SET_VRING_ADDR has to come first"};
  SplitRing ring;
  if (auto refusal = translate(setup_, memory, ring)) return refusal;

  setup_.features = features;
  resumed_ = setup_.base != 0 && left_ == setup_;
  lost_ = false;
  queue_.emplace(
      memory, ring,
      SplitQueue::Features{.indirect = (features & virtio::feature::indirect_descriptors) != 0,
                           .event_idx = (features & virtio::feature::event_idx) != 0},
      setup_.base);
  return std::nullopt;
}

std::uint16_t Vring::stop() {
  if (started()) {
    setup_.base = static_cast<std::uint16_t>(queue_->base());
    left_ = setup_;
    queue_.reset();
  }
  return setup_.base;
}

void Vring::stop_broken() {
  stop();
  left_.reset();
}

void Vring::repeat_interrupt() {
  if (started()) queue_->repeat_interrupt();
}

Vring::Move Vring::memory_changed(const virtio::GuestMemory& memory) {
  if (!started()) return Move::none;
  SplitRing ring;
  const bool now_lost = translate(setup_, memory, ring).has_value();
  // A lost ring keeps its stale pointers, which nobody follows: `rebase` to none would break it.
  if (!now_lost) queue_->rebase(ring);
  const bool was_lost = lost_;
  lost_ = now_lost;
  if (was_lost == now_lost) return Move::none;
  return now_lost ? Move::lost : Move::found;
}

SplitQueue* Vring::serviceable() { return started() && enabled_ && !lost_ ? &*queue_ : nullptr; }

}  // namespace vhost_device::vhost_user
