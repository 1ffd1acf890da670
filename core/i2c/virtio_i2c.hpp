// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/i2c/adapter.hpp"
#include "core/i2c/request_group.hpp"
#include "core/virtio/device.hpp"

namespace vhost_device::i2c {

/// The virtio I2C adapter device (VIRTIO 1.3, "I2C Adapter Device", device id 34): one queue, whose
/// requests become transactions on an `Adapter`.
///
/// Requests joined by FAIL_NEXT are one transaction. If one of them is malformed or its address may
/// not be reached, none is carried out; if one fails on the bus, it and all after it get ERR, also
/// those that arrive with a later kick. If the queue runs dry inside a group, the device waits a
/// moment for the rest (`RestOfGroup`), unless the ring is full; then what is there is
/// carried out, as Linux's driver counts on when its ring is full.
class VirtioI2c final : public virtio::Device {
 public:
  /// How many requests, and descriptors of requests, one call of `process` takes before it gives
  /// the thread back between two groups.
  static constexpr std::size_t requests_per_call = 256;
  static constexpr std::size_t descriptors_per_call = 8192;

  explicit VirtioI2c(std::shared_ptr<Adapter> adapter) : adapter_(std::move(adapter)) {}

  [[nodiscard]] std::uint64_t features() const override;
  /// Refuses a driver without VIRTIO_I2C_F_ZERO_LENGTH_REQUEST, as the specification demands.
  [[nodiscard]] std::optional<virtio::Refusal> check_features(
      std::uint64_t features) const override;
  [[nodiscard]] std::uint16_t queue_count() const override { return 1; }
  void queue_started(std::uint16_t index, bool resumed) override;
  [[nodiscard]] virtio::Progress process(std::uint16_t index, virtio::Queue& queue) override;

 private:
  void carry_out(virtio::Queue& queue);

  std::shared_ptr<Adapter> adapter_;
  virtio::Chain chain_;  // reused, so that a request costs no allocation
  RequestGroup group_;
  bool failed_ = false;  // the group under way failed in a part that is answered already
};

}  // namespace vhost_device::i2c
