// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/virtio/device.hpp"

namespace vhost_device::vhost_user::test {

/// A device of no kind. It answers every request with as many bytes as it may write, untouched.
class FakeDevice final : public virtio::Device {
 public:
  /// The device's own feature bits; it refuses drivers that accept the second without the first.
  static constexpr std::uint64_t feature_needed = 1U << 0;
  static constexpr std::uint64_t feature_extra = 1U << 1;

  struct Start {
    std::uint16_t index = 0;
    bool resumed = false;
    friend bool operator==(const Start&, const Start&) = default;
  };

  FakeDevice(std::uint16_t queues, std::size_t config_size)
      : queues_(queues), config(config_size, std::byte{0x5a}) {}

  [[nodiscard]] std::uint64_t features() const override { return feature_needed | feature_extra; }

  [[nodiscard]] std::optional<virtio::Refusal> check_features(
      std::uint64_t features) const override {
    checked.push_back(features);
    if ((features & feature_needed) != 0) return std::nullopt;
    return virtio::Refusal{"the fake device needs bit 0"};
  }

  [[nodiscard]] std::uint16_t queue_count() const override { return queues_; }
  [[nodiscard]] std::size_t config_size() const override { return config.size(); }

  void read_config(std::size_t offset, std::span<std::byte> bytes) const override {
    std::copy_n(config.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), bytes.begin());
  }

  [[nodiscard]] std::optional<virtio::Refusal> write_config(
      std::size_t offset, std::span<const std::byte> bytes) override {
    if (config_is_read_only) return virtio::Refusal{"read-only"};
    std::copy(bytes.begin(), bytes.end(), config.begin() + static_cast<std::ptrdiff_t>(offset));
    return std::nullopt;
  }

  void queue_started(std::uint16_t index, bool resumed) override {
    starts.push_back({index, resumed});
  }

  [[nodiscard]] virtio::Progress process(std::uint16_t index, virtio::Queue& queue) override {
    ++process_calls;
    const virtio::Progress progress = serve(index, queue);
    if (before_return) before_return();
    return progress;
  }

  [[nodiscard]] int served(std::uint16_t index) const { return served_.at(index); }

 private:
  [[nodiscard]] virtio::Progress serve(std::uint16_t index, virtio::Queue& queue) {
    for (int served = 0; served < served_at_once; ++served) {
      if (queue.pop(chain_) != virtio::Pop::chain) return virtio::Progress::drained;
      std::uint32_t written = 0;
      for (const virtio::Buffer& buffer : chain_.writable) {
        written += static_cast<std::uint32_t>(buffer.size);
      }
      queue.complete(chain_.head, written);
      ++served_[index];
    }
    return virtio::Progress::more;
  }

  std::uint16_t queues_;
  std::array<int, 256> served_{};
  virtio::Chain chain_;

 public:
  std::vector<std::byte> config;
  bool config_is_read_only = false;
  int served_at_once = 1000;
  int process_calls = 0;
  std::function<void()> before_return;  // run at the end of `process`
  std::vector<Start> starts;
  mutable std::vector<std::uint64_t> checked;
};

}  // namespace vhost_device::vhost_user::test
