// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Requests joined by VIRTIO_I2C_FLAGS_FAIL_NEXT are one transaction.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "core/i2c/router.hpp"
#include "core/i2c/virtio_i2c_format.hpp"
#include "tests/unit/i2c/fake_adapter.hpp"
#include "tests/unit/i2c/ring_guest.hpp"

namespace vhost_device::i2c {
namespace {

using testing::FakeAdapter;
using testing::RingGuest;
using Piece = RingGuest::Piece;

constexpr std::uint16_t chip = 0x50 << 1;
constexpr std::uint16_t absent = 0x51 << 1;
constexpr std::uint32_t fail_next = 1;
constexpr unsigned ok = 0;
constexpr unsigned error = 1;

struct Group : ::testing::Test {
  explicit Group(std::uint16_t queue_size = 64)
      : guest(adapter, RingGuest::Options{.queue_size = queue_size}) {}

  /// Offers a zero-length write.
  void offer(std::uint16_t address, std::uint32_t flags) {
    const auto status = guest.buffer(1);
    statuses.push_back(status);
    EXPECT_TRUE(guest.ring().add(
        std::array{Piece{guest.header(address, flags), 8, false}, Piece{status, 1, true}}));
  }

  /// Statuses of all requests so far, each answered exactly once and in order.
  std::vector<unsigned> answers() {
    while (guest.ring().take_used()) ++answered;
    EXPECT_EQ(answered, statuses.size());
    std::vector<unsigned> values;
    for (const auto status : statuses) values.push_back(unsigned(guest.at(status)));
    return values;
  }

  std::shared_ptr<FakeAdapter> adapter = std::make_shared<FakeAdapter>();
  RingGuest guest;
  std::vector<std::uint64_t> statuses;
  std::size_t answered = 0;
};

using Statuses = std::vector<unsigned>;

TEST_F(Group, joined_requests_are_one_transaction) {
  offer(chip, fail_next);
  offer(chip, fail_next);
  offer(chip, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{ok, ok, ok}));
  ASSERT_EQ(adapter->transactions.size(), 1U);
  EXPECT_EQ(adapter->transactions[0].size(), 3U);
}

TEST_F(Group, requests_that_are_not_joined_are_transactions_of_their_own) {
  offer(chip, 0);
  offer(absent, 0);
  offer(chip, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{ok, error, ok}));
  EXPECT_EQ(adapter->transactions.size(), 3U);
}

TEST_F(Group, absent_address_in_the_middle_fails_it_and_all_after_it) {
  offer(chip, fail_next);
  offer(absent, fail_next);
  offer(chip, fail_next);
  offer(chip, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{ok, error, error, error}));
  EXPECT_TRUE(guest.good_request_works());
}

TEST_F(Group, split_over_kicks_is_carried_out_in_its_parts) {
  offer(chip, fail_next);
  guest.kick();
  offer(chip, fail_next);
  offer(chip, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{ok, ok, ok}));
  ASSERT_EQ(adapter->transactions.size(), 2U);
  EXPECT_EQ(adapter->transactions[1].size(), 2U);
}

TEST_F(Group, failure_in_an_earlier_kick_fails_the_rest_of_the_group) {
  offer(absent, fail_next);
  guest.kick();
  offer(chip, fail_next);
  guest.kick();
  offer(chip, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{error, error, error}));
  EXPECT_EQ(adapter->transactions.size(), 1U);
  EXPECT_TRUE(guest.good_request_works());
}

TEST_F(Group, that_never_ends_is_carried_out_as_it_comes) {
  for (int i = 0; i < 20; ++i) {
    offer(chip, fail_next);
    guest.kick();
  }

  EXPECT_EQ(answers(), Statuses(20, ok));
}

TEST_F(Group, over_two_chips_is_one_transaction) {
  offer(chip, fail_next);
  offer(0x20 << 1, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{ok, error}));
  ASSERT_EQ(adapter->transactions.size(), 1U);
  EXPECT_EQ(adapter->transactions[0].size(), 2U);
}

TEST_F(Group, with_an_address_that_is_not_granted_is_kept_off_the_wire) {
  const auto router = std::make_shared<Router>();
  ASSERT_TRUE(router->grant(adapter, std::array{*Address::seven_bit(0x50)}));
  RingGuest granted(router);
  const auto first = granted.buffer(1);
  const auto second = granted.buffer(1);
  ASSERT_TRUE(granted.ring().add(
      std::array{Piece{granted.header(chip, fail_next), 8, false}, Piece{first, 1, true}}));
  ASSERT_TRUE(granted.ring().add(
      std::array{Piece{granted.header(absent, 0), 8, false}, Piece{second, 1, true}}));

  granted.kick();

  EXPECT_EQ(granted.at(first), format::status_error);
  EXPECT_EQ(granted.at(second), format::status_error);
  EXPECT_TRUE(adapter->transactions.empty());
  EXPECT_TRUE(granted.ring().take_used());
  EXPECT_TRUE(granted.ring().take_used());
  EXPECT_TRUE(granted.good_request_works());
}

TEST_F(Group, malformed_request_keeps_the_whole_group_off_the_wire) {
  offer(chip, fail_next);
  offer(chip, fail_next | 0x80);  // a reserved flag
  offer(chip, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{error, error, error}));
  EXPECT_TRUE(adapter->transactions.empty());
  EXPECT_TRUE(guest.good_request_works());
}

TEST_F(Group, state_of_an_unfinished_group_ends_with_a_reset) {
  offer(absent, fail_next);
  guest.kick();
  guest.device().queue_started(0, false);
  offer(chip, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{error, ok}));
}

TEST_F(Group, state_of_an_unfinished_group_outlives_a_pause) {
  offer(absent, fail_next);
  guest.kick();
  guest.device().queue_started(0, true);
  offer(chip, 0);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{error, error}));
}

struct GroupOnSmallRing : Group {
  GroupOnSmallRing() : Group(4) {}
};

// What Linux's driver does when the ring is full in the middle of a group.
TEST_F(GroupOnSmallRing, that_fills_the_ring_is_carried_out) {
  offer(chip, fail_next);
  offer(chip, fail_next);
  guest.kick();

  EXPECT_EQ(answers(), (Statuses{ok, ok}));
}

TEST(VirtioI2c, driver_without_zero_length_requests_is_refused) {
  VirtioI2c device(std::make_shared<FakeAdapter>());

  EXPECT_TRUE(device.check_features(0));
  EXPECT_FALSE(device.check_features(format::feature_zero_length_request));
  EXPECT_EQ(device.features(), format::feature_zero_length_request);
}

}  // namespace
}  // namespace vhost_device::i2c
