// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "core/virtio/split_queue.hpp"
#include "tests/unit/virtio/guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::Guest;
using testing::HasSubstr;

constexpr SplitQueue::Addresses aligned{.descriptors = 0x1000, .available = 0x2000, .used = 0x3000};

std::string reason(const std::optional<Refusal>& refusal) {
  return refusal ? refusal->reason : "accepted";
}

class GoodRingSize : public testing::TestWithParam<std::uint32_t> {};

TEST_P(GoodRingSize, layout_is_accepted) {
  EXPECT_EQ(SplitQueue::check_layout(GetParam(), aligned), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(SplitQueue, GoodRingSize,
                         testing::Values(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096,
                                         8192, 16384, 32768));

class BadRingSize : public testing::TestWithParam<std::uint32_t> {};

TEST_P(BadRingSize, layout_is_refused) {
  EXPECT_THAT(reason(SplitQueue::check_layout(GetParam(), aligned)), HasSubstr("power of two"));
}

INSTANTIATE_TEST_SUITE_P(SplitQueue, BadRingSize,
                         testing::Values(0, 3, 5, 6, 100, 32767, 32769, 65535, 65536, 0x8000'0000,
                                         UINT32_MAX));

// VIRTIO 1.3, 2.7: 16 for the descriptor table, 2 for the available ring, 4 for the used ring.
TEST(SplitQueue, least_aligned_layout_is_accepted) {
  EXPECT_EQ(SplitQueue::check_layout(8, {.descriptors = 0x10, .available = 0x102, .used = 0x204}),
            std::nullopt);
}

TEST(SplitQueue, misaligned_descriptor_table_is_refused) {
  EXPECT_EQ(reason(SplitQueue::check_layout(8, {0x1008, 0x2000, 0x3000})),
            "the descriptor table at 0x1008 is not aligned to 16 bytes");
}

TEST(SplitQueue, misaligned_available_ring_is_refused) {
  EXPECT_EQ(reason(SplitQueue::check_layout(8, {0x1000, 0x2001, 0x3000})),
            "the available ring at 0x2001 is not aligned to 2 bytes");
}

TEST(SplitQueue, misaligned_used_ring_is_refused) {
  EXPECT_EQ(reason(SplitQueue::check_layout(8, {0x1000, 0x2000, 0x3002})),
            "the used ring at 0x3002 is not aligned to 4 bytes");
}

TEST(SplitQueue, mapped_layout_is_accepted) {
  const Guest guest;

  EXPECT_EQ(SplitQueue::check_layout(guest.ring()), std::nullopt);
}

TEST(SplitQueue, ring_outside_memory_is_refused) {
  const Guest guest;
  SplitRing ring = guest.ring();
  ring.used = nullptr;

  EXPECT_EQ(reason(SplitQueue::check_layout(ring)), "the ring is not wholly in guest memory");
}

TEST(SplitQueue, ring_misaligned_by_its_regions_offset_is_refused) {
  const test::SharedMemory shared(8192);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, 4096, 0, 1}, shared.file()), std::nullopt);
  const SplitRing ring{8, memory.at(0x10000, 128), memory.at(0x10100, 22), memory.at(0x10200, 70)};

  EXPECT_THAT(reason(SplitQueue::check_layout(ring)), HasSubstr("is not aligned to 16 bytes"));
}

TEST(SplitQueue, queue_over_no_ring_is_broken_and_harmless) {
  const Guest guest;
  SplitQueue queue(guest.device_memory, SplitRing{.size = 8}, {}, 0);
  Chain chain;

  EXPECT_EQ(queue.pop(chain), Pop::broken);
  EXPECT_EQ(queue.broken_reason(), "the ring is not wholly in guest memory");
  queue.disable_notifications();
  EXPECT_FALSE(queue.enable_notifications());
  EXPECT_FALSE(queue.take_interrupt());
}

TEST(SplitQueue, rebase_to_nowhere_breaks_and_drops_what_is_under_way) {
  Guest guest;
  guest.add_one();
  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  guest.queue.rebase(SplitRing{.size = 8});
  guest.queue.complete(guest.chain.head, 0);

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::broken);
  EXPECT_FALSE(guest.queue.take_interrupt());
  EXPECT_FALSE(guest.driver.take_used());
}

}  // namespace
}  // namespace vhost_device::virtio
