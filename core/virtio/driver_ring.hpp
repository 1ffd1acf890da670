// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/virtio/driver_queue.hpp"
#include "core/virtio/split_ring.hpp"

namespace vhost_device::virtio {

/// The driver's side of a split virtqueue (VIRTIO 1.3, 2.7). `raw_*` are for tests that do not play
/// by its rules.
class DriverRing final : public DriverQueue {
 public:
  struct Options {
    bool event_idx = false;
    std::uint16_t first_index = 0;  ///< Where both indices start, for tests of wrap-around.
  };

  /// Bytes that a ring of `size` entries takes, alignment included.
  [[nodiscard]] static std::size_t bytes(std::uint16_t size);

  /// Lays an empty ring out at the start of `memory` (at least `bytes(size)`, aligned to 16), which
  /// the guest knows as `guest_address`. `size` is a power of two up to 32768. Kicks and interrupts
  /// are wanted.
  DriverRing(std::span<std::byte> memory, std::uint64_t guest_address, std::uint16_t size,
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

  /// Descriptor `index` of the table, to be written as a test pleases. `add` takes descriptors from
  /// the lowest index upwards; those written here are not kept from it.
  [[nodiscard]] Descriptor raw_descriptor(std::uint16_t index) const;
  void raw_set_descriptor(std::uint16_t index, Descriptor descriptor) const;
  /// Puts any head into the next slot of the available ring and makes it available.
  void raw_offer(std::uint16_t head);
  /// Sets the available index to any value, where the next request goes on.
  void raw_set_available_index(std::uint16_t index);
  [[nodiscard]] std::uint16_t raw_available_index() const;
  [[nodiscard]] std::uint16_t raw_used_index() const;

 private:
  [[nodiscard]] std::uint16_t take_free(std::size_t count);
  void publish(std::uint16_t head);
  void release(std::uint16_t head);

  /// What the driver knows of a descriptor. Kept apart from the table, which the device could
  /// change.
  struct Entry {
    std::uint16_t next = 0;          // of the free list, or of the chain
    std::uint16_t chain_length = 0;  // of a head that `add` returned
    std::uint16_t under_way = 0;     // how many times it was made available and not yet answered
  };

  SplitRing ring_;
  std::uint64_t guest_address_;
  Options options_;
  std::uint16_t next_available_;
  std::uint16_t next_used_;
  std::uint16_t kicked_at_;
  bool interrupts_wanted_ = true;
  bool broken_ = false;
  std::uint16_t first_free_ = 0;
  std::size_t free_count_;
  std::vector<Entry> entries_;
};

}  // namespace vhost_device::virtio
