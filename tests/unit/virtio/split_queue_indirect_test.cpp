// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/virtio/split_queue.hpp"
#include "tests/unit/virtio/guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::Guest;
using testing::HasSubstr;
using Piece = DriverRing::Piece;
namespace flag = descriptor_flag;

constexpr std::uint64_t table_address = Guest::buffers + 0x10000;

constexpr std::uint16_t both(std::uint16_t left, std::uint16_t right) {
  return static_cast<std::uint16_t>(left | right);
}

/// A ring of four entries, as in QEMU 7.2, and an indirect table.
class Indirect : public testing::Test {
 protected:
  /// Entry `index` of a table at `address`, in the byte order of this little-endian test.
  void set_entry(std::uint64_t address, std::uint16_t index, const Descriptor& descriptor) {
    std::memcpy(guest_.at(address + sizeof(Descriptor) * index).data(), &descriptor,
                sizeof descriptor);
  }

  /// What `pop` says to a table of `bytes` bytes.
  Pop pop_table(std::uint64_t address, std::uint32_t bytes, std::uint16_t flags = flag::indirect) {
    guest_.driver.raw_set_descriptor(0, {address, bytes, flags, 0});
    guest_.driver.raw_offer(0);
    return guest_.queue.pop(guest_.chain);
  }

  [[nodiscard]] std::string reason() const { return std::string(guest_.queue.broken_reason()); }

  Guest guest_{Guest::Setup{.size = 4}};
};

TEST_F(Indirect, table_is_followed) {
  const Piece pieces[] = {
      {Guest::buffers, 8, false}, {Guest::buffers + 8, 2, false}, {Guest::buffers + 16, 1, true}};
  ASSERT_TRUE(guest_.driver.add_indirect(pieces, guest_.at(table_address), table_address));

  ASSERT_EQ(guest_.queue.pop(guest_.chain), Pop::chain);

  ASSERT_EQ(guest_.chain.readable.size(), 2U);
  EXPECT_EQ(guest_.chain.readable[1].data, guest_.device_memory.at(Guest::buffers + 8, 2));
  ASSERT_EQ(guest_.chain.writable.size(), 1U);
  EXPECT_EQ(guest_.chain.writable[0].data, guest_.device_memory.at(Guest::buffers + 16, 1));
}

TEST_F(Indirect, as_many_tables_as_entries_are_served) {
  const Piece pieces[] = {
      {Guest::buffers, 8, false}, {Guest::buffers, 2, false}, {Guest::buffers, 1, true}};
  int added = 0;
  int served = 0;

  for (int i = 0; i < 5; ++i) {
    added +=
        guest_.driver.add_indirect(pieces, guest_.at(table_address), table_address).has_value();
  }
  for (int i = 0; i < 5; ++i) served += guest_.serve_one() == Pop::chain;

  EXPECT_EQ(added, 4);
  EXPECT_EQ(served, 4);
}

TEST_F(Indirect, table_at_an_odd_address_is_followed) {
  const Piece pieces[] = {{Guest::buffers, 8, false}, {Guest::buffers, 1, true}};
  ASSERT_TRUE(guest_.driver.add_indirect(pieces, guest_.at(table_address + 7), table_address + 7));

  ASSERT_EQ(guest_.queue.pop(guest_.chain), Pop::chain);

  EXPECT_EQ(guest_.chain.readable.size(), 1U);
  EXPECT_EQ(guest_.chain.writable.size(), 1U);
}

// 2.7.5.3.2: zero or more normal descriptors followed by one with INDIRECT.
TEST_F(Indirect, table_behind_a_direct_descriptor_is_followed) {
  set_entry(table_address, 0, {Guest::buffers, 1, flag::write, 0});
  guest_.driver.raw_set_descriptor(0, {Guest::buffers, 8, flag::next, 1});
  guest_.driver.raw_set_descriptor(1, {table_address, 16, flag::indirect, 0});
  guest_.driver.raw_offer(0);

  ASSERT_EQ(guest_.queue.pop(guest_.chain), Pop::chain);

  EXPECT_EQ(guest_.chain.readable.size(), 1U);
  EXPECT_EQ(guest_.chain.writable.size(), 1U);
}

// 2.7.5.3.2: the device ignores WRITE in the descriptor that refers to a table.
TEST_F(Indirect, write_flag_of_the_table_means_nothing) {
  set_entry(table_address, 0, {Guest::buffers, 8, 0, 0});

  ASSERT_EQ(pop_table(table_address, 16, both(flag::indirect, flag::write)), Pop::chain);

  EXPECT_EQ(guest_.chain.readable.size(), 1U);
}

