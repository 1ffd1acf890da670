// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/guest_memory.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/unit/virtio/shared_memory.hpp"

namespace vhost_device::virtio {
namespace {

using test::files;
using test::open_files;
using test::SharedMemory;
using testing::HasSubstr;

constexpr std::uint64_t page = 4096;

/// The reason of a refusal, or that there was none.
std::string reason(const std::optional<Refusal>& refusal) {
  return refusal ? refusal->reason : "accepted";
}

TEST(GuestMemory, add_makes_the_files_bytes_reachable) {
  const SharedMemory shared(2 * page);
  shared.bytes()[5] = std::byte{0xa5};
  GuestMemory memory;

  ASSERT_EQ(memory.add({0x1000, 2 * page, 0, 0}, shared.file()), std::nullopt);

  EXPECT_EQ(*memory.at(0x1005, 1), std::byte{0xa5});
}

TEST(GuestMemory, writes_reach_the_file) {
  const SharedMemory shared(page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0, page, 0, 0}, shared.file()), std::nullopt);

  *memory.at(17, 1) = std::byte{0x3c};

  EXPECT_EQ(shared.bytes()[17], std::byte{0x3c});
}

TEST(GuestMemory, offset_of_whole_pages_is_where_the_region_begins) {
  const SharedMemory shared(4 * page);
  shared.bytes()[3 * page] = std::byte{0x11};
  GuestMemory memory;

  ASSERT_EQ(memory.add({0, page, 0, 3 * page}, shared.file()), std::nullopt);

  EXPECT_EQ(*memory.at(0, page), std::byte{0x11});
}

TEST(GuestMemory, offset_inside_a_page_is_where_the_region_begins) {
  const SharedMemory shared(4 * page);
  shared.bytes()[page + 13] = std::byte{0x21};
  shared.bytes()[page + 13 + 99] = std::byte{0x22};
  GuestMemory memory;

  ASSERT_EQ(memory.add({0x7000, 100, 0, page + 13}, shared.file()), std::nullopt);

  EXPECT_EQ(*memory.at(0x7000, 1), std::byte{0x21});
  EXPECT_EQ(*memory.at(0x7000 + 99, 1), std::byte{0x22});
  EXPECT_EQ(memory.at(0x7000 + 100, 1), nullptr);
}

TEST(GuestMemory, add_of_size_zero_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0x1000, 0, 0, 0}, shared.file())), HasSubstr("size is zero"));
}

TEST(GuestMemory, add_up_to_the_last_address_is_accepted) {
  const SharedMemory shared(page);
  GuestMemory memory;

  EXPECT_EQ(memory.add({UINT64_MAX - page + 1, page, 0, 0}, shared.file()), std::nullopt);
  EXPECT_NE(memory.at(UINT64_MAX, 1), nullptr);
}

TEST(GuestMemory, add_of_guest_addresses_that_wrap_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({UINT64_MAX - page + 2, page, 0, 0}, shared.file())),
              HasSubstr("wrap"));
}

TEST(GuestMemory, add_of_user_addresses_that_wrap_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0, page, UINT64_MAX - page + 2, 0}, shared.file())),
              HasSubstr("wrap"));
}

TEST(GuestMemory, add_of_an_offset_that_wraps_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0, page, 0, UINT64_MAX - 100}, shared.file())),
              HasSubstr("4096 bytes"));
}

TEST(GuestMemory, add_of_a_file_shorter_than_the_region_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0, page + 1, 0, 0}, shared.file())), HasSubstr("4096 bytes"));
}

TEST(GuestMemory, add_of_a_file_shorter_than_offset_and_region_is_refused) {
  const SharedMemory shared(2 * page);
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0, page, 0, page + 1}, shared.file())), HasSubstr("8192 bytes"));
}

TEST(GuestMemory, refusal_names_address_size_offset_and_remedy) {
  const SharedMemory shared(page);
  GuestMemory memory;

  const std::string text = reason(memory.add({0x12000, 0x3000, 0x56000, 0x7000}, shared.file()));

  EXPECT_THAT(text, HasSubstr("guest address 0x12000"));
  EXPECT_THAT(text, HasSubstr("size 0x3000"));
  EXPECT_THAT(text, HasSubstr("user address 0x56000"));
  EXPECT_THAT(text, HasSubstr("file offset 0x7000"));
  EXPECT_THAT(text, HasSubstr("must be as large as the memory"));
}

