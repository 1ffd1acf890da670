// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A driver makes the messages of a transfer available one by one. A device that looks meanwhile
// sees a part of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "core/i2c/rest_of_group.hpp"
#include "core/i2c/virtio_i2c_format.hpp"
#include "core/virtio/forwarding_queue.hpp"
#include "tests/unit/i2c/fake_adapter.hpp"
#include "tests/unit/i2c/ring_guest.hpp"

namespace vhost_device::i2c {
namespace {

using ::testing::ElementsAre;
using testing::FakeAdapter;
using testing::RingGuest;
using ::testing::SizeIs;
using Piece = RingGuest::Piece;

constexpr std::uint16_t chip = 0x50 << 1;
constexpr std::uint32_t fail_next = 1;

/// The guest's queue, of which somebody hears when the device finds it empty.
class EmptyTellingQueue final : public virtio::ForwardingQueue {
 public:
  EmptyTellingQueue(virtio::Queue& queue, std::function<void()> on_empty)
      : ForwardingQueue(queue), on_empty_(std::move(on_empty)) {}

  [[nodiscard]] virtio::Pop pop(virtio::Chain& chain) override {
    const virtio::Pop result = ForwardingQueue::pop(chain);
    if (result == virtio::Pop::empty) on_empty_();
    return result;
  }

 private:
  std::function<void()> on_empty_;
};

struct LateGroup : ::testing::TestWithParam<bool> {
  /// Offers a zero-length write.
  void offer(std::uint32_t flags) {
    statuses.push_back(guest.buffer(1));
    EXPECT_TRUE(guest.ring().add(
        std::array{Piece{guest.header(chip, flags), 8, false}, Piece{statuses.back(), 1, true}}));
  }

  std::shared_ptr<FakeAdapter> adapter = std::make_shared<FakeAdapter>();
  RingGuest guest{adapter, {.queue_size = 8, .packed = GetParam()}};
  std::vector<std::uint64_t> statuses;
};

TEST_P(LateGroup, whose_rest_comes_a_moment_later_is_one_transaction) {
  bool rest_came = false;
  EmptyTellingQueue queue(guest.queue(), [&] {
    if (!std::exchange(rest_came, true)) offer(0);
  });
  offer(fail_next);

  EXPECT_EQ(guest.device().process(0, queue), virtio::Progress::drained);

  EXPECT_THAT(adapter->transactions, ElementsAre(SizeIs(2)));
  EXPECT_EQ(guest.at(statuses[1]), format::status_ok);
}

TEST_P(LateGroup, whose_rest_does_not_come_is_carried_out_as_far_as_it_is) {
  offer(fail_next);

  guest.kick();

  EXPECT_THAT(adapter->transactions, ElementsAre(SizeIs(1)));
  EXPECT_EQ(guest.at(statuses[0]), format::status_ok);
}

TEST_P(LateGroup, is_not_waited_for_again_when_the_time_is_over) {
  RestOfGroup rest(std::chrono::milliseconds(1));
  EXPECT_FALSE(rest.wait(guest.queue()));

  offer(0);

  EXPECT_FALSE(rest.wait(guest.queue()));
}

TEST_P(LateGroup, that_is_there_needs_no_time) {
  RestOfGroup rest(std::chrono::hours(1));
  offer(0);

  EXPECT_TRUE(rest.wait(guest.queue()));
}

INSTANTIATE_TEST_SUITE_P(Rings, LateGroup, ::testing::Bool(),
                         [](const auto& packed) { return packed.param ? "packed" : "split"; });

}  // namespace
}  // namespace vhost_device::i2c
