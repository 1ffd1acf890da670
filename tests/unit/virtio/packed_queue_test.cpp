// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "tests/unit/virtio/packed_guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::PackedGuest;
using testing::HasSubstr;
using Piece = DriverQueue::Piece;

TEST(PackedQueue, fresh_ring_is_empty) {
  PackedGuest guest;

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::empty);
  EXPECT_FALSE(guest.queue.enable_notifications());
  EXPECT_FALSE(guest.queue.take_interrupt());
}

TEST(PackedQueue, chain_has_the_buffers_in_order) {
  PackedGuest guest;
  const Piece pieces[] = {{PackedGuest::buffers, 3, false},
                          {PackedGuest::buffers + 16, 5, false},
                          {PackedGuest::buffers + 32, 7, true}};
  const auto id = guest.driver.add(pieces);

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.chain.head, id);
  EXPECT_EQ(guest.chain.descriptors, 3U);
  ASSERT_EQ(guest.chain.readable.size(), 2U);
  EXPECT_EQ(guest.chain.readable[1].size, 5U);
  ASSERT_EQ(guest.chain.writable.size(), 1U);
  EXPECT_EQ(guest.chain.writable[0].data, guest.device_memory.at(PackedGuest::buffers + 32, 7));
}

// The bytes as VIRTIO 1.3, 2.8.13 lays them out: AVAIL is bit 7, USED bit 15 of the flags.
TEST(PackedQueue, descriptors_are_little_endian) {
  PackedGuest guest(PackedGuest::Setup{.size = 3});
  const Piece piece{PackedGuest::buffers + 0x11, 0x01020304, true};
  ASSERT_EQ(guest.driver.add({&piece, 1}), 0);
  std::array<std::uint8_t, 16> bytes{};

  std::memcpy(bytes.data(), guest.at(PackedGuest::base).data(), 16);
  const std::array<std::uint8_t, 16> available{0x11, 0, 0x20, 0x40, 0, 0, 0,        0,
                                               4,    3, 2,    1,    0, 0, 2 | 0x80, 0};
  EXPECT_EQ(bytes, available);

  ASSERT_EQ(guest.serve_one(0x0a0b), Pop::chain);
  std::memcpy(bytes.data(), guest.at(PackedGuest::base).data(), 16);
  const std::array<std::uint8_t, 8> used{0x0b, 0x0a, 0, 0, 0, 0, 2 | 0x80, 0x80};
  EXPECT_TRUE(std::equal(used.begin(), used.end(), bytes.begin() + 8));
}

TEST(PackedQueue, answer_without_data_has_no_write_flag) {
  PackedGuest guest;
  guest.add();

  ASSERT_EQ(guest.serve_one(0), Pop::chain);

  EXPECT_EQ(guest.driver.raw_descriptor(0).flags, 0x8080);
  EXPECT_EQ(guest.driver.take_used().value().written, 0U);
}

TEST(PackedQueue, one_answer_stands_for_the_whole_chain) {
  PackedGuest guest;
  const auto first = guest.add(3);
  const auto second = guest.add(2);
  ASSERT_EQ(guest.serve_one(), Pop::chain);
  ASSERT_EQ(guest.serve_one(), Pop::chain);

  EXPECT_EQ(guest.driver.raw_descriptor(0).id, first);
  EXPECT_EQ(guest.driver.raw_descriptor(3).id, second);
  EXPECT_EQ(guest.driver.take_used().value().head, first);
  EXPECT_EQ(guest.driver.take_used().value().head, second);
  EXPECT_FALSE(guest.driver.take_used());
  EXPECT_EQ(guest.queue.base(), 0x8005'8005U);
}

class PackedQueueSize : public testing::TestWithParam<std::uint16_t> {};

TEST_P(PackedQueueSize, full_ring_is_served_three_times_over) {
  PackedGuest guest(PackedGuest::Setup{.size = GetParam()});
  std::uint32_t good = 0;

  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < GetParam(); ++i) guest.add();
    EXPECT_FALSE(guest.driver.add(std::vector<Piece>(1)));
    for (std::uint32_t i = 0; i < GetParam(); ++i) good += guest.serve_one(i) == Pop::chain;
    for (std::uint32_t i = 0; i < GetParam(); ++i) {
      const auto used = guest.driver.take_used();
      good += used && used->written == i;
    }
  }

  EXPECT_EQ(good, 6U * GetParam());
  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::empty);
  EXPECT_EQ(guest.queue.base(), 0U);
}

