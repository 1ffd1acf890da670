// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/vhost_user/message.hpp"
#include "core/virtio/device.hpp"
#include "core/virtio/guest_memory.hpp"

namespace vhost_device::vhost_user {

class SessionState;

/// What the owner of the connection has to do, in this order. The session itself does no I/O.
namespace action {

/// Send these bytes to the front-end.
struct Send {
  std::vector<std::byte> bytes;
};

/// From now on a readable `fd` means that queue `index` wants service. An empty fd: stop watching
/// and close the one before.
struct SetKick {
  std::uint16_t index;
  support::UniqueFd fd;
};

/// Signal this fd when `Service::interrupt` is set: an eventfd, a pipe or a socket. Empty: none.
struct SetCall {
  std::uint16_t index;
  support::UniqueFd fd;
};

/// Signal this fd when `Service::error` is set. Empty: none.
struct SetError {
  std::uint16_t index;
  support::UniqueFd fd;
};

/// Call `service(index)` soon: requests may be waiting for which the kick has been and gone.
struct ServiceQueue {
  std::uint16_t index;
};

/// Worth a line in the log at the level of a warning.
struct Warn {
  std::string text;
};

/// Close the connection; the reason names the message, the value and what was expected.
struct Close {
  std::string reason;
};

}  // namespace action

using Action = std::variant<action::Send, action::SetKick, action::SetCall, action::SetError,
                            action::ServiceQueue, action::Warn, action::Close>;

/// What serving a queue calls for.
struct Service {
  bool interrupt = false;  ///< Signal the queue's call fd.
  bool more = false;  ///< Requests are waiting still: call `service` again, after other events.
  std::string error;  ///< Not empty once, when the queue broke: log it, signal the error fd.
};

/// What a session offers to its front-end.
struct SessionOptions {
  /// CONFIGURE_MEM_SLOTS: memory region by region, up to 509 of them, instead of in one table of up
  /// to 8. A front-end remembers the regions that it has sent. QEMU 7.2 does so beyond the end of
  /// the connection, and does not send them to the next back-end: where one back-end is to take
  /// over from another without the front-end starting anew, this must be off.
  bool memory_slots = true;
  /// VIRTIO_F_RING_PACKED. When a back-end ends without being asked where its rings are, QEMU finds
  /// that out for the next one from a split ring's used index. A packed ring has none in memory:
  /// QEMU starts the next one where it had started the first, and what was answered since would be
  /// taken for new. Off where one back-end is to take over from another.
  bool packed_ring = true;
};

/// The back-end's side of one vhost-user connection: a state machine, an event in, actions out.
///
/// Every message that is not understood, has the wrong size, carries the wrong number of
/// descriptors, or comes at a time when it cannot be served is refused: answered with a failure
/// when the front-end asked for an answer (NEED_REPLY with REPLY_ACK), and otherwise by closing the
/// connection. Nothing is ever ignored in silence.
class Session {
 public:
  /// `device` must outlive the session and serves no other.
  explicit Session(virtio::Device& device, SessionOptions options = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes one whole message from the front-end.
  [[nodiscard]] std::vector<Action> on_message(Message message);

  /// Serves what is waiting in queue `index`: after a kick, or because `more`, `ServiceQueue`,
  /// `has_requests` or `wait_for_kick` said so. Does nothing for a queue that is stopped, disabled
  /// or broken. Kicks are not wanted afterwards; see `wait_for_kick`.
  [[nodiscard]] Service service(std::uint16_t index);

  /// Whether `service` would find requests in queue `index`, for who looks instead of waiting.
  [[nodiscard]] bool has_requests(std::uint16_t index);

  /// Asks the driver for a kick at its next request. True when requests are waiting already, for
  /// which no kick may come: call `service` again. To be called after the interrupt was signalled,
  /// since a quick driver's next request has come by then.
  [[nodiscard]] bool wait_for_kick(std::uint16_t index);

 private:
  std::unique_ptr<SessionState> state_;
};

}  // namespace vhost_device::vhost_user