TEST(GuestMemory, add_of_a_socket_is_refused) {
  int pair[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const support::UniqueFd other(pair[1]);
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0, page, 0, 0}, support::UniqueFd(pair[0]))),
              HasSubstr("neither a regular file nor a memfd"));
}

TEST(GuestMemory, add_of_a_device_file_is_refused) {
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0, page, 0, 0},
                                support::UniqueFd(::open("/dev/zero", O_RDWR | O_CLOEXEC)))),
              HasSubstr("neither a regular file nor a memfd"));
}

TEST(GuestMemory, add_without_a_file_is_refused) {
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0, page, 0, 0}, support::UniqueFd())), HasSubstr("fstat"));
}

TEST(GuestMemory, add_of_a_file_open_for_reading_is_refused) {
  const SharedMemory shared(page);
  const support::UniqueFd original = shared.file();
  support::UniqueFd read_only(
      ::open(("/proc/self/fd/" + std::to_string(original.get())).c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(read_only);
  GuestMemory memory;

  EXPECT_THAT(reason(memory.add({0, page, 0, 0}, std::move(read_only))),
              HasSubstr("open for reading and writing"));
}

TEST(GuestMemory, add_of_a_regular_file_is_accepted) {
  char path[] = "/tmp/guest_memory_test_XXXXXX";
  support::UniqueFd file(::mkstemp(path));
  ASSERT_TRUE(file);
  ::unlink(path);
  ASSERT_EQ(::ftruncate(file.get(), page), 0);
  GuestMemory memory;

  EXPECT_EQ(memory.add({0, page, 0, 0}, std::move(file)), std::nullopt);
}

class Overlap : public testing::TestWithParam<MemoryRegion> {};

TEST_P(Overlap, add_is_refused_and_changes_nothing) {
  const SharedMemory shared(8 * page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, 2 * page, 0, 0}, shared.file()), std::nullopt);
  ASSERT_EQ(memory.add({0x20000, 2 * page, 0, 0}, shared.file()), std::nullopt);

  EXPECT_THAT(reason(memory.add(GetParam(), shared.file())), HasSubstr("overlaps"));
  EXPECT_EQ(memory.region_count(), 2U);
}

INSTANTIATE_TEST_SUITE_P(GuestMemory, Overlap,
                         testing::Values(MemoryRegion{0x10000, 2 * page, 0, 0},  // the same
                                         MemoryRegion{0x10000, 1, 0, 0},         // first byte
                                         MemoryRegion{0x11fff, 1, 0, 0},         // last byte
                                         MemoryRegion{0xf001, page, 0, 0},       // into its start
                                         MemoryRegion{0x11fff, page, 0, 0},      // from its end
                                         MemoryRegion{0xf000, 4 * page, 0, 0},   // around it
                                         MemoryRegion{0x10800, page, 0, 0},      // inside it
                                         MemoryRegion{0x1f001, page, 0, 0},      // into the second
                                         MemoryRegion{0x21fff, page, 0, 0}));    // from its end

TEST(GuestMemory, add_between_adjacent_regions_is_accepted) {
  const SharedMemory shared(page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, page, 0, 0}, shared.file()), std::nullopt);
  ASSERT_EQ(memory.add({0x12000, page, 0, 0}, shared.file()), std::nullopt);

  EXPECT_EQ(memory.add({0x11000, page, 0, 0}, shared.file()), std::nullopt);
}

TEST(GuestMemory, regions_may_share_user_addresses) {
  const SharedMemory shared(page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, page, 0x7000, 0}, shared.file()), std::nullopt);

  EXPECT_EQ(memory.add({0x20000, page, 0x7000, 0}, shared.file()), std::nullopt);
}

TEST(GuestMemory, one_region_more_than_there_can_be_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;
  std::size_t added = 0;
  for (std::uint64_t i = 0; i < GuestMemory::max_regions; ++i) {
    added += memory.add({i * page, page, 0, 0}, shared.file()) == std::nullopt ? 1U : 0U;
  }
  ASSERT_EQ(added, GuestMemory::max_regions);

  EXPECT_THAT(reason(memory.add({GuestMemory::max_regions * page, page, 0, 0}, shared.file())),
              HasSubstr("at most 509"));
}

TEST(GuestMemory, remove_takes_the_region_away) {
  const SharedMemory shared(page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, page, 0x7000, 0}, shared.file()), std::nullopt);
  ASSERT_EQ(memory.add({0x20000, page, 0x9000, 0}, shared.file()), std::nullopt);

  EXPECT_EQ(memory.remove({0x10000, page, 0x7000, 0}), std::nullopt);

  EXPECT_EQ(memory.at(0x10000, 1), nullptr);
  EXPECT_NE(memory.at(0x20000, 1), nullptr);
}

