// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/ending_device.hpp"

#include <algorithm>
#include <utility>

namespace vhost_device::io {
namespace {

/// A queue that is empty from the end of a group on.
class EndingQueue final : public virtio::Queue {
 public:
  EndingQueue(virtio::Queue& queue, const std::atomic<bool>& ending)
      : queue_(queue), ending_(ending) {}

  [[nodiscard]] virtio::Pop pop(virtio::Chain& chain) override {
    if (unanswered_ == 0 && ending_.load(std::memory_order_relaxed)) return virtio::Pop::empty;
    const virtio::Pop result = queue_.pop(chain);
    if (result == virtio::Pop::chain) ++unanswered_;
    return result;
  }

  [[nodiscard]] bool has_requests() const override { return queue_.has_requests(); }

  using virtio::Queue::complete;
  void complete(std::span<const virtio::Completion> completions) override {
    unanswered_ -= std::min(unanswered_, completions.size());
    queue_.complete(completions);
  }

  void disable_notifications() override { queue_.disable_notifications(); }
  [[nodiscard]] bool enable_notifications() override { return queue_.enable_notifications(); }
  [[nodiscard]] bool take_interrupt() override { return queue_.take_interrupt(); }
  void repeat_interrupt() override { queue_.repeat_interrupt(); }
  [[nodiscard]] std::uint32_t base() const override { return queue_.base(); }
  [[nodiscard]] std::string_view broken_reason() const override { return queue_.broken_reason(); }
  [[nodiscard]] std::uint16_t size() const override { return queue_.size(); }

 private:
  virtio::Queue& queue_;
  const std::atomic<bool>& ending_;
  std::size_t unanswered_ = 0;
};

}  // namespace

EndingDevice::EndingDevice(std::unique_ptr<virtio::Device> device, const std::atomic<bool>& ending)
    : device_(std::move(device)), ending_(ending) {}

virtio::Progress EndingDevice::process(std::uint16_t index, virtio::Queue& queue) {
  EndingQueue until_the_end(queue, ending_);
  return device_->process(index, until_the_end);
}

}  // namespace vhost_device::io
