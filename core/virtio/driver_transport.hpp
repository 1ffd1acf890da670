// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vhost_device::virtio {

/// What a driver of ours needs from whatever connects it to a device: memory that both see, and
/// notifications both ways.
class DriverTransport {
 public:
  virtual ~DriverTransport() = default;

  /// The guest's memory, all of it in one piece, which the device knows from `guest_address()` on.
  [[nodiscard]] virtual std::span<std::byte> memory() = 0;
  [[nodiscard]] virtual std::uint64_t guest_address() const = 0;

  /// Feature bits that both sides accepted.
  [[nodiscard]] virtual std::uint64_t features() const = 0;

  /// Tells the device that queue `index` has requests.
  virtual void kick(std::uint16_t index) = 0;

  /// Waits for an interrupt from queue `index` and takes it. False when none came within `limit`,
  /// or the device is gone.
  [[nodiscard]] virtual bool wait(std::uint16_t index, std::chrono::milliseconds limit) = 0;
};

}  // namespace vhost_device::virtio
