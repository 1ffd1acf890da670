// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/ending_device.hpp"

#include <gtest/gtest.h>

#include <array>

namespace vhost_device::io {
namespace {

/// A queue in which four requests wait.
class FourRequests final : public virtio::Queue {
 public:
  std::size_t popped = 0;
  std::size_t completed = 0;

  [[nodiscard]] bool has_requests() const override { return popped < 4; }
  [[nodiscard]] virtio::Pop pop(virtio::Chain& /*chain*/) override {
    if (popped == 4) return virtio::Pop::empty;
    ++popped;
    return virtio::Pop::chain;
  }
  void complete(std::span<const virtio::Completion> completions) override {
    completed += completions.size();
  }
  void disable_notifications() override {}
  [[nodiscard]] bool enable_notifications() override { return false; }
  [[nodiscard]] bool take_interrupt() override { return false; }
  void repeat_interrupt() override {}
  [[nodiscard]] std::uint32_t base() const override { return 0; }
  [[nodiscard]] std::string_view broken_reason() const override { return {}; }
  [[nodiscard]] std::uint16_t size() const override { return 4; }
};

/// A device that answers two requests at a time, and begins to end when it has taken the first.
class Pairs final : public virtio::Device {
 public:
  explicit Pairs(std::atomic<bool>* ending) : ending_(ending) {}

  [[nodiscard]] std::uint64_t features() const override { return 0; }
  [[nodiscard]] std::optional<virtio::Refusal> check_features(std::uint64_t) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::uint16_t queue_count() const override { return 1; }
  [[nodiscard]] virtio::Progress process(std::uint16_t /*index*/, virtio::Queue& queue) override {
    virtio::Chain chain;
    while (queue.pop(chain) == virtio::Pop::chain) {
      if (ending_ != nullptr) *ending_ = true;
      EXPECT_EQ(queue.pop(chain), virtio::Pop::chain);
      const std::array<virtio::Completion, 2> both{};
      queue.complete(both);
    }
    return virtio::Progress::drained;
  }

 private:
  std::atomic<bool>* const ending_;
};

TEST(EndingDevice, thread_that_goes_on_serves_all_requests) {
  const std::atomic<bool> ending = false;
  EndingDevice device(std::make_unique<Pairs>(nullptr), ending);
  FourRequests queue;

  EXPECT_EQ(device.process(0, queue), virtio::Progress::drained);

  EXPECT_EQ(queue.completed, 4U);
}

TEST(EndingDevice, thread_that_ends_serves_the_group_under_way_and_takes_no_other) {
  std::atomic<bool> ending = false;
  EndingDevice device(std::make_unique<Pairs>(&ending), ending);
  FourRequests queue;

  EXPECT_EQ(device.process(0, queue), virtio::Progress::drained);

  EXPECT_EQ(queue.popped, 2U);
  EXPECT_EQ(queue.completed, 2U);
}

}  // namespace
}  // namespace vhost_device::io