TEST_F(Indirect, entries_need_not_be_in_order) {
  set_entry(table_address, 0, {Guest::buffers, 1, flag::next, 2});
  set_entry(table_address, 1, {Guest::buffers, 3, flag::write, 0});
  set_entry(table_address, 2, {Guest::buffers, 2, flag::next, 1});

  ASSERT_EQ(pop_table(table_address, 48), Pop::chain);

  ASSERT_EQ(guest_.chain.readable.size(), 2U);
  EXPECT_EQ(guest_.chain.readable[1].size, 2U);
  EXPECT_EQ(guest_.chain.writable.size(), 1U);
}

TEST_F(Indirect, entries_behind_the_chains_end_are_not_looked_at) {
  set_entry(table_address, 0, {Guest::buffers, 1, 0, 0});
  set_entry(table_address, 1, {Guest::buffers, 1, flag::indirect, 999});

  EXPECT_EQ(pop_table(table_address, 32), Pop::chain);
}

// Linux builds tables longer than the ring.
TEST_F(Indirect, table_longer_than_the_ring_is_followed) {
  const std::vector<Piece> pieces(200, {Guest::buffers, 1, false});
  ASSERT_TRUE(guest_.driver.add_indirect(pieces, guest_.at(table_address), table_address));

  ASSERT_EQ(guest_.queue.pop(guest_.chain), Pop::chain);

  EXPECT_EQ(guest_.chain.readable.size(), 200U);
}

TEST_F(Indirect, longest_table_is_followed) {
  const std::vector<Piece> pieces(32768, {Guest::buffers, 1, true});
  ASSERT_TRUE(guest_.driver.add_indirect(pieces, guest_.at(table_address), table_address));

  ASSERT_EQ(guest_.queue.pop(guest_.chain), Pop::chain);

  EXPECT_EQ(guest_.chain.writable.size(), 32768U);
}

TEST_F(Indirect, table_longer_than_the_longest_breaks) {
  EXPECT_EQ(pop_table(table_address, 32769 * 16), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("an indirect table of 524304 bytes"));
}

