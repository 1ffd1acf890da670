// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/ending_device.hpp"

#include <algorithm>
#include <utility>

#include "core/virtio/forwarding_queue.hpp"

namespace vhost_device::io {
namespace {

/// A queue that is empty from the end of a group on.
class EndingQueue final : public virtio::ForwardingQueue {
 public:
  EndingQueue(virtio::Queue& queue, const std::atomic<bool>& ending)
      : ForwardingQueue(queue), ending_(ending) {}

  [[nodiscard]] virtio::Pop pop(virtio::Chain& chain) override {
    if (unanswered_ == 0 && ending_.load(std::memory_order_relaxed)) return virtio::Pop::empty;
    const virtio::Pop result = ForwardingQueue::pop(chain);
    if (result == virtio::Pop::chain) ++unanswered_;
    return result;
  }

  using Queue::complete;
  void complete(std::span<const virtio::Completion> completions) override {
    unanswered_ -= std::min(unanswered_, completions.size());
    ForwardingQueue::complete(completions);
  }

 private:
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
