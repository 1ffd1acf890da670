// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/split_queue.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "tests/unit/virtio/guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::Guest;
using Piece = DriverRing::Piece;

TEST(SplitQueue, new_ring_is_empty) {
  Guest guest;

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::empty);
  EXPECT_EQ(guest.queue.broken_reason(), "");
}

TEST(SplitQueue, chain_has_the_drivers_buffers_by_direction_and_in_order) {
  Guest guest;
  const Piece pieces[] = {{Guest::buffers, 8, false},
                          {Guest::buffers + 100, 3, false},
                          {Guest::buffers + 200, 5, true},
                          {Guest::buffers + 300, 1, true}};
  const auto head = guest.driver.add(pieces);

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.chain.head, head);
  ASSERT_EQ(guest.chain.readable.size(), 2U);
  EXPECT_EQ(guest.chain.readable[0].data, guest.device_memory.at(Guest::buffers, 8));
  EXPECT_EQ(guest.chain.readable[0].size, 8U);
  EXPECT_EQ(guest.chain.readable[1].data, guest.device_memory.at(Guest::buffers + 100, 3));
  ASSERT_EQ(guest.chain.writable.size(), 2U);
  EXPECT_EQ(guest.chain.writable[0].data, guest.device_memory.at(Guest::buffers + 200, 5));
  EXPECT_EQ(guest.chain.writable[1].size, 1U);
}

TEST(SplitQueue, pop_forgets_the_chain_before) {
  Guest guest;
  const Piece pieces[] = {{Guest::buffers, 8, false}, {Guest::buffers, 8, true}};
  ASSERT_TRUE(guest.driver.add(pieces));
  guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.chain.readable.size(), 1U);
  EXPECT_TRUE(guest.chain.writable.empty());
}

TEST(SplitQueue, chains_come_in_the_drivers_order) {
  Guest guest;
  const auto first = guest.add_one();
  const auto second = guest.add_one();

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  EXPECT_EQ(guest.chain.head, first);
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  EXPECT_EQ(guest.chain.head, second);
  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::empty);
}

TEST(SplitQueue, completion_reaches_the_driver) {
  Guest guest;
  const auto head = guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  guest.queue.complete(guest.chain.head, 77);

  const auto used = guest.driver.take_used();
  ASSERT_TRUE(used);
  EXPECT_EQ(used->head, head);
  EXPECT_EQ(used->written, 77U);
  EXPECT_FALSE(guest.driver.take_used());
}

// The bytes as VIRTIO 1.3, 2.7.6 and 2.7.8 lay them out, not as DriverRing does.
TEST(SplitQueue, used_ring_is_little_endian) {
  Guest guest(Guest::Setup{.size = 4});
  guest.add_one();
  const auto head = guest.add_one();
  ASSERT_EQ(head, 1);
  guest.serve_one();
  guest.serve_one(0x01020304);

  std::uint8_t used[20] = {};
  std::memcpy(used, guest.at(guest.driver.used_address()).data(), sizeof used);

  const std::uint8_t expected[20] = {0, 0, 2, 0,               // flags, idx
                                     0, 0, 0, 0, 0, 0, 0, 0,   // head 0, length 0
                                     1, 0, 0, 0, 4, 3, 2, 1};  // head 1, length 0x01020304
  EXPECT_EQ(std::memcmp(used, expected, sizeof used), 0);
}

TEST(SplitQueue, descriptor_of_length_zero_is_no_buffer) {
  Guest guest;
  const Piece pieces[] = {
      {Guest::buffers, 0, false}, {Guest::buffers, 4, false}, {Guest::buffers, 0, true}};
  ASSERT_TRUE(guest.driver.add(pieces));

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  ASSERT_EQ(guest.chain.readable.size(), 1U);
  EXPECT_EQ(guest.chain.readable[0].size, 4U);
  EXPECT_TRUE(guest.chain.writable.empty());
}

