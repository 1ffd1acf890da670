// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <string>
#include <utility>

#include "core/vhost_user/payload.hpp"
#include "core/vhost_user/session_state.hpp"
#include "core/virtio/features.hpp"

namespace vhost_device::vhost_user {
namespace {

/// What SET_VRING_KICK, SET_VRING_CALL and SET_VRING_ERR have in common.
struct VringFile {
  std::uint64_t index = 0;
  support::UniqueFd fd;  // empty: the front-end sent none, and says so
  std::optional<virtio::Refusal> refusal;
};

VringFile read_vring_file(Message& message) {
  const auto payload = read<std::uint64_t>(message.payload);
  VringFile file{.index = payload & vring_file::index_mask, .fd = {}, .refusal = {}};
  if ((payload & ~(vring_file::index_mask | vring_file::no_fd)) != 0) {
    file.refusal = virtio::Refusal{std::to_string(payload) + " has bits set above bit 8"};
    return file;
  }
  const bool expects_fd = (payload & vring_file::no_fd) == 0;
  if (expects_fd != !message.fds.empty()) {
    file.refusal = virtio::Refusal{expects_fd ? "a file descriptor is missing"
                                              : "a file descriptor came along with bit 8 set"};
    return file;
  }
  if (expects_fd) file.fd = std::move(message.fds.front());
  return file;
}

Outcome to_outcome(std::optional<virtio::Refusal> refusal) {
  if (refusal) return *std::move(refusal);
  return Accepted{};
}

}  // namespace

Vring* SessionState::find_vring(std::uint64_t index) {
  return index < vrings_.size() ? &vrings_[index] : nullptr;
}

virtio::Refusal SessionState::no_such_queue(std::uint64_t index) const {
  return virtio::Refusal{"there is no queue " + std::to_string(index) + "; the device has " +
                         std::to_string(vrings_.size())};
}

Outcome SessionState::set_vring_num(Message& message) {
  const auto state = read<VringState>(message.payload);
  Vring* const vring = find_vring(state.index);
  return vring != nullptr ? to_outcome(vring->set_size(state.num, features_.value_or(0)))
                          : no_such_queue(state.index);
}

Outcome SessionState::set_vring_addr(Message& message) {
  const auto addresses = read<VringAddress>(message.payload);
  Vring* const vring = find_vring(addresses.index);
  if (vring == nullptr) return no_such_queue(addresses.index);
  if (auto refusal = vring->set_addresses(addresses, memory_)) return *std::move(refusal);
  if (vring->started()) {
    actions_.emplace_back(action::ServiceQueue{static_cast<std::uint16_t>(addresses.index)});
  }
  return Accepted{};
}

Outcome SessionState::set_vring_base(Message& message) {
  const auto state = read<VringState>(message.payload);
  Vring* const vring = find_vring(state.index);
  return vring != nullptr ? to_outcome(vring->set_base(state.num, features_.value_or(0)))
                          : no_such_queue(state.index);
}

Outcome SessionState::get_vring_base(Message& message) {
  const auto state = read<VringState>(message.payload);
  Vring* const vring = find_vring(state.index);
  if (vring == nullptr) return no_such_queue(state.index);
  actions_.emplace_back(action::SetKick{static_cast<std::uint16_t>(state.index), {}});
  Reply reply;
  append(reply.payload, VringState{state.index, vring->stop()});
  return reply;
}

// The specification has a ring start when its kick is first signalled, front-ends and back-ends
// have it start with this message: a guest may have been kicking before.
Outcome SessionState::set_vring_kick(Message& message) {
  VringFile file = read_vring_file(message);
  if (file.refusal) return *std::move(file.refusal);
  Vring* const vring = find_vring(file.index);
  if (vring == nullptr) return no_such_queue(file.index);
  if (!file.fd) {
    return virtio::Refusal{
        "no file descriptor: polling a ring instead of being kicked is not served"};
  }
  const auto index = static_cast<std::uint16_t>(file.index);
  if (!vring->started()) {
    if (auto refusal = start_vring(index)) return *std::move(refusal);
  }
  actions_.emplace_back(action::SetKick{index, std::move(file.fd)});
  if (vring->enabled()) actions_.emplace_back(action::ServiceQueue{index});
  return Accepted{};
}

std::optional<virtio::Refusal> SessionState::start_vring(std::uint16_t index) {
  const std::uint64_t features = features_.value_or(0);
  if ((features & virtio::feature::version_1) == 0) {
    return virtio::Refusal{
        "queue " + std::to_string(index) +
        " cannot start: no driver has accepted VIRTIO_F_VERSION_1 (feature bit 32)"};
  }
  Vring& vring = vrings_[index];
  if (auto refusal = vring.start(memory_, features & ~feature_protocol_features)) {
    refusal->reason = "queue " + std::to_string(index) + " cannot start: " + refusal->reason;
    return refusal;
  }
  device_.queue_started(index, vring.resumed());
  return std::nullopt;
}

// QEMU starts a ring with a descriptor of its own and gives the guest's only then. Where it takes a
// running guest over, as from a back-end that ended, what the first one was told is lost.
Outcome SessionState::set_vring_call(Message& message) {
  VringFile file = read_vring_file(message);
  if (file.refusal) return *std::move(file.refusal);
  Vring* const vring = find_vring(file.index);
  if (vring == nullptr) return no_such_queue(file.index);
  const auto index = static_cast<std::uint16_t>(file.index);
  const bool has_file = static_cast<bool>(file.fd);
  actions_.emplace_back(action::SetCall{index, std::move(file.fd)});
  if (has_file && vring->started()) {
    vring->repeat_interrupt();
    if (vring->enabled()) actions_.emplace_back(action::ServiceQueue{index});
  }
  return Accepted{};
}

Outcome SessionState::set_vring_err(Message& message) {
  VringFile file = read_vring_file(message);
  if (file.refusal) return *std::move(file.refusal);
  if (find_vring(file.index) == nullptr) return no_such_queue(file.index);
  actions_.emplace_back(
      action::SetError{static_cast<std::uint16_t>(file.index), std::move(file.fd)});
  return Accepted{};
}

Outcome SessionState::set_vring_enable(Message& message) {
  const auto state = read<VringState>(message.payload);
  if (find_vring(state.index) == nullptr) return no_such_queue(state.index);
  if (features_ && (*features_ & feature_protocol_features) == 0) {
    return virtio::Refusal{
        "VHOST_USER_F_PROTOCOL_FEATURES (feature bit 30) was not negotiated, so rings are always "
        "enabled"};
  }
  if (state.num > 1) {
    return virtio::Refusal{"a state of " + std::to_string(state.num) +
                           ", expected 0 (disabled) or 1 (enabled)"};
  }
  set_enabled(static_cast<std::uint16_t>(state.index), state.num == 1);
  return Accepted{};
}

// Kicks that came while the ring was disabled have been and gone.
void SessionState::set_enabled(std::uint16_t index, bool enabled) {
  Vring& vring = vrings_[index];
  const bool was_enabled = vring.enabled();
  vring.set_enabled(enabled);
  if (enabled && !was_enabled && vring.started()) {
    actions_.emplace_back(action::ServiceQueue{index});
  }
}

}  // namespace vhost_device::vhost_user
