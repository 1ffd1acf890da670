// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/virtio/packed_driver_ring.hpp"
#include "core/virtio/packed_queue.hpp"
#include "tests/unit/virtio/machine_memory.hpp"

namespace vhost_device::virtio::test {

/// As `Guest`, with a packed ring.
struct PackedGuest : MachineMemory {
  struct Setup {
    std::uint16_t size = 8;
    bool indirect = true;
    bool event_idx = false;
    PackedPosition first = {};
  };

  PackedGuest() : PackedGuest(Setup{}) {}
  explicit PackedGuest(Setup setup)
      : driver(memory.bytes(), base, setup.size,
               {.event_idx = setup.event_idx, .first = setup.first}),
        queue(device_memory, ring(), {.indirect = setup.indirect, .event_idx = setup.event_idx},
              setup.first.encode() * 0x1'0001U) {}

  /// The ring as the device has it mapped.
  [[nodiscard]] PackedRing ring() const {
    const std::uint16_t size = driver.size();
    return {size,
            device_memory.at(driver.descriptors_address(), PackedRing::descriptors_bytes(size)),
            device_memory.at(driver.available_address(), PackedRing::event_bytes),
            device_memory.at(driver.used_address(), PackedRing::event_bytes)};
  }

  /// Adds a request of `pieces` readable bytes, each of its own.
  std::uint16_t add(std::size_t pieces = 1) {
    const std::vector<DriverQueue::Piece> request(pieces, {buffers, 1, false});
    return driver.add(request).value();
  }

  /// Takes one request and answers it.
  Pop serve_one(std::uint32_t written = 0) {
    const Pop result = queue.pop(chain);
    if (result == Pop::chain) queue.complete(chain.head, written);
    return result;
  }

  PackedDriverRing driver;
  PackedQueue queue;
  Chain chain;
};

}  // namespace vhost_device::virtio::test
