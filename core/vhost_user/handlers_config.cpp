// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <string>

#include "core/vhost_user/payload.hpp"
#include "core/vhost_user/session_state.hpp"

namespace vhost_device::vhost_user {
namespace {

std::optional<virtio::Refusal> check_size(const ConfigHeader& header, const Message& message) {
  const std::size_t carried = message.payload.size() - sizeof header;
  if (carried == header.size) return std::nullopt;
  return virtio::Refusal{std::to_string(carried) + " bytes of configuration space carried, " +
                         std::to_string(header.size) + " announced"};
}

std::optional<virtio::Refusal> check_range(const ConfigHeader& header, std::size_t config_size) {
  if (header.offset <= config_size && header.size <= config_size - header.offset) {
    return std::nullopt;
  }
  return virtio::Refusal{std::to_string(header.size) + " bytes at offset " +
                         std::to_string(header.offset) + " of a configuration space of " +
                         std::to_string(config_size) + " bytes"};
}

}  // namespace

Outcome SessionState::get_config(Message& message) {
  const auto header = read<ConfigHeader>(message.payload);
  if (auto refusal = check_size(header, message)) return *std::move(refusal);
  if (const auto refusal = check_range(header, device_.config_size())) {
    // An empty payload is how this request fails.
    actions_.emplace_back(action::Warn{name(message.header.request) + ": " + refusal->reason});
    return Reply{};
  }
  Reply reply;
  append(reply.payload, header);
  reply.payload.resize(sizeof header + header.size);
  device_.read_config(header.offset, std::span(reply.payload).subspan(sizeof header));
  return reply;
}

Outcome SessionState::set_config(Message& message) {
  const auto header = read<ConfigHeader>(message.payload);
  if (auto refusal = check_size(header, message)) return *std::move(refusal);
  if (auto refusal = check_range(header, device_.config_size())) return *std::move(refusal);
  if (header.flags != config_flag_writable) {
    return virtio::Refusal{"flags " + std::to_string(header.flags) +
                           ", expected 0: migration is not served"};
  }
  const auto bytes = std::span(message.payload).subspan(sizeof header);
  if (auto refusal = device_.write_config(header.offset, bytes)) return *std::move(refusal);
  return Accepted{};
}

}  // namespace vhost_device::vhost_user
