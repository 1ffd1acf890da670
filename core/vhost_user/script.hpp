// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "core/vhost_user/message.hpp"
#include "core/vhost_user/requests.hpp"
#include "core/virtio/refusal.hpp"

namespace vhost_device::vhost_user {

/// Requests to be sent one after the other, where later ones depend on answers to earlier ones:
///
///     while (auto request = script.next()) {
///       send(request->bytes, request->fds);
///       if (!request->expects_reply) continue;
///       if (auto refusal = script.on_reply(receive())) return refusal;
///     }
class Script {
 public:
  /// Understands the reply to `request`, or refuses it.
  using OnReply =
      std::function<std::optional<virtio::Refusal>(const OutgoingRequest&, const Message&)>;
  /// Makes a request when its turn has come; empty: not needed after all.
  using Make = std::function<std::optional<OutgoingRequest>()>;

  /// Puts a request at the end. Without `on_reply` a reply is an acknowledgement.
  void add(Make make, OnReply on_reply = answers::acknowledgement);

  /// The next request to send; empty when there are no more, or a reply was refused.
  [[nodiscard]] std::optional<OutgoingRequest> next();

  /// Takes the reply to the last request. A refusal ends the script and the connection's use.
  [[nodiscard]] std::optional<virtio::Refusal> on_reply(const Message& reply);

 private:
  struct Step {
    Make make;
    OnReply on_reply;
  };

  std::deque<Step> steps_;
  OutgoingRequest current_;
  OnReply current_on_reply_;
};

}  // namespace vhost_device::vhost_user