TEST_F(Indirect, table_of_almost_4_gib_breaks) {
  EXPECT_EQ(pop_table(table_address, 0xffff'fff0), Pop::broken);
}

TEST_F(Indirect, table_of_length_zero_breaks) {
  EXPECT_EQ(pop_table(table_address, 0), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("an indirect table of 0 bytes"));
}

TEST_F(Indirect, table_of_a_length_that_is_no_multiple_of_16_breaks) {
  EXPECT_EQ(pop_table(table_address, 24), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("an indirect table of 24 bytes"));
}

TEST_F(Indirect, table_outside_memory_breaks) {
  EXPECT_EQ(pop_table(Guest::nowhere, 16), Pop::broken);
  EXPECT_EQ(reason(), "entry 0 of an indirect table is not in guest memory");
}

TEST_F(Indirect, table_that_runs_out_of_memory_breaks) {
  const std::uint64_t last = Guest::base + Guest::memory_size - 16;
  set_entry(last, 0, {Guest::buffers, 1, flag::next, 1});

  EXPECT_EQ(pop_table(last, 32), Pop::broken);
  EXPECT_EQ(reason(), "entry 1 of an indirect table is not in guest memory");
}

TEST_F(Indirect, table_that_wraps_breaks) {
  EXPECT_EQ(pop_table(UINT64_MAX - 15, 32), Pop::broken);
}

// Memory at the last addresses and at the first does not adjoin.
TEST(SplitQueue, table_that_would_go_on_at_address_zero_breaks) {
  Guest guest;
  const test::SharedMemory more(8192);
  ASSERT_EQ(guest.device_memory.add({0, 4096, 0, 0}, more.file()), std::nullopt);
  ASSERT_EQ(guest.device_memory.add({UINT64_MAX - 4095, 4096, 0, 4096}, more.file()), std::nullopt);
  const Descriptor first{Guest::buffers, 1, flag::next, 1};
  const Descriptor second{Guest::buffers, 1, 0, 0};
  std::memcpy(more.bytes().data() + 8192 - sizeof first, &first, sizeof first);
  std::memcpy(more.bytes().data(), &second, sizeof second);
  guest.driver.raw_set_descriptor(0, {UINT64_MAX - 15, 32, flag::indirect, 0});
  guest.driver.raw_offer(0);

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::broken);
  EXPECT_EQ(guest.queue.broken_reason(), "entry 1 of an indirect table is not in guest memory");
}

TEST_F(Indirect, table_inside_another_breaks) {
  set_entry(table_address, 0, {table_address + 64, 16, flag::indirect, 0});
  set_entry(table_address + 64, 0, {Guest::buffers, 1, 0, 0});

  EXPECT_EQ(pop_table(table_address, 16), Pop::broken);
  EXPECT_EQ(reason(), "an indirect table inside another");
}

TEST_F(Indirect, next_outside_the_table_breaks) {
  set_entry(table_address, 0, {Guest::buffers, 1, flag::next, 2});

  EXPECT_EQ(pop_table(table_address, 32), Pop::broken);
  EXPECT_EQ(reason(), "descriptor 0 is followed by 2, outside a table of 2");
}

TEST_F(Indirect, loop_in_the_table_breaks) {
  set_entry(table_address, 0, {Guest::buffers, 1, flag::next, 1});
  set_entry(table_address, 1, {Guest::buffers, 1, flag::next, 0});

  EXPECT_EQ(pop_table(table_address, 32), Pop::broken);
  EXPECT_THAT(reason(), HasSubstr("does not end within a table of 2"));
}

TEST_F(Indirect, readable_entry_behind_a_writable_one_breaks) {
  set_entry(table_address, 0, {Guest::buffers, 1, both(flag::write, flag::next), 1});
  set_entry(table_address, 1, {Guest::buffers, 1, 0, 0});

  EXPECT_EQ(pop_table(table_address, 32), Pop::broken);
}

TEST_F(Indirect, readable_entry_behind_a_writable_direct_descriptor_breaks) {
  set_entry(table_address, 0, {Guest::buffers, 1, 0, 0});
  guest_.driver.raw_set_descriptor(0, {Guest::buffers, 8, both(flag::write, flag::next), 1});
  guest_.driver.raw_set_descriptor(1, {table_address, 16, flag::indirect, 0});
  guest_.driver.raw_offer(0);

  EXPECT_EQ(guest_.queue.pop(guest_.chain), Pop::broken);
}

TEST(SplitQueue, table_that_was_not_negotiated_breaks) {
  Guest guest(Guest::Setup{.indirect = false});
  const Piece piece{Guest::buffers, 8, false};
  ASSERT_TRUE(guest.driver.add_indirect({&piece, 1}, guest.at(table_address), table_address));

  EXPECT_EQ(guest.queue.pop(guest.chain), Pop::broken);
  EXPECT_EQ(guest.queue.broken_reason(), "an indirect table, which was not negotiated");
}

/// Where, in bytes from its start, a table of three entries runs from one region into the next.
class IndirectAcrossRegions : public testing::TestWithParam<std::uint64_t> {};

TEST_P(IndirectAcrossRegions, table_is_followed) {
  Guest guest(Guest::Setup{.size = 4});
  const test::SharedMemory more(4096);
  const std::uint64_t border = Guest::base + Guest::memory_size;
  ASSERT_EQ(guest.device_memory.add({border, 4096, 0, 0}, more.file()), std::nullopt);
  const Piece pieces[] = {
      {Guest::buffers, 1, false}, {Guest::buffers, 2, false}, {Guest::buffers, 3, true}};
  std::byte table[48];
  ASSERT_TRUE(guest.driver.add_indirect(pieces, table, border - GetParam()));
  std::memcpy(guest.at(border - GetParam()).data(), table, GetParam());
  std::memcpy(more.bytes().data(), table + GetParam(), sizeof table - GetParam());

  ASSERT_EQ(guest.queue.pop(guest.chain), Pop::chain);

  ASSERT_EQ(guest.chain.readable.size(), 2U);
  EXPECT_EQ(guest.chain.readable[0].size, 1U);
  EXPECT_EQ(guest.chain.readable[1].size, 2U);
  ASSERT_EQ(guest.chain.writable.size(), 1U);
  EXPECT_EQ(guest.chain.writable[0].size, 3U);
}

INSTANTIATE_TEST_SUITE_P(SplitQueue, IndirectAcrossRegions, testing::Values(1, 16, 23, 32, 47));

}  // namespace
}  // namespace vhost_device::virtio
