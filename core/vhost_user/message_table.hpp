// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/vhost_user/message.hpp"
#include "core/vhost_user/outcome.hpp"
#include "core/virtio/refusal.hpp"

namespace vhost_device::vhost_user {

class SessionState;

/// What can be said of a request before anybody looks into its payload. One row for each request
/// that is served; adding one is adding a row and its handler.
struct MessageRule {
  struct Range {
    std::size_t least = 0;
    std::size_t most = 0;
  };

  Request request{};
  Range payload;                       ///< In bytes.
  Range fds;                           ///< How many file descriptors come along.
  std::uint64_t protocol_feature = 0;  ///< The one that has to be negotiated; 0: none.
  bool has_reply = false;              ///< It is answered whether or not NEED_REPLY is set.
  Outcome (SessionState::*handler)(Message&) = nullptr;
};

/// All rows, in the order of the requests' numbers.
[[nodiscard]] std::span<const MessageRule> message_table();

/// The row for a request; null when it is not served.
[[nodiscard]] const MessageRule* find_rule(Request request);

/// Whether `message` fits its row: payload size and number of descriptors in their ranges, the
/// feature among `protocol_features`.
[[nodiscard]] std::optional<virtio::Refusal> check(const MessageRule& rule, const Message& message,
                                                   std::uint64_t protocol_features);

}  // namespace vhost_device::vhost_user