TEST(SplitQueue, descriptor_of_length_zero_may_point_nowhere) {
  Guest guest;
  const Piece pieces[] = {{UINT64_MAX, 0, false}, {Guest::buffers, 4, true}};
  ASSERT_TRUE(guest.driver.add(pieces));

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_TRUE(guest.chain.readable.empty());
}

TEST(SplitQueue, buffer_outside_memory_keeps_its_place) {
  Guest guest;
  const Piece pieces[] = {{Guest::buffers, 1, false},
                          {Guest::nowhere, 2, false},
                          {Guest::buffers, 3, false},
                          {Guest::nowhere, 4, true}};
  ASSERT_TRUE(guest.driver.add(pieces));

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  ASSERT_EQ(guest.chain.readable.size(), 3U);
  EXPECT_NE(guest.chain.readable[0].data, nullptr);
  EXPECT_EQ(guest.chain.readable[1].data, nullptr);
  EXPECT_EQ(guest.chain.readable[1].size, 2U);
  EXPECT_NE(guest.chain.readable[2].data, nullptr);
  ASSERT_EQ(guest.chain.writable.size(), 1U);
  EXPECT_EQ(guest.chain.writable[0].data, nullptr);
}

TEST(SplitQueue, buffer_of_almost_4_gib_is_outside_memory) {
  Guest guest;
  const Piece pieces[] = {{Guest::buffers, UINT32_MAX, false}, {Guest::buffers, UINT32_MAX, true}};
  ASSERT_TRUE(guest.driver.add(pieces));

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  ASSERT_EQ(guest.chain.readable.size(), 1U);
  EXPECT_EQ(guest.chain.readable[0].data, nullptr);
  EXPECT_EQ(guest.chain.readable[0].size, UINT32_MAX);
  ASSERT_EQ(guest.chain.writable.size(), 1U);
  EXPECT_EQ(guest.chain.writable[0].data, nullptr);
}

TEST(SplitQueue, buffer_that_wraps_is_outside_memory) {
  Guest guest;
  const Piece piece{UINT64_MAX - 3, 8, true};
  ASSERT_TRUE(guest.driver.add({&piece, 1}));

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  ASSERT_EQ(guest.chain.writable.size(), 1U);
  EXPECT_EQ(guest.chain.writable[0].data, nullptr);
}

TEST(SplitQueue, request_after_one_outside_memory_is_served) {
  Guest guest;
  const Piece piece{Guest::nowhere, 8, true};
  ASSERT_TRUE(guest.driver.add({&piece, 1}));
  const auto head = guest.add_one();
  ASSERT_EQ(guest.serve_one(), Pop::chain);

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.chain.head, head);
  EXPECT_NE(guest.chain.readable[0].data, nullptr);
}

class SplitQueueSize : public testing::TestWithParam<std::uint16_t> {};

TEST_P(SplitQueueSize, full_ring_is_served_twice_over) {
  Guest guest(Guest::Setup{.size = GetParam()});
  std::uint32_t served = 0;
  std::uint32_t answered = 0;

  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < GetParam(); ++i) guest.add_one();
    for (std::uint32_t i = 0; i < GetParam(); ++i) served += guest.serve_one() == Pop::chain;
    for (std::uint32_t i = 0; i < GetParam(); ++i) answered += guest.driver.take_used().has_value();
  }

  EXPECT_EQ(served, 2U * GetParam());
  EXPECT_EQ(answered, 2U * GetParam());
  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::empty);
}

TEST_P(SplitQueueSize, chain_of_the_whole_ring_is_legal) {
  Guest guest(Guest::Setup{.size = GetParam()});
  const std::vector<Piece> pieces(GetParam(), {Guest::buffers, 1, true});
  ASSERT_TRUE(guest.driver.add(pieces));

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.chain.writable.size(), GetParam());
}

