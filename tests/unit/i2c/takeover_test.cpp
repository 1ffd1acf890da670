// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A daemon that ends at any instant leaves to the next one requests that are all answered, or none
// of their group.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "core/i2c/virtio_i2c_format.hpp"
#include "tests/unit/i2c/fake_adapter.hpp"
#include "tests/unit/i2c/ring_guest.hpp"

namespace vhost_device::i2c {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using testing::FakeAdapter;
using testing::RingGuest;
using ::testing::SizeIs;
using Piece = RingGuest::Piece;

constexpr std::uint16_t chip = 0x50 << 1;
constexpr std::uint32_t fail_next = 1;

/// The daemon's end, behind a transaction that the chips have seen and before its answer.
struct Death {};

/// Chips behind a daemon that may end.
class MortalAdapter final : public Adapter {
 public:
  FakeAdapter chips;
  std::function<void()> after_transfer = [] {};

  [[nodiscard]] Functionality functionality() const override { return func::any_message; }

 private:
  TransferResult do_transfer(std::span<const Message> messages) override {
    const TransferResult result = chips.transfer(messages);
    after_transfer();
    return result;
  }
};

/// A queue that notes where the used index is after each call of `complete`.
class WatchedQueue final : public virtio::Queue {
 public:
  explicit WatchedQueue(RingGuest& guest) : guest_(guest) {}

  std::vector<std::uint16_t> used_indices;

  [[nodiscard]] bool has_requests() const override { return guest_.queue().has_requests(); }
  [[nodiscard]] virtio::Pop pop(virtio::Chain& chain) override { return guest_.queue().pop(chain); }
  void complete(std::span<const virtio::Completion> completions) override {
    guest_.queue().complete(completions);
    used_indices.push_back(guest_.split().raw_used_index());
  }
  void disable_notifications() override {}
  [[nodiscard]] bool enable_notifications() override { return false; }
  [[nodiscard]] bool take_interrupt() override { return false; }
  void repeat_interrupt() override {}
  [[nodiscard]] std::uint32_t base() const override { return 0; }
  [[nodiscard]] std::string_view broken_reason() const override { return {}; }
  [[nodiscard]] std::uint16_t size() const override { return guest_.queue().size(); }

 private:
  RingGuest& guest_;
};

struct Takeover : ::testing::Test {
  /// Offers a zero-length write.
  void offer(std::uint32_t flags) {
    statuses.push_back(guest.buffer(1));
    EXPECT_TRUE(guest.ring().add(
        std::array{Piece{guest.header(chip, flags), 8, false}, Piece{statuses.back(), 1, true}}));
  }

  void offer_group_of_three() {
    offer(fail_next);
    offer(fail_next);
    offer(0);
  }

  std::vector<std::byte> answers() {
    std::vector<std::byte> values;
    for (const auto status : statuses) values.push_back(guest.at(status));
    return values;
  }

  std::shared_ptr<MortalAdapter> adapter = std::make_shared<MortalAdapter>();
  RingGuest guest{adapter};
  std::vector<std::uint64_t> statuses;
};

TEST_F(Takeover, nothing_of_a_group_is_answered_while_it_is_on_the_wire) {
  std::uint16_t used_index = 0xffff;
  adapter->after_transfer = [&] { used_index = guest.split().raw_used_index(); };
  offer_group_of_three();

  guest.kick();

  EXPECT_EQ(used_index, 0);
  EXPECT_EQ(guest.split().raw_used_index(), 3);
}

TEST_F(Takeover, answers_of_a_group_are_given_all_at_once) {
  WatchedQueue queue(guest);
  offer_group_of_three();
  offer(0);

  EXPECT_EQ(guest.device().process(0, queue), virtio::Progress::drained);

  EXPECT_THAT(queue.used_indices, ElementsAre(3, 4));
}

TEST_F(Takeover, group_whose_answers_were_lost_is_repeated_whole) {
  adapter->after_transfer = [] { throw Death(); };
  offer_group_of_three();
  EXPECT_THROW(guest.kick(), Death);
  adapter->after_transfer = [] {};

  guest.take_over();
  guest.kick();

  EXPECT_THAT(adapter->chips.transactions, ElementsAre(SizeIs(3), SizeIs(3)));
  EXPECT_THAT(answers(), Each(format::status_ok));
  EXPECT_EQ(guest.split().raw_used_index(), 3);
}

TEST_F(Takeover, group_that_was_answered_is_not_repeated) {
  offer_group_of_three();
  guest.kick();

  guest.take_over();
  guest.kick();

  EXPECT_THAT(adapter->chips.transactions, ElementsAre(SizeIs(3)));
}

TEST_F(Takeover, only_the_transaction_whose_answer_was_lost_is_repeated) {
  adapter->after_transfer = [this] {
    if (adapter->chips.transactions.size() == 2) throw Death();
  };
  for (int i = 0; i < 3; ++i) offer(0);
  EXPECT_THROW(guest.kick(), Death);
  EXPECT_EQ(guest.split().raw_used_index(), 1);
  adapter->after_transfer = [] {};

  guest.take_over();
  guest.kick();

  EXPECT_THAT(adapter->chips.transactions, SizeIs(4));
  EXPECT_THAT(answers(), Each(format::status_ok));
}

}  // namespace
}  // namespace vhost_device::i2c
