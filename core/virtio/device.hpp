// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/virtio/queue.hpp"
#include "core/virtio/refusal.hpp"

namespace vhost_device::virtio {

enum class Progress {
  drained,  ///< The queue was empty at the end.
  more,     ///< The device gave the thread back before the queue was empty; call again.
};

/// What a vhost-user session serves. One object serves one guest, on that guest's thread.
class Device {
 public:
  virtual ~Device() = default;

  /// Feature bits of the device type; the session adds those of the transport.
  [[nodiscard]] virtual std::uint64_t features() const = 0;

  /// Says whether a driver that accepted `features` can be served. Called with bits that were
  /// offered only.
  [[nodiscard]] virtual std::optional<Refusal> check_features(std::uint64_t features) const = 0;

  [[nodiscard]] virtual std::uint16_t queue_count() const = 0;

  /// Size of the configuration space in bytes. A device with one offers
  /// VHOST_USER_PROTOCOL_F_CONFIG.
  [[nodiscard]] virtual std::size_t config_size() const { return 0; }

  /// Copies configuration space from `offset`; the session has bounded the range.
  virtual void read_config(std::size_t /*offset*/, std::span<std::byte> /*bytes*/) const {}

  /// The driver writes configuration space; the session has bounded the range.
  [[nodiscard]] virtual std::optional<Refusal> write_config(std::size_t /*offset*/,
                                                            std::span<const std::byte> /*bytes*/) {
    return Refusal{"this device's configuration space is read-only"};
  }

  /// A queue starts. `resumed` is true when it goes on exactly where this device left it, as after
  /// a pause of the virtual machine; false after a reset.
  virtual void queue_started(std::uint16_t /*index*/, bool /*resumed*/) {}

  /// Serves what is waiting in queue `index`, up to a bound of its own on requests and on what they
  /// cost (`Chain::descriptors`), so that control messages are not kept waiting by a guest that
  /// never pauses.
  [[nodiscard]] virtual Progress process(std::uint16_t index, Queue& queue) = 0;
};

}  // namespace vhost_device::virtio