TEST_P(SplitQueueSize, indices_run_past_65535) {
  constexpr std::uint16_t first = 65530;
  Guest guest(Guest::Setup{.size = GetParam(), .first_index = first});
  int good = 0;

  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto head = guest.add_one();
    const bool served = guest.serve_one(i) == Pop::chain;
    const auto used = guest.driver.take_used();
    good += served && used && used->head == head && used->written == i;
  }

  EXPECT_EQ(good, 20);
  EXPECT_EQ(guest.queue.base(), 14U);
  EXPECT_EQ(guest.driver.raw_used_index(), 14);
}

INSTANTIATE_TEST_SUITE_P(SplitQueue, SplitQueueSize, testing::Values(1, 2, 4, 1024, 32768));

TEST(SplitQueue, size_is_the_rings) {
  const Guest guest(Guest::Setup{.size = 1024});

  EXPECT_EQ(guest.queue.size(), 1024);
}

TEST(SplitQueue, base_counts_what_was_taken) {
  Guest guest;
  guest.add_one();
  guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.queue.base(), 1U);
}

// What QEMU does at a pause: GET_VRING_BASE, and SET_VRING_BASE with the answer later.
TEST(SplitQueue, new_queue_goes_on_where_the_former_stopped) {
  Guest guest;
  guest.add_one();
  guest.serve_one();
  const auto second = guest.add_one();
  const auto base = static_cast<std::uint16_t>(guest.queue.base());
  SplitQueue resumed(guest.device_memory, guest.ring(), {}, base);

  ASSERT_EQ(resumed.pop(guest.chain), Pop::chain);
  resumed.complete(guest.chain.head, 2);

  EXPECT_EQ(guest.chain.head, second);
  ASSERT_TRUE(guest.driver.take_used());
  EXPECT_EQ(guest.driver.take_used().value().written, 2U);
}

// A daemon that was killed between taking a request and answering it: the front-end takes the base
// from the used index, and the request is served again.
TEST(SplitQueue, request_lost_by_the_former_queue_is_taken_again) {
  Guest guest;
  const auto head = guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  SplitQueue restarted(guest.device_memory, guest.ring(), {}, guest.driver.raw_used_index());

  ASSERT_EQ(restarted.pop(guest.chain), Pop::chain);
  restarted.complete(guest.chain.head, 0);

  EXPECT_EQ(guest.driver.take_used().value().head, head);
}

TEST(SplitQueue, rebase_goes_on_in_the_new_mapping) {
  Guest guest;
  guest.add_one();
  guest.serve_one();
  const auto head = guest.add_one();
  const MemoryRegion region{Guest::base, Guest::memory_size, 0, 0};
  ASSERT_EQ(guest.device_memory.replace({&region, 1}, test::files(guest.memory, 1)), std::nullopt);

  guest.queue.rebase(guest.ring());

  ASSERT_EQ(guest.serve_one(9), Pop::chain);
  EXPECT_EQ(guest.chain.head, head);
  ASSERT_TRUE(guest.driver.take_used());
  EXPECT_EQ(guest.driver.take_used().value().written, 9U);
}

TEST(SplitQueue, request_taken_before_a_rebase_is_completed_after_it) {
  Guest guest;
  const auto head = guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  const MemoryRegion region{Guest::base, Guest::memory_size, 0, 0};
  ASSERT_EQ(guest.device_memory.replace({&region, 1}, test::files(guest.memory, 1)), std::nullopt);
  guest.queue.rebase(guest.ring());

  guest.queue.complete(guest.chain.head, 0);

  EXPECT_EQ(guest.driver.take_used().value().head, head);
}

TEST(SplitQueueDeath, completing_more_than_was_taken_is_our_own_fault) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Guest guest;
  guest.add_one();
  guest.serve_one();

  EXPECT_DEBUG_DEATH(guest.queue.complete(0, 0), "under_way_");
}

}  // namespace
}  // namespace vhost_device::virtio
