// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/front_end.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "core/virtio/packed_queue.hpp"

namespace vhost_device::vhost_user {
namespace {

bool same_place(const virtio::MemoryRegion& a, const virtio::MemoryRegion& b) {
  return a.guest_address == b.guest_address && a.size == b.size && a.user_address == b.user_address;
}

/// Hands what `parse` finds in a reply to `use`.
template <typename T>
Script::OnReply understand(Answer<T> (*parse)(const OutgoingRequest&, const Message&),
                           std::function<std::optional<virtio::Refusal>(T)> use) {
  return [parse, use = std::move(use)](const OutgoingRequest& request, const Message& reply) {
    const Answer<T> answer = parse(request, reply);
    const auto* const refusal = std::get_if<virtio::Refusal>(&answer);
    return refusal != nullptr ? *refusal : use(std::get<T>(answer));
  };
}

std::optional<virtio::Refusal> accept() { return std::nullopt; }

/// A step that is always taken.
Script::Make always(OutgoingRequest request) {
  return [request = std::move(request)] { return request; };
}

}  // namespace

FrontEnd::FrontEnd(std::vector<QueueFds> queues, Options options)
    : queues_(std::move(queues)), options_(options), bases_(queues_.size()) {
  assert(queues_.size() <= vring_file::index_mask + 1);
}

std::uint64_t FrontEnd::features() const {
  return offered_features_ & options_.features & ~feature_protocol_features;
}

bool FrontEnd::has_protocol_features() const {
  return (offered_features_ & feature_protocol_features) != 0;
}

bool FrontEnd::has_queue_number() const { return (protocol_features_ & protocol_feature::mq) != 0; }

bool FrontEnd::has_memory_slots() const {
  return (protocol_features_ & protocol_feature::configure_mem_slots) != 0;
}

OutgoingRequest FrontEnd::acknowledged(OutgoingRequest request) const {
  if ((protocol_features_ & protocol_feature::reply_ack) == 0) return request;
  return requests::with_acknowledgement(std::move(request));
}

void FrontEnd::reset() { std::fill(bases_.begin(), bases_.end(), std::nullopt); }

bool FrontEnd::has_packed_rings() const { return (features() & virtio::feature::ring_packed) != 0; }

std::uint32_t FrontEnd::base(std::uint16_t index) const {
  const std::uint32_t first = has_packed_rings() ? virtio::PackedQueue::first_base : 0;
  return bases_.at(index).value_or(first);
}

void FrontEnd::ask(Script& script, bool (FrontEnd::*needed)() const, OutgoingRequest (*make)(),
                   Use<std::uint64_t> use) {
  script.add(
      [this, needed, make]() -> std::optional<OutgoingRequest> {
        if (!(this->*needed)()) return std::nullopt;
        return make();
      },
      understand<std::uint64_t>(answers::u64, std::move(use)));
}

Script FrontEnd::connect() {
  offered_features_ = 0;
  protocol_features_ = 0;
  max_memory_regions_ = max_memory_table_regions;
  sent_.clear();

  Script script;
  const auto take_features = [this](std::uint64_t offered) {
    offered_features_ = offered;
    return accept();
  };
  script.add(always(requests::get_features()),
             understand<std::uint64_t>(answers::u64, take_features));
  add_protocol_negotiation(script);
  script.add(always(requests::set_owner()));
  script.add(always(requests::get_features()),
             understand<std::uint64_t>(answers::u64, take_features));
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    const auto index = static_cast<std::uint8_t>(i);
    script.add(always(requests::set_vring_call(index, queues_[i].call)));
    script.add(always(requests::set_vring_err(index, queues_[i].error)));
  }
  return script;
}

void FrontEnd::add_protocol_negotiation(Script& script) {
  ask(script, &FrontEnd::has_protocol_features, requests::get_protocol_features,
      [this](std::uint64_t offered) {
        protocol_features_ = offered & options_.protocol_features;
        return accept();
      });
  script.add([this]() -> std::optional<OutgoingRequest> {
    if (!has_protocol_features()) return std::nullopt;
    return requests::set_protocol_features(protocol_features_);
  });
  ask(script, &FrontEnd::has_queue_number, requests::get_queue_num,
      [this](std::uint64_t count) -> std::optional<virtio::Refusal> {
        if (count >= queues_.size()) return accept();
        return virtio::Refusal{"the back-end has " + std::to_string(count) + " queues, " +
                               std::to_string(queues_.size()) + " are needed"};
      });
  ask(script, &FrontEnd::has_memory_slots, requests::get_max_mem_slots,
      [this](std::uint64_t count) {
        max_memory_regions_ = count;
        return accept();
      });
}

