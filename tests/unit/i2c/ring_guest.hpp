// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "core/i2c/virtio_i2c.hpp"
#include "core/virtio/driver_ring.hpp"
#include "core/virtio/guest_memory.hpp"
#include "core/virtio/packed_driver_ring.hpp"
#include "core/virtio/packed_queue.hpp"
#include "core/virtio/split_queue.hpp"

namespace vhost_device::i2c::testing {

/// A guest that writes its ring by hand: memory shared with a device that is the real one, and
/// everything on the way from the ring to the adapter.
class RingGuest {
 public:
  static constexpr std::uint64_t base = 0x10'0000;  ///< Guest address of its memory.
  static constexpr std::size_t memory_size = std::size_t{1} << 20;
  static constexpr std::byte untouched{0xee};  ///< What `buffer` fills memory with.

  struct Options {
    std::uint16_t queue_size = 64;
    bool event_idx = false;
    bool packed = false;
  };

  explicit RingGuest(std::shared_ptr<Adapter> adapter) : RingGuest(std::move(adapter), Options{}) {}
  RingGuest(std::shared_ptr<Adapter> adapter, Options options);
  RingGuest(const RingGuest&) = delete;
  RingGuest& operator=(const RingGuest&) = delete;
  ~RingGuest();

  using Piece = virtio::DriverQueue::Piece;

  /// Puts bytes into fresh memory; returns their guest address.
  std::uint64_t put(std::span<const std::byte> bytes);
  std::uint64_t put(std::initializer_list<unsigned> bytes);
  /// Fresh memory filled with `untouched`.
  std::uint64_t buffer(std::size_t size);
  /// A request's header in fresh memory.
  std::uint64_t header(std::uint16_t address_field, std::uint32_t flags);

  /// The bytes at a guest address.
  [[nodiscard]] std::span<std::byte> at(std::uint64_t guest_address, std::size_t size);
  [[nodiscard]] std::byte at(std::uint64_t guest_address) { return at(guest_address, 1).front(); }

  /// Lets the device work until it is done.
  void kick();

  /// The whole of a good transaction on the chip at 0x50: writes two bytes, and returns whether the
  /// device took and completed them with status OK.
  [[nodiscard]] bool good_request_works();

  /// The same memory at another place, as after VHOST_USER_SET_MEM_TABLE: the device's pointers to
  /// the old mapping are worth nothing any more.
  void replace_memory_table();

  /// The daemon ended, and another one serves the split ring from where the used ring ends.
  void take_over();

  virtio::DriverQueue& ring() { return *ring_; }
  /// The same, for tests that know which format it has.
  virtio::DriverRing& split() { return dynamic_cast<virtio::DriverRing&>(*ring_); }
  virtio::PackedDriverRing& packed() { return dynamic_cast<virtio::PackedDriverRing&>(*ring_); }
  virtio::Queue& queue() { return *queue_; }
  VirtioI2c& device() { return device_; }

 private:
  [[nodiscard]] virtio::SplitRing split_ring() const;
  [[nodiscard]] virtio::PackedRing packed_ring() const;
  void make_queue(std::uint32_t queue_base);

  std::shared_ptr<Adapter> adapter_;
  Options options_;
  VirtioI2c device_;
  support::UniqueFd file_;
  std::span<std::byte> memory_;  // the guest's own mapping
  std::size_t next_free_;
  virtio::GuestMemory device_memory_;
  std::unique_ptr<virtio::DriverQueue> ring_;
  std::unique_ptr<virtio::Queue> queue_;
};

}  // namespace vhost_device::i2c::testing
