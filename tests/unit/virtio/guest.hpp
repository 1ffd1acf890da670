// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/virtio/driver_ring.hpp"
#include "core/virtio/guest_memory.hpp"
#include "core/virtio/split_queue.hpp"
#include "tests/unit/virtio/shared_memory.hpp"

namespace vhost_device::virtio::test {

/// A driver and a device with one ring between them, each with a mapping of its own. The ring is at
/// the start of the guest's memory, buffers are in its second half.
struct Guest {
  static constexpr std::uint64_t base = 0x4000'0000;
  static constexpr std::size_t memory_size = 4U << 20;
  static constexpr std::uint64_t buffers = base + memory_size / 2;
  /// An address that is in no memory, with none behind it either.
  static constexpr std::uint64_t nowhere = 0x9000'0000;

  struct Setup {
    std::uint16_t size = 8;
    bool indirect = true;
    bool event_idx = false;
    std::uint16_t first_index = 0;
  };

  Guest() : Guest(Setup{}) {}
  explicit Guest(Setup setup)
      : memory(memory_size),
        driver(memory.bytes(), base, setup.size,
               {.event_idx = setup.event_idx, .first_index = setup.first_index}),
        refusal(device_memory.add({base, memory_size, 0, 0}, memory.file())),
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

  /// Guest memory from an address on, in the guest's own mapping.
  [[nodiscard]] std::span<std::byte> at(std::uint64_t guest_address) const {
    return memory.bytes().subspan(guest_address - base);
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

  SharedMemory memory;
  GuestMemory device_memory;
  DriverRing driver;
  std::optional<Refusal> refusal;  // of the memory, which is none
  SplitQueue queue;
  Chain chain;
};

}  // namespace vhost_device::virtio::test
