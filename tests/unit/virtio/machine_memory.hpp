// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/virtio/guest_memory.hpp"
#include "tests/unit/virtio/shared_memory.hpp"

namespace vhost_device::virtio::test {

/// A guest's memory, mapped by the driver and by the device, each for itself. Rings are at its
/// start, buffers in its second half.
struct MachineMemory {
  static constexpr std::uint64_t base = 0x4000'0000;
  static constexpr std::size_t memory_size = 4U << 20;
  static constexpr std::uint64_t buffers = base + memory_size / 2;
  /// An address that is in no memory, with none behind it either.
  static constexpr std::uint64_t nowhere = 0x9000'0000;

  MachineMemory()
      : memory(memory_size), refusal(device_memory.add({base, memory_size, 0, 0}, memory.file())) {}

  /// Guest memory from an address on, in the guest's own mapping.
  [[nodiscard]] std::span<std::byte> at(std::uint64_t guest_address) const {
    return memory.bytes().subspan(guest_address - base);
  }

  SharedMemory memory;
  GuestMemory device_memory;
  std::optional<Refusal> refusal;  // of the memory, which is none
};

}  // namespace vhost_device::virtio::test
