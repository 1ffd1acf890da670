// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/virtio/split_ring.hpp"

namespace vhost_device::virtio {

/// The driver's side of a split virtqueue, for tests, benchmarks and the in-process guest.
///
/// It lives in memory that the caller shares with the device, and plays by the rules of VIRTIO 1.3,
/// 2.7. `raw_*` are for tests that do not. What the device writes is checked: nothing that it does
/// reaches beyond the ring or frees a descriptor twice. One thread may use it at a time; the device
/// may run in another, or in another process.
class DriverRing {
 public:
  /// One descriptor of a request.
  struct Piece {
    std::uint64_t guest_address = 0;
    std::uint32_t length = 0;
    bool device_writable = false;
  };

  /// An answered request.
  struct Used {
    std::uint16_t head = 0;     ///< What `add` returned.
    std::uint32_t written = 0;  ///< used.len, as the device claims it.
  };

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

  [[nodiscard]] std::uint16_t size() const { return ring_.size; }
  [[nodiscard]] std::uint64_t descriptors_address() const { return guest_address_; }
  [[nodiscard]] std::uint64_t available_address() const;
  [[nodiscard]] std::uint64_t used_address() const;

  /// Makes a request available, its pieces in the order given; a driver that keeps to the rules
  /// puts readable ones first. Empty when there are no pieces or too few free descriptors, with
  /// nothing changed. The device sees it at once; whether it needs a kick is what `take_kick` says.
  [[nodiscard]] std::optional<std::uint16_t> add(std::span<const Piece> pieces);

  /// The same with the pieces in an indirect table, which lies at `table` (16 bytes for each
  /// piece, of any alignment). Empty also when `table` is too small.
  [[nodiscard]] std::optional<std::uint16_t> add_indirect(std::span<const Piece> pieces,
                                                          std::span<std::byte> table,
                                                          std::uint64_t table_guest_address);

  /// Whether the device wants a kick for what was added since the last call.
  [[nodiscard]] bool take_kick();

  /// The next answered request, whose descriptors are free again.
  [[nodiscard]] std::optional<Used> take_used();

  /// Asks for an interrupt at the next answer (`true`) or for none. Returns true when answers are
  /// there already, for which no interrupt may come.
  bool set_interrupts(bool wanted);

  /// Whether the device answered what was not asked: a head that is not under way, or more answers
  /// than requests. It stays so, and `take_used` returns nothing more.
  [[nodiscard]] bool broken() const { return broken_; }

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