Script FrontEnd::start(std::vector<SharedRegion> memory, std::vector<Ring> rings) {
  assert(rings.size() == queues_.size());
  Script script;
  if (options_.order == Order::qemu_7_2) add_calls(script);
  script.add(
      always(requests::set_features(features() | (offered_features_ & feature_protocol_features))));
  add_memory(script, std::move(memory));
  for (std::size_t index = 0; index < rings.size(); ++index) {
    add_ring(script, static_cast<std::uint8_t>(index), rings[index]);
  }
  add_enable(script, true);
  add_calls(script);
  return script;
}

void FrontEnd::add_calls(Script& script) {
  for (std::size_t index = 0; index < queues_.size(); ++index) {
    script.add(
        always(requests::set_vring_call(static_cast<std::uint8_t>(index), queues_[index].call)));
  }
}

void FrontEnd::add_ring(Script& script, std::uint8_t index, const Ring& ring) {
  script.add(always(requests::set_vring_num(index, ring.size)));
  script.add(always(requests::set_vring_base(index, base(index))));
  script.add(always(requests::set_vring_addr({.index = index,
                                              .flags = 0,
                                              .descriptors = ring.descriptors,
                                              .used = ring.used,
                                              .available = ring.available,
                                              .log = 0})));
  script.add(always(requests::set_vring_kick(index, queues_[index].kick)));
  if (options_.order == Order::qemu_10) {
    script.add(always(requests::set_vring_call(index, queues_[index].call)));
  }
}

void FrontEnd::add_enable(Script& script, bool enabled) {
  if (!has_protocol_features()) return;
  for (std::size_t index = 0; index < queues_.size(); ++index) {
    OutgoingRequest request =
        requests::set_vring_enable(static_cast<std::uint32_t>(index), enabled);
    if (options_.order == Order::qemu_10) request = acknowledged(std::move(request));
    script.add(always(std::move(request)));
  }
}

Script FrontEnd::change_memory(std::vector<SharedRegion> memory) {
  Script script;
  add_memory(script, std::move(memory));
  return script;
}

void FrontEnd::add_memory(Script& script, std::vector<SharedRegion> memory) {
  if (!has_memory_slots()) {
    script.add(always(acknowledged(requests::set_mem_table(memory))));
    return;
  }
  // As QEMU does: the back-end keeps what has not changed, and what is gone goes first.
  std::vector<virtio::MemoryRegion> kept;
  for (const virtio::MemoryRegion& old : sent_) {
    const bool stays =
        std::any_of(memory.begin(), memory.end(),
                    [&old](const SharedRegion& shared) { return same_place(old, shared.region); });
    if (stays) {
      kept.push_back(old);
    } else {
      script.add(always(acknowledged(requests::rem_mem_reg(old))));
    }
  }
  for (const SharedRegion& shared : memory) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&shared](const auto& old) {
      return same_place(old, shared.region);
    });
    if (known) continue;
    script.add(always(acknowledged(requests::add_mem_reg(shared))));
    kept.push_back(shared.region);
  }
  sent_ = std::move(kept);
}

std::optional<virtio::Refusal> FrontEnd::take_base(std::size_t index, std::uint32_t base) {
  if (!has_packed_rings() && base > UINT16_MAX) {
    return virtio::Refusal{"the back-end stopped a split ring at " + std::to_string(base)};
  }
  bases_[index] = base;
  return accept();
}

Script FrontEnd::stop() {
  Script script;
  add_enable(script, false);
  for (std::size_t index = 0; index < queues_.size(); ++index) {
    script.add(always(requests::get_vring_base(static_cast<std::uint32_t>(index))),
               understand<std::uint32_t>(answers::vring_base, [this, index](std::uint32_t base) {
                 return take_base(index, base);
               }));
  }
  if (options_.order == Order::qemu_7_2) add_calls(script);
  return script;
}

}  // namespace vhost_device::vhost_user
