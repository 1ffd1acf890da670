// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <memory>

#include "core/virtio/device.hpp"

namespace vhost_device::io {

/// A device that takes no other request once its guest's thread is to end. What it has taken it
/// answers, a group of requests all at once; the rest stays in the ring, for the next back-end or
/// for nobody. Without it the thread would first serve all that the device takes in one turn.
class EndingDevice final : public virtio::Device {
 public:
  /// `ending` may be set from any thread, and outlives this.
  EndingDevice(std::unique_ptr<virtio::Device> device, const std::atomic<bool>& ending);

  [[nodiscard]] std::uint64_t features() const override { return device_->features(); }
  [[nodiscard]] std::optional<virtio::Refusal> check_features(
      std::uint64_t features) const override {
    return device_->check_features(features);
  }
  [[nodiscard]] std::uint16_t queue_count() const override { return device_->queue_count(); }
  [[nodiscard]] std::size_t config_size() const override { return device_->config_size(); }
  void read_config(std::size_t offset, std::span<std::byte> bytes) const override {
    device_->read_config(offset, bytes);
  }
  [[nodiscard]] std::optional<virtio::Refusal> write_config(
      std::size_t offset, std::span<const std::byte> bytes) override {
    return device_->write_config(offset, bytes);
  }
  void queue_started(std::uint16_t index, bool resumed) override {
    device_->queue_started(index, resumed);
  }
  [[nodiscard]] virtio::Progress process(std::uint16_t index, virtio::Queue& queue) override;

 private:
  const std::unique_ptr<virtio::Device> device_;
  const std::atomic<bool>& ending_;
};

}  // namespace vhost_device::io