class Unknown : public testing::TestWithParam<MemoryRegion> {};

TEST_P(Unknown, remove_is_refused_and_changes_nothing) {
  const SharedMemory shared(page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, page, 0x7000, 0}, shared.file()), std::nullopt);

  EXPECT_THAT(reason(memory.remove(GetParam())), HasSubstr("no such region"));
  EXPECT_NE(memory.at(0x10000, page), nullptr);
}

INSTANTIATE_TEST_SUITE_P(GuestMemory, Unknown,
                         testing::Values(MemoryRegion{0x10001, page, 0x7000, 0},
                                         MemoryRegion{0x10000, page - 1, 0x7000, 0},
                                         MemoryRegion{0x10000, page, 0x7001, 0}));

TEST(GuestMemory, replace_drops_the_former_regions) {
  const SharedMemory shared(page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, page, 0, 0}, shared.file()), std::nullopt);
  const MemoryRegion table[] = {{0x30000, page, 0, 0}, {0x20000, page, 0, 0}};

  EXPECT_EQ(memory.replace(table, files(shared, 2)), std::nullopt);

  EXPECT_EQ(memory.region_count(), 2U);
  EXPECT_EQ(memory.at(0x10000, 1), nullptr);
  EXPECT_NE(memory.at(0x20000, page), nullptr);
  EXPECT_NE(memory.at(0x30000, page), nullptr);
}

TEST(GuestMemory, replace_by_nothing_leaves_no_memory) {
  const SharedMemory shared(page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, page, 0, 0}, shared.file()), std::nullopt);

  EXPECT_EQ(memory.replace({}, {}), std::nullopt);

  EXPECT_EQ(memory.region_count(), 0U);
}

TEST(GuestMemory, replace_with_one_bad_region_changes_nothing) {
  const SharedMemory shared(page);
  GuestMemory memory;
  ASSERT_EQ(memory.add({0x10000, page, 0, 0}, shared.file()), std::nullopt);
  const MemoryRegion table[] = {{0x30000, page, 0, 0}, {0x20000, 2 * page, 0, 0}};

  EXPECT_NE(memory.replace(table, files(shared, 2)), std::nullopt);

  EXPECT_EQ(memory.region_count(), 1U);
  EXPECT_NE(memory.at(0x10000, page), nullptr);
  EXPECT_EQ(memory.at(0x30000, 1), nullptr);
}

TEST(GuestMemory, replace_with_overlapping_regions_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;
  const MemoryRegion table[] = {{0x30000, page, 0, 0}, {0x30800, page, 0, 0}};

  EXPECT_THAT(reason(memory.replace(table, files(shared, 2))), HasSubstr("overlaps"));
}

TEST(GuestMemory, replace_with_too_few_files_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;
  const MemoryRegion table[] = {{0x30000, page, 0, 0}, {0x40000, page, 0, 0}};

  EXPECT_THAT(reason(memory.replace(table, files(shared, 1))),
              HasSubstr("2 memory regions came with 1 file descriptors"));
}

TEST(GuestMemory, replace_with_too_many_files_is_refused) {
  const SharedMemory shared(page);
  GuestMemory memory;
  const MemoryRegion table[] = {{0x30000, page, 0, 0}};

  EXPECT_THAT(reason(memory.replace(table, files(shared, 2))),
              HasSubstr("1 memory regions came with 2 file descriptors"));
}

TEST(GuestMemory, no_descriptor_stays_open) {
  const SharedMemory shared(2 * page);
  const MemoryRegion good[] = {{0x30000, page, 0, 0}, {0x40000, page, 0, 0}};
  const MemoryRegion bad[] = {{0x30000, page, 0, 0}, {0x40000, 9 * page, 0, 0}};
  const std::ptrdiff_t before = open_files();
  GuestMemory memory;

  ASSERT_EQ(memory.replace(good, files(shared, 2)), std::nullopt);
  ASSERT_NE(memory.replace(bad, files(shared, 2)), std::nullopt);
  ASSERT_NE(memory.replace(good, files(shared, 3)), std::nullopt);
  ASSERT_EQ(memory.add({0x50000, page, 0, 0}, shared.file()), std::nullopt);
  ASSERT_NE(memory.add({0x50000, page, 0, 0}, shared.file()), std::nullopt);
  ASSERT_EQ(memory.remove({0x50000, page, 0, 0}), std::nullopt);

  EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace vhost_device::virtio
