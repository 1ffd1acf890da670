// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/virtio/guest_memory.hpp"

namespace vhost_device::virtio {

/// One request of a driver: the buffers it may read from and those it may write to, each in order
/// (VIRTIO 1.3, 2.6 "Virtqueues"). Reused from one `pop` to the next, so that a request costs no
/// allocation.
struct Chain {
  /// What `Queue::complete` wants back: a split ring's head, a packed ring's buffer id.
  std::uint16_t head = 0;
  std::vector<Buffer> readable;  ///< Device-readable: the driver's output.
  std::vector<Buffer> writable;  ///< Device-writable: where the device answers.
  /// How many descriptors were read for it, those without a buffer among them: what it has cost.
  std::uint32_t descriptors = 0;
};

/// The answer to a request, as the driver finds it.
struct Completion {
  std::uint16_t head = 0;     ///< `Chain::head`.
  std::uint32_t written = 0;  ///< used.len: bytes written from the start of the writable buffers.
};

enum class Pop {
  chain,   ///< `chain` holds the next request.
  empty,   ///< Nothing is waiting.
  broken,  ///< The ring cannot be parsed; see `Queue::broken_reason`. It stays so.
};

/// The device's side of a virtqueue, whatever its format. Guest memory behind it is hostile: it is
/// read once and bounded, and what cannot be parsed breaks this queue and nothing else.
class Queue {
 public:
  virtual ~Queue() = default;

  /// Takes the next request. A buffer outside guest memory does not break the ring: it appears in
  /// the chain with null data.
  [[nodiscard]] virtual Pop pop(Chain& chain) = 0;

  /// Whether `pop` would find something, a ring that cannot be parsed included. For who looks again
  /// and again instead of waiting for a kick; cheap, and nothing is changed.
  [[nodiscard]] virtual bool has_requests() const = 0;

  /// Hands requests back, in the order of `pop`. The driver, or a back-end that takes the queue
  /// over because this process ended, sees all of them answered or none.
  virtual void complete(std::span<const Completion> completions) = 0;
  void complete(std::uint16_t head, std::uint32_t written) {
    const Completion completion{head, written};
    complete(std::span(&completion, 1));
  }

  /// Tells the driver that kicks are not needed while the queue is being worked on.
  virtual void disable_notifications() = 0;

  /// Asks the driver for a kick when it adds a request. True when requests are waiting already, for
  /// which no kick may come.
  [[nodiscard]] virtual bool enable_notifications() = 0;

  /// Whether the driver wants an interrupt for what was completed since the last call; after the
  /// start of a queue that was in use before, also for what was completed then, because the
  /// back-end before may have ended without the interrupt.
  [[nodiscard]] virtual bool take_interrupt() = 0;

  /// The interrupts so far may not have reached the driver: the next `take_interrupt` is about all
  /// that was ever completed.
  virtual void repeat_interrupt() = 0;

  /// Where the queue would go on after a stop, in vhost-user's form: the answer to
  /// VHOST_USER_GET_VRING_BASE.
  [[nodiscard]] virtual std::uint32_t base() const = 0;

  /// Why the queue broke; empty while it is whole.
  [[nodiscard]] virtual std::string_view broken_reason() const = 0;

  /// Number of entries: no more than this many requests are waiting or unanswered.
  [[nodiscard]] virtual std::uint16_t size() const = 0;
};

}  // namespace vhost_device::virtio
