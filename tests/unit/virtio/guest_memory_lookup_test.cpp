// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "core/virtio/guest_memory.hpp"
#include "tests/unit/virtio/shared_memory.hpp"

namespace vhost_device::virtio {
namespace {

using test::SharedMemory;

constexpr std::uint64_t page = 4096;

/// Regions [0x1000, 0x2000), [0x2000, 0x3000), which the file holds the other way round,
/// [0x8000, 0x9000), and the last page of all.
class GuestMemoryLookup : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(memory_.add({0x1000, page, 0x7f00'0000'1000, page}, shared_.file()), std::nullopt);
    ASSERT_EQ(memory_.add({0x2000, page, 0x7f00'0000'2000, 0}, shared_.file()), std::nullopt);
    ASSERT_EQ(memory_.add({0x8000, page, 0x7f00'0000'8000, 2 * page}, shared_.file()),
              std::nullopt);
    ASSERT_EQ(
        memory_.add({UINT64_MAX - page + 1, page, 0x7f00'0001'0000, 3 * page}, shared_.file()),
        std::nullopt);
  }

  std::vector<Buffer> translate(std::uint64_t address, std::uint32_t length) {
    std::vector<Buffer> buffers;
    memory_.translate(address, length, buffers);
    return buffers;
  }

  SharedMemory shared_{4 * page};
  GuestMemory memory_;
};

TEST_F(GuestMemoryLookup, range_inside_one_region_is_one_buffer) {
  const auto buffers = translate(0x1010, 32);

  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_EQ(buffers[0].data, memory_.at(0x1010, 32));
  EXPECT_EQ(buffers[0].size, 32U);
}

TEST_F(GuestMemoryLookup, range_across_adjacent_regions_is_split_at_the_border) {
  const auto buffers = translate(0x1ff0, 0x30);

  ASSERT_EQ(buffers.size(), 2U);
  EXPECT_EQ(buffers[0].data, memory_.at(0x1ff0, 1));
  EXPECT_EQ(buffers[0].size, 0x10U);
  EXPECT_EQ(buffers[1].data, memory_.at(0x2000, 1));
  EXPECT_EQ(buffers[1].size, 0x20U);
}

TEST_F(GuestMemoryLookup, range_up_to_the_end_of_a_region_is_inside) {
  const auto buffers = translate(0x8000, page);

  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_NE(buffers[0].data, nullptr);
}

TEST_F(GuestMemoryLookup, range_that_ends_outside_is_one_buffer_without_data) {
  const auto buffers = translate(0x8000, page + 1);

  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_EQ(buffers[0].data, nullptr);
  EXPECT_EQ(buffers[0].size, page + 1);
}

TEST_F(GuestMemoryLookup, range_across_two_regions_that_ends_outside_is_one_buffer_without_data) {
  const auto buffers = translate(0x1ff0, 0x1011);

  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_EQ(buffers[0].data, nullptr);
}

TEST_F(GuestMemoryLookup, range_that_begins_before_memory_is_without_data) {
  const auto buffers = translate(0xfff, 2);

  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_EQ(buffers[0].data, nullptr);
}

TEST_F(GuestMemoryLookup, range_that_wraps_is_without_data) {
  ASSERT_EQ(memory_.add({0, page, 0, 0}, shared_.file()), std::nullopt);

  const auto buffers = translate(UINT64_MAX - 7, 9);

  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_EQ(buffers[0].data, nullptr);
}

TEST_F(GuestMemoryLookup, range_up_to_the_last_address_is_inside) {
  const auto buffers = translate(UINT64_MAX - 7, 8);

  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_NE(buffers[0].data, nullptr);
}

TEST_F(GuestMemoryLookup, longest_length_is_without_data) {
  const auto buffers = translate(0x1000, UINT32_MAX);

  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_EQ(buffers[0].data, nullptr);
  EXPECT_EQ(buffers[0].size, UINT32_MAX);
}

