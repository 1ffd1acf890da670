// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/virtio/chain_parts.hpp"
#include "core/virtio/packed_ring.hpp"
#include "core/virtio/queue.hpp"
#include "core/virtio/refusal.hpp"

namespace vhost_device::virtio {

/// The device's side of a packed virtqueue (VIRTIO 1.3, 2.8), with indirect descriptors and
/// EVENT_IDX.
///
/// These break the queue for good (until it is set up anew):
/// - rings that `check_layout` refuses, and a base outside the ring;
/// - a descriptor that is made available again before it was used;
/// - a chain that does not end within the descriptors that are not under way;
/// - INDIRECT without the feature, or in a chain with NEXT (2.8.19);
/// - an indirect table with a length that is zero, not a multiple of 16, or above
///   `max_indirect_entries` entries, or that is not wholly in guest memory;
/// - a readable descriptor behind a writable one (2.8.17);
/// - buffers in more than `max_request_buffers` pieces.
///
/// In an indirect table all entries are used, in order, and flags other than WRITE mean nothing, so
/// there is no table inside another (2.8.7). A buffer id is the driver's own affair: any comes back
/// as it is. Requests that were taken before a break can be completed still.
class PackedQueue final : public Queue {
 public:
  struct Features {
    bool indirect = false;   ///< VIRTIO_F_INDIRECT_DESC was accepted.
    bool event_idx = false;  ///< VIRTIO_F_EVENT_IDX was accepted.
  };

  /// The base of a ring that was never used: slot 0 and a wrap counter of 1, both ways.
  static constexpr std::uint32_t first_base = 0x8000'8000;

  /// Addresses of a ring's areas, guest physical or the front-end's own.
  struct Addresses {
    std::uint64_t descriptors = 0;
    std::uint64_t driver_event = 0;
    std::uint64_t device_event = 0;
  };

  /// Says whether a ring can have this size and lie there (VIRTIO 1.3, 2.8.10.1). Refused: a size
  /// outside 1 to 32768; a descriptor ring not aligned to 16; event suppression not aligned to 4.
  [[nodiscard]] static std::optional<Refusal> check_layout(std::uint32_t size,
                                                           const Addresses& addresses);

  /// The same for areas that are translated; null pointers are refused too.
  [[nodiscard]] static std::optional<Refusal> check_layout(const PackedRing& ring);

  /// Says whether a ring of this size can go on at `base` (see the constructor). Refused: a slot
  /// outside the ring.
  [[nodiscard]] static std::optional<Refusal> check_base(std::uint32_t base, std::uint16_t size);

  /// A queue over a ring that is already translated. `memory` must outlive the queue.
  ///
  /// `base` is vhost-user's ("Vring descriptor indices for packed virtqueues"): in its lower half
  /// the place of the next available descriptor, in its upper half that of the next used one. What
  /// was taken before and not used is taken again, so the queue goes on at the latter. Front-ends
  /// that know of one place only leave the upper half zero, and the lower one counts.
  PackedQueue(const GuestMemory& memory, PackedRing ring, Features features, std::uint32_t base);

  [[nodiscard]] Pop pop(Chain& chain) override;
  [[nodiscard]] bool has_requests() const override;
  using Queue::complete;
  void complete(std::span<const Completion> completions) override;
  [[nodiscard]] std::string_view broken_reason() const override { return broken_reason_; }
  [[nodiscard]] std::uint16_t size() const override { return ring_.size; }

  void disable_notifications() override;
  [[nodiscard]] bool enable_notifications() override;
  [[nodiscard]] bool take_interrupt() override;
  void repeat_interrupt() override { repeat_interrupt_ = true; }
  [[nodiscard]] std::uint32_t base() const override;

  /// The ring moved, because the memory table was replaced while the queue runs. It goes on where
  /// it is, with the same size. A layout that cannot be (null pointers among others) breaks it.
  void rebase(PackedRing ring);

 private:
  [[nodiscard]] bool attached() const { return ring_.descriptors != nullptr; }
  void attach(const PackedRing& ring);
  /// Returns false, so that a parser can say `return break_ring(...)`.
  bool break_ring(std::string reason);

  [[nodiscard]] bool is_available() const;
  [[nodiscard]] bool has_completions() const;
  /// Returns how many slots the chain takes; zero when it broke the ring.
  [[nodiscard]] std::uint16_t read_chain(Chain& chain);
  [[nodiscard]] bool read_indirect(const PackedDescriptor& descriptor, ChainBuilder& builder);

  const GuestMemory& memory_;
  PackedRing ring_;
  Features features_;
  PackedPosition next_available_;
  PackedPosition next_used_;
  std::uint32_t under_way_ = 0;             // requests taken and not completed
  std::uint32_t slots_under_way_ = 0;       // and their slots
  std::vector<std::uint16_t> chain_slots_;  // by a chain's first slot, how many it has
  std::uint64_t unsignalled_ = 0;   // slots completed since the last decision on an interrupt
  bool interrupt_decided_ = false;  // since the queue started
  bool repeat_interrupt_ = true;    // for what was completed before, if there is any
  std::string broken_reason_;
};

}  // namespace vhost_device::virtio
