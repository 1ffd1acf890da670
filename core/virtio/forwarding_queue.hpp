// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "core/virtio/queue.hpp"

namespace vhost_device::virtio {

/// A queue that is another one, but for what a derived class does differently.
class ForwardingQueue : public Queue {
 public:
  /// `queue` must outlive this.
  explicit ForwardingQueue(Queue& queue) : queue_(queue) {}

  [[nodiscard]] Pop pop(Chain& chain) override { return queue_.pop(chain); }
  [[nodiscard]] bool has_requests() const override { return queue_.has_requests(); }
  using Queue::complete;
  void complete(std::span<const Completion> completions) override { queue_.complete(completions); }
  void disable_notifications() override { queue_.disable_notifications(); }
  [[nodiscard]] bool enable_notifications() override { return queue_.enable_notifications(); }
  [[nodiscard]] bool take_interrupt() override { return queue_.take_interrupt(); }
  void repeat_interrupt() override { queue_.repeat_interrupt(); }
  [[nodiscard]] std::uint32_t base() const override { return queue_.base(); }
  [[nodiscard]] std::string_view broken_reason() const override { return queue_.broken_reason(); }
  [[nodiscard]] std::uint16_t size() const override { return queue_.size(); }

 private:
  Queue& queue_;
};

}  // namespace vhost_device::virtio
