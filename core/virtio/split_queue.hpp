// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/virtio/chain_parts.hpp"
#include "core/virtio/queue.hpp"
#include "core/virtio/refusal.hpp"
#include "core/virtio/split_ring.hpp"

namespace vhost_device::virtio {

/// The device's side of a split virtqueue (VIRTIO 1.3, 2.7), with indirect descriptors and
/// EVENT_IDX.
///
/// These break the queue for good (until it is set up anew):
/// - rings that `check_layout` refuses;
/// - an available index with which more requests would be under way than the ring has entries;
/// - a head or a `next` outside the descriptor table, or a `next` outside an indirect table;
/// - a chain that does not end within the ring's size, or within its indirect table's;
/// - INDIRECT without the feature, inside an indirect table, or together with NEXT (2.7.5.3.1);
/// - an indirect table with a length that is zero, not a multiple of 16, or above
///   `max_indirect_entries` entries, or of which a used entry is not wholly in guest memory;
/// - a readable descriptor behind a writable one (2.7.4.2);
/// - buffers in more than `max_request_buffers` pieces.
///
/// Requests that were taken before can be completed still.
class SplitQueue final : public Queue {
 public:
  struct Features {
    bool indirect = false;   ///< VIRTIO_F_INDIRECT_DESC was accepted.
    bool event_idx = false;  ///< VIRTIO_F_EVENT_IDX was accepted.
  };

  /// Addresses of a ring's areas, guest physical or the front-end's own.
  struct Addresses {
    std::uint64_t descriptors = 0;
    std::uint64_t available = 0;
    std::uint64_t used = 0;
  };

  /// Says whether a ring can have this size and lie there (VIRTIO 1.3, 2.7). Refused: a size that
  /// is not a power of two from 1 to 32768; a descriptor table not aligned to 16, an available ring
  /// not aligned to 2, a used ring not aligned to 4.
  [[nodiscard]] static std::optional<Refusal> check_layout(std::uint32_t size,
                                                           const Addresses& addresses);

  /// The same for areas that are translated; null pointers are refused too. Both are worth asking
  /// for: memory regions at odd offsets of their files move what is aligned for the guest.
  [[nodiscard]] static std::optional<Refusal> check_layout(const SplitRing& ring);

  /// A queue over rings that are already translated. `next_available` is where it goes on, the
  /// "base" of vhost-user; where its answers go on is read from the used ring. `memory` must
  /// outlive the queue. With a layout that cannot be the queue is broken from the start.
  SplitQueue(const GuestMemory& memory, SplitRing ring, Features features,
             std::uint16_t next_available);

  [[nodiscard]] Pop pop(Chain& chain) override;
  [[nodiscard]] bool has_requests() const override;
  using Queue::complete;
  void complete(std::span<const Completion> completions) override;
  [[nodiscard]] std::string_view broken_reason() const override { return broken_reason_; }
  [[nodiscard]] std::uint16_t size() const override { return ring_.size; }

  void disable_notifications() override;
  [[nodiscard]] bool enable_notifications() override;
  [[nodiscard]] bool take_interrupt() override;
  [[nodiscard]] std::uint32_t base() const override { return next_available_; }
  void repeat_interrupt() override { repeat_interrupt_ = true; }

  /// The rings moved, because the memory table was replaced while the queue runs. It goes on where
  /// it is, with the same size. A layout that cannot be (null pointers among others) breaks it.
  void rebase(SplitRing ring);

 private:
  [[nodiscard]] bool attached() const { return ring_.used != nullptr; }
  [[nodiscard]] std::uint16_t available_index() const;
  void attach(const SplitRing& ring);
  /// Returns false, so that a parser can say `return break_ring(...)`.
  bool break_ring(std::string reason);

  [[nodiscard]] bool has_completions() const;
  [[nodiscard]] bool check_available(std::uint16_t available_index);
  [[nodiscard]] bool read_chain(Chain& chain);
  template <class ReadEntry>
  [[nodiscard]] bool follow(ReadEntry read_entry, std::uint32_t entries, std::uint32_t first,
                            bool indirect, ChainBuilder& builder);
  [[nodiscard]] bool read_indirect(const Descriptor& descriptor, ChainBuilder& builder);

  const GuestMemory& memory_;
  SplitRing ring_;
  Features features_;
  std::uint16_t next_available_;
  std::uint16_t next_used_ = 0;
  std::uint32_t under_way_ = 0;     // taken and not completed
  std::uint64_t unsignalled_ = 0;   // completed since the last decision on an interrupt
  bool interrupt_decided_ = false;  // since the queue started
  bool repeat_interrupt_ = true;    // for what was completed before, if there is any
  std::string broken_reason_;
};

}  // namespace vhost_device::virtio
