// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/vhost_user/message.hpp"
#include "core/vhost_user/outcome.hpp"
#include "core/vhost_user/session.hpp"
#include "core/vhost_user/vring.hpp"
#include "core/virtio/device.hpp"
#include "core/virtio/guest_memory.hpp"

namespace vhost_device::vhost_user {

struct MessageRule;

/// What is behind `Session`. Not for others.
///
/// on_message finds the request's row (message_table.hpp) and checks the message against it, so
/// that a handler finds the payload size, the number of descriptors and the protocol feature as the
/// row has them. A handler that refuses has changed nothing and asked for no action.
class SessionState {
 public:
  SessionState(virtio::Device& device, SessionOptions options);

  [[nodiscard]] std::vector<Action> on_message(Message message);
  [[nodiscard]] Service service(std::uint16_t index);
  [[nodiscard]] bool has_requests(std::uint16_t index);
  [[nodiscard]] bool wait_for_kick(std::uint16_t index);

  // Feature negotiation: handlers_features.cpp.
  Outcome get_features(Message&);
  Outcome set_features(Message&);
  Outcome set_owner(Message&);
  Outcome reset_owner(Message&);
  Outcome get_protocol_features(Message&);
  Outcome set_protocol_features(Message&);
  Outcome get_queue_num(Message&);

  // Guest memory: handlers_memory.cpp.
  Outcome set_mem_table(Message&);
  Outcome get_max_mem_slots(Message&);
  Outcome add_mem_reg(Message&);
  Outcome rem_mem_reg(Message&);

  // Rings: handlers_vring.cpp.
  Outcome set_vring_num(Message&);
  Outcome set_vring_addr(Message&);
  Outcome set_vring_base(Message&);
  Outcome get_vring_base(Message&);
  Outcome set_vring_kick(Message&);
  Outcome set_vring_call(Message&);
  Outcome set_vring_err(Message&);
  Outcome set_vring_enable(Message&);

  // Configuration space: handlers_config.cpp.
  Outcome get_config(Message&);
  Outcome set_config(Message&);

 private:
  [[nodiscard]] Outcome dispatch(const MessageRule* rule, Message& message);
  void answer(const Header& request, const MessageRule* rule, Outcome outcome);
  void refuse(const Header& request, const MessageRule* rule, const std::string& reason);
  void acknowledge(const Header& request, std::uint64_t result);
  void send(Request request, const std::vector<std::byte>& payload);
  [[nodiscard]] bool wants_acknowledgement(const Header& request) const;

  [[nodiscard]] std::uint64_t offered_features() const;
  [[nodiscard]] std::uint64_t offered_protocol_features() const;
  /// What counts as negotiated. A front-end that outlives its back-end does not negotiate again
  /// with the next one, so until it does, that is everything offered.
  [[nodiscard]] std::uint64_t protocol_features() const;

  /// The ring that a message names; null when there is none.
  [[nodiscard]] Vring* find_vring(std::uint64_t index);
  [[nodiscard]] virtio::Refusal no_such_queue(std::uint64_t index) const;
  [[nodiscard]] std::optional<virtio::Refusal> start_vring(std::uint16_t index);
  void set_enabled(std::uint16_t index, bool enabled);
  void memory_changed();

  virtio::Device& device_;
  const SessionOptions options_;
  std::optional<std::uint64_t> features_;           // of the last SET_FEATURES
  std::optional<std::uint64_t> protocol_features_;  // of the last SET_PROTOCOL_FEATURES
  virtio::GuestMemory memory_;                      // outlives the queues in vrings_
  std::vector<Vring> vrings_;
  std::vector<Action> actions_;  // what the message at hand asks for
};

}  // namespace vhost_device::vhost_user
