// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <array>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <utility>

#include "core/vhost_user/payload.hpp"
#include "core/vhost_user/session_state.hpp"
#include "core/virtio/features.hpp"

namespace vhost_device::vhost_user {
namespace {

Reply reply_u64(std::uint64_t value) {
  Reply reply;
  append(reply.payload, value);
  return reply;
}

/// "features 0x500000000: not offered were bits 34"
std::string describe_unoffered(std::uint64_t bits, std::uint64_t unoffered) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "features 0x%" PRIx64 ": not offered were bits", bits);
  std::string description(text.data());
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((unoffered >> bit & 1U) != 0) description += " " + std::to_string(bit);
  }
  return description;
}

}  // namespace

std::uint64_t SessionState::offered_features() const {
  const std::uint64_t packed = options_.packed_ring ? virtio::feature::ring_packed : 0;
  return device_.features() | virtio::feature::transport | packed | feature_protocol_features;
}

std::uint64_t SessionState::offered_protocol_features() const {
  const std::uint64_t config = device_.config_size() > 0 ? protocol_feature::config : 0;
  const std::uint64_t slots = options_.memory_slots ? protocol_feature::configure_mem_slots : 0;
  return protocol_feature::mq | protocol_feature::reply_ack | slots | config;
}

std::uint64_t SessionState::protocol_features() const {
  return protocol_features_.value_or(offered_protocol_features());
}

Outcome SessionState::get_features(Message&) { return reply_u64(offered_features()); }

// Front-ends set features before there is a driver, too (bit 30 alone, for example). Bits without
// VERSION_1 are therefore taken as no driver's: the device is not asked, and no ring can start.
// Every driver that we serve accepts VERSION_1 (VIRTIO 1.3, 6.1).
Outcome SessionState::set_features(Message& message) {
  const auto features = read<std::uint64_t>(message.payload);
  const std::uint64_t unoffered = features & ~offered_features();
  if (unoffered != 0) {
    std::string reason = describe_unoffered(features, unoffered);
    // QEMU lets the driver accept this one whoever offers it.
    if ((unoffered & virtio::feature::ring_packed) != 0) {
      reason += "; give the device packed=off where a back-end may be restarted";
    }
    return Fatal{std::move(reason)};
  }

  const std::uint64_t driver_features = features & ~feature_protocol_features;
  const bool changed = features_ && (*features_ & ~feature_protocol_features) != driver_features;
  for (const Vring& vring : vrings_) {
    if (changed && vring.started()) return Fatal{"features changed while a ring is started"};
  }
  if ((features & virtio::feature::version_1) != 0) {
    if (auto refusal = device_.check_features(driver_features)) return Fatal{refusal->reason};
  }
  features_ = features;
  if ((features & feature_protocol_features) == 0) {
    for (std::size_t index = 0; index < vrings_.size(); ++index) {
      set_enabled(static_cast<std::uint16_t>(index), true);
    }
  }
  return Accepted{};
}

Outcome SessionState::set_owner(Message&) { return Accepted{}; }

// Deprecated; the specification recommends to ignore it or to disable all rings.
Outcome SessionState::reset_owner(Message&) {
  for (std::size_t index = 0; index < vrings_.size(); ++index) {
    set_enabled(static_cast<std::uint16_t>(index), false);
  }
  return Accepted{};
}

Outcome SessionState::get_protocol_features(Message&) {
  return reply_u64(offered_protocol_features());
}

Outcome SessionState::set_protocol_features(Message& message) {
  const auto features = read<std::uint64_t>(message.payload);
  const std::uint64_t unoffered = features & ~offered_protocol_features();
  if (unoffered != 0) return virtio::Refusal{describe_unoffered(features, unoffered)};
  protocol_features_ = features;
  return Accepted{};
}

Outcome SessionState::get_queue_num(Message&) { return reply_u64(vrings_.size()); }

}  // namespace vhost_device::vhost_user
