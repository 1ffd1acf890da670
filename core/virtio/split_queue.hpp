// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/virtio/queue.hpp"
#include "core/virtio/refusal.hpp"
#include "core/virtio/split_ring.hpp"

namespace vhost_device::virtio {

/// The device's side of a split virtqueue (VIRTIO 1.3, 2.7), with indirect descriptors and
/// EVENT_IDX.
///
/// These break the queue for good (until it is set up anew): a head or a `next` outside the table,
/// a chain that does not end within the ring's size, an available index more than the ring's size
/// ahead, an indirect table inside another, one with a length that is not a multiple of 16, is zero
/// or too long, or that lies outside guest memory, INDIRECT together with NEXT, and a readable
/// descriptor behind a writable one (2.7.4.2).
class SplitQueue final : public Queue {
 public:
  struct Features {
    bool indirect = false;   ///< VIRTIO_F_INDIRECT_DESC was accepted.
    bool event_idx = false;  ///< VIRTIO_F_EVENT_IDX was accepted.
  };

  /// A queue over rings that are already translated. `next_available` is where it goes on, the
  /// "base" of vhost-user. `memory` must outlive the queue.
  SplitQueue(const GuestMemory& memory, SplitRing ring, Features features,
             std::uint16_t next_available);

  [[nodiscard]] Pop pop(Chain& chain) override;
  void complete(std::uint16_t head, std::uint32_t written) override;
  [[nodiscard]] std::string_view broken_reason() const override { return broken_reason_; }
  [[nodiscard]] std::uint16_t size() const override { return ring_.size; }

  void disable_notifications() override;
  [[nodiscard]] bool enable_notifications() override;
  [[nodiscard]] bool take_interrupt() override;
  [[nodiscard]] std::uint16_t next_available() const override { return next_available_; }

  /// The rings moved, because the memory table was replaced while the queue runs.
  void rebase(SplitRing ring) { ring_ = ring; }

 private:
  bool break_ring(std::string reason);
  // (private helpers are the implementation's)

  const GuestMemory& memory_;
  SplitRing ring_;
  Features features_;
  std::uint16_t next_available_;
  std::uint16_t next_used_ = 0;
  std::string broken_reason_;
};

}  // namespace vhost_device::virtio
