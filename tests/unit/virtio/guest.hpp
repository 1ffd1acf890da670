// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/virtio/driver_ring.hpp"
#include "core/virtio/split_queue.hpp"
#include "tests/unit/virtio/machine_memory.hpp"

namespace vhost_device::virtio::test {

/// A driver and a device with one ring between them.
struct Guest : MachineMemory {
  struct Setup {
    std::uint16_t size = 8;
    bool indirect = true;
    bool event_idx = false;
    std::uint16_t first_index = 0;
  };

  Guest() : Guest(Setup{}) {}
  explicit Guest(Setup setup)
      : driver(memory.bytes(), base, setup.size,
               {.event_idx = setup.event_idx, .first_index = setup.first_index}),
        queue(device_memory, ring(), {.indirect = setup.indirect, .event_idx = setup.event_idx},
              setup.first_index) {}

  /// The ring as the device has it mapped.
  [[nodiscard]] SplitRing ring() const {
    const std::uint16_t size = driver.size();
    return {size,
            device_memory.at(driver.descriptors_address(), SplitRing::descriptors_bytes(size)),
            device_memory.at(driver.available_address(), SplitRing::available_bytes(size)),
            device_memory.at(driver.used_address(), SplitRing::used_bytes(size))};
  }

  /// Adds a request of one readable byte.
  std::uint16_t add_one() {
    const DriverRing::Piece piece{buffers, 1, false};
    return driver.add({&piece, 1}).value();
  }

  /// Takes one request and answers it.
  Pop serve_one(std::uint32_t written = 0) {
    const Pop result = queue.pop(chain);
    if (result == Pop::chain) queue.complete(chain.head, written);
    return result;
  }

  DriverRing driver;
  SplitQueue queue;
  Chain chain;
};

}  // namespace vhost_device::virtio::test
