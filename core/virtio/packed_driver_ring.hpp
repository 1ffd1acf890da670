// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/virtio/driver_queue.hpp"
#include "core/virtio/packed_ring.hpp"

namespace vhost_device::virtio {

/// The driver's side of a packed virtqueue (VIRTIO 1.3, 2.8). What `add` returns is the buffer id.
/// `raw_*` are for tests that do not play by the rules.
class PackedDriverRing final : public DriverQueue {
 public:
  struct Options {
    bool event_idx = false;
    PackedPosition first = {};  ///< Where both sides start, for tests of wrap-around.
  };

  /// Bytes that a ring of `size` descriptors takes, alignment included.
  [[nodiscard]] static std::size_t bytes(std::uint16_t size);

  /// Lays an empty ring out at the start of `memory` (at least `bytes(size)`, aligned to 16), which
  /// the guest knows as `guest_address`. `size` is 1 to 32768. Kicks and interrupts are wanted.
  PackedDriverRing(std::span<std::byte> memory, std::uint64_t guest_address, std::uint16_t size,
                   Options options);

  [[nodiscard]] std::uint16_t size() const override { return ring_.size; }
  [[nodiscard]] std::size_t memory_bytes() const override { return bytes(ring_.size); }
  [[nodiscard]] std::uint64_t descriptors_address() const override { return guest_address_; }
  [[nodiscard]] std::uint64_t available_address() const override;
  [[nodiscard]] std::uint64_t used_address() const override;

  [[nodiscard]] std::optional<std::uint16_t> add(std::span<const Piece> pieces) override;
  [[nodiscard]] std::optional<std::uint16_t> add_indirect(
      std::span<const Piece> pieces, std::span<std::byte> table,
      std::uint64_t table_guest_address) override;
  [[nodiscard]] bool take_kick() override;
  [[nodiscard]] std::optional<Used> take_used() override;
  bool set_interrupts(bool wanted) override;
  [[nodiscard]] bool broken() const override { return broken_; }

  /// The descriptor in slot `slot`, to be read and written as a test pleases, flags and all.
  [[nodiscard]] PackedDescriptor raw_descriptor(std::uint16_t slot) const;
  void raw_set_descriptor(std::uint16_t slot, PackedDescriptor descriptor) const;
  /// Puts any descriptor into the next slot and makes it available. An answer to it is unasked for.
  void raw_offer(PackedDescriptor descriptor);
  /// Where the next descriptor is made available, and where the next used one is looked for.
  [[nodiscard]] PackedPosition raw_next_available() const { return next_available_; }
  [[nodiscard]] PackedPosition raw_next_used() const { return next_used_; }

 private:
  void write(PackedPosition position, PackedDescriptor descriptor, bool ordered) const;
  [[nodiscard]] std::uint16_t take_id(std::size_t slots);
  void advance(std::size_t slots);
  [[nodiscard]] std::uint16_t next_used_flags() const;

  /// What the driver knows of a buffer id.
  struct Entry {
    std::uint16_t next = 0;   // of the free list
    std::uint16_t slots = 0;  // of the chain under way; zero: none is
  };

  PackedRing ring_;
  std::uint64_t guest_address_;
  Options options_;
  PackedPosition next_available_;
  PackedPosition next_used_;
  std::uint64_t unkicked_ = 0;  // slots made available since the last decision on a kick
  bool interrupts_wanted_ = true;
  bool broken_ = false;
  std::uint16_t first_free_ = 0;
  std::size_t free_slots_;
  std::vector<Entry> entries_;
};

}  // namespace vhost_device::virtio