TEST_F(GuestMemoryLookup, length_zero_appends_nothing) {
  EXPECT_TRUE(translate(0x1000, 0).empty());
  EXPECT_TRUE(translate(0x5000, 0).empty());
}

TEST_F(GuestMemoryLookup, translate_keeps_what_was_there) {
  std::vector<Buffer> buffers;
  memory_.translate(0x1000, 1, buffers);
  memory_.translate(0x1ff0, 0x10000, buffers);

  ASSERT_EQ(buffers.size(), 2U);
  EXPECT_EQ(buffers[0].data, memory_.at(0x1000, 1));
  EXPECT_EQ(buffers[1].data, nullptr);
}

TEST_F(GuestMemoryLookup, at_across_regions_is_null) {
  EXPECT_NE(memory_.at(0x1fff, 1), nullptr);
  EXPECT_EQ(memory_.at(0x1fff, 2), nullptr);
}

TEST_F(GuestMemoryLookup, at_with_the_longest_length_is_null) {
  EXPECT_EQ(memory_.at(0x1001, UINT64_MAX), nullptr);
}

TEST_F(GuestMemoryLookup, at_outside_is_null) {
  EXPECT_EQ(memory_.at(0x0, 1), nullptr);
  EXPECT_EQ(memory_.at(0xfff, 1), nullptr);
  EXPECT_EQ(memory_.at(0x3000, 1), nullptr);
  EXPECT_EQ(memory_.at(0x7fff, 1), nullptr);
  EXPECT_EQ(memory_.at(0x9000, 1), nullptr);
}

TEST_F(GuestMemoryLookup, user_address_finds_the_same_byte) {
  EXPECT_EQ(memory_.at_user_address(0x7f00'0000'8123, 16), memory_.at(0x8123, 16));
}

TEST_F(GuestMemoryLookup, user_address_outside_is_null) {
  EXPECT_EQ(memory_.at_user_address(0x8123, 16), nullptr);
  EXPECT_EQ(memory_.at_user_address(0x7f00'0000'8ff1, 16), nullptr);
  EXPECT_EQ(memory_.at_user_address(0x7f00'0000'8000, UINT64_MAX), nullptr);
}

TEST_F(GuestMemoryLookup, user_address_in_two_regions_is_found_where_the_length_fits) {
  ASSERT_EQ(memory_.add({0x100000, 16, 0x5000, 0}, shared_.file()), std::nullopt);
  ASSERT_EQ(memory_.add({0x200000, page, 0x5000, 0}, shared_.file()), std::nullopt);

  EXPECT_EQ(memory_.at_user_address(0x5000, 100), memory_.at(0x200000, 100));
}

TEST_F(GuestMemoryLookup, read_gathers_across_regions) {
  std::ranges::fill(shared_.bytes().subspan(2 * page - 2, 2), std::byte{0x11});
  std::ranges::fill(shared_.bytes().first(2), std::byte{0x22});
  std::array<std::byte, 4> bytes{};

  ASSERT_TRUE(memory_.read(0x1ffe, bytes));

  constexpr std::array expected{std::byte{0x11}, std::byte{0x11}, std::byte{0x22}, std::byte{0x22}};
  EXPECT_EQ(bytes, expected);
}

TEST_F(GuestMemoryLookup, read_outside_fails) {
  std::array<std::byte, 4> bytes{};

  EXPECT_FALSE(memory_.read(0x2ffe, bytes));
  EXPECT_FALSE(memory_.read(0xfff, bytes));
  EXPECT_FALSE(memory_.read(UINT64_MAX - 1, bytes));
}

TEST(GuestMemory, lookup_in_no_memory_finds_nothing) {
  const GuestMemory memory;

  EXPECT_EQ(memory.at(0, 1), nullptr);
  EXPECT_EQ(memory.at_user_address(0, 1), nullptr);
}

}  // namespace
}  // namespace vhost_device::virtio