TEST_P(PackedQueueSize, chain_of_the_whole_ring_is_legal_from_any_slot) {
  const auto last = static_cast<std::uint16_t>(GetParam() - 1);
  PackedGuest guest(PackedGuest::Setup{.size = GetParam(), .first = {last, false}});
  const auto id = guest.add(GetParam());

  ASSERT_EQ(guest.serve_one(), Pop::chain);

  EXPECT_EQ(guest.chain.readable.size(), GetParam());
  EXPECT_EQ(guest.driver.take_used().value().head, id);
  EXPECT_EQ(guest.queue.base(), (0x8000U | last) * 0x1'0001U);
}

TEST_P(PackedQueueSize, chains_run_over_the_end_of_the_ring) {
  const auto length = static_cast<std::uint16_t>(GetParam() / 2 + 1);
  PackedGuest guest(PackedGuest::Setup{.size = GetParam(), .event_idx = true});
  int good = 0;

  for (int i = 0; i < 20; ++i) {
    const auto id = guest.add(length);
    const bool kick = guest.driver.take_kick();
    const bool served = guest.serve_one() == Pop::chain;
    const bool more = guest.queue.enable_notifications();
    const bool interrupt = guest.queue.take_interrupt();
    const auto used = guest.driver.take_used();
    good += kick && served && !more && interrupt && used && used->head == id;
  }

  EXPECT_EQ(good, 20);
}

INSTANTIATE_TEST_SUITE_P(PackedQueue, PackedQueueSize, testing::Values(1, 2, 3, 5, 1000, 32768));

TEST(PackedQueue, group_is_answered_at_once) {
  PackedGuest guest(PackedGuest::Setup{.size = 4, .first = {2, true}});
  std::vector<Completion> completions;
  for (int i = 0; i < 3; ++i) {
    guest.add();
    ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
    completions.push_back({guest.chain.head, 9});
  }
  EXPECT_FALSE(guest.driver.take_used());

  guest.queue.complete(completions);

  for (const Completion& completion : completions) {
    EXPECT_EQ(guest.driver.take_used().value().head, completion.head);
  }
  EXPECT_FALSE(guest.driver.take_used());
}

TEST(PackedQueue, all_entries_of_an_indirect_table_are_used_in_order) {
  PackedGuest guest;
  const Piece pieces[] = {{PackedGuest::buffers, 3, false}, {PackedGuest::buffers + 16, 5, true}};
  const std::uint64_t table = PackedGuest::buffers + 0x101;  // of any alignment
  const auto id = guest.driver.add_indirect(pieces, guest.at(table), table);

  ASSERT_EQ(guest.serve_one(5), Pop::chain);

  EXPECT_EQ(guest.chain.descriptors, 3U);
  EXPECT_EQ(guest.chain.readable.at(0).size, 3U);
  EXPECT_EQ(guest.chain.writable.at(0).size, 5U);
  EXPECT_EQ(guest.driver.take_used().value().head, id);
}

// VIRTIO 1.3, 2.8.7: WRITE is the only flag in the table; others are ignored.
TEST(PackedQueue, other_flags_in_an_indirect_table_mean_nothing) {
  PackedGuest guest;
  const std::array entries{PackedDescriptor{PackedGuest::buffers, 16, 7, 0xffff & ~2},
                           PackedDescriptor{PackedGuest::buffers, 16, 9, 0xffff}};
  std::memcpy(guest.at(PackedGuest::buffers).data(), entries.data(), sizeof entries);
  guest.driver.raw_offer({PackedGuest::buffers, 32, 3, descriptor_flag::indirect});

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.chain.head, 3);
  EXPECT_EQ(guest.chain.readable.size(), 1U);
  EXPECT_EQ(guest.chain.writable.size(), 1U);
}

TEST(PackedQueue, buffer_outside_memory_keeps_its_place) {
  PackedGuest guest;
  const Piece pieces[] = {{PackedGuest::nowhere, 2, false}, {UINT64_MAX - 3, 8, true}};
  ASSERT_TRUE(guest.driver.add(pieces));

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.chain.readable.at(0).data, nullptr);
  EXPECT_EQ(guest.chain.writable.at(0).data, nullptr);
}

TEST(PackedQueue, new_queue_goes_on_where_the_former_stopped) {
  PackedGuest guest;
  guest.add(3);
  guest.serve_one();
  const auto second = guest.add(2);
  PackedQueue resumed(guest.device_memory, guest.ring(), {}, guest.queue.base());

  ASSERT_EQ(resumed.pop(guest.chain), Pop::chain);

  EXPECT_EQ(guest.chain.head, second);
}

// Taken by a back-end that stopped without an answer: available at slot 1, used at slot 0.
TEST(PackedQueue, request_lost_by_the_former_queue_is_taken_again) {
  PackedGuest guest;
  const auto id = guest.add();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  EXPECT_EQ(guest.queue.base(), 0x8000'8001U);
  PackedQueue restarted(guest.device_memory, guest.ring(), {}, guest.queue.base());

  ASSERT_EQ(restarted.pop(guest.chain), Pop::chain);
  restarted.complete(guest.chain.head, 0);

  EXPECT_EQ(guest.driver.take_used().value().head, id);
}

TEST(PackedQueue, request_taken_before_a_rebase_is_completed_after_it) {
  PackedGuest guest;
  const auto id = guest.add();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);
  const MemoryRegion region{PackedGuest::base, PackedGuest::memory_size, 0, 0};
  ASSERT_EQ(guest.device_memory.replace({&region, 1}, test::files(guest.memory, 1)), std::nullopt);
  guest.queue.rebase(guest.ring());

  guest.queue.complete(guest.chain.head, 0);

  EXPECT_EQ(guest.driver.take_used().value().head, id);
}

TEST(PackedQueue, layout_that_cannot_be_breaks_it_from_the_start) {
  PackedGuest guest;
  PackedRing ring = guest.ring();
  ring.device_event += 2;
  PackedQueue unaligned(guest.device_memory, ring, {}, PackedQueue::first_base);
  PackedQueue outside(guest.device_memory, guest.ring(), {}, 0x8008'8008);

  EXPECT_EQ(unaligned.pop(guest.chain), Pop::broken);
  EXPECT_THAT(std::string(unaligned.broken_reason()), HasSubstr("device event suppression"));
  EXPECT_EQ(outside.pop(guest.chain), Pop::broken);
  EXPECT_THAT(std::string(outside.broken_reason()), HasSubstr("slot 8 of a packed ring of 8"));
  EXPECT_FALSE(outside.enable_notifications());
  EXPECT_FALSE(outside.take_interrupt());
}

}  // namespace
}  // namespace vhost_device::virtio
