// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/vhost_user/message.hpp"
#include "core/virtio/refusal.hpp"

namespace vhost_device::vhost_user {

/// Puts messages together from what a stream socket delivers, in pieces of any size.
///
/// The caller reads at most `wanted()` bytes at a time, so that the descriptors of the next message
/// never arrive with the end of this one, and takes a message as soon as it is whole.
class Decoder {
 public:
  /// How many bytes are missing: first from the header, then from the payload. Zero only while a
  /// whole message waits for `take`.
  [[nodiscard]] std::size_t wanted() const;

  /// Takes bytes (at most `wanted()`) and the descriptors that came with them.
  ///
  /// Refused, after which the connection is of no use: a protocol version other than 1, a payload
  /// over `max_payload`, more than `max_fds` descriptors. The descriptors are closed.
  [[nodiscard]] std::optional<virtio::Refusal> feed(std::span<const std::byte> bytes,
                                                    std::vector<support::UniqueFd> fds);

  /// The message, once it is whole.
  [[nodiscard]] std::optional<Message> take();

  /// True when the peer may leave here without having cut a message short.
  [[nodiscard]] bool between_messages() const { return received_ == 0; }

 private:
  [[nodiscard]] std::optional<virtio::Refusal> begin_payload();
  [[nodiscard]] bool whole() const;

  Message message_;
  std::size_t received_ = 0;  // of header and payload together
};

}  // namespace vhost_device::vhost_user
