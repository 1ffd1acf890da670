// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using virtio::test::open_files;
using R = Request;
using Start = FakeDevice::Start;

/// A region beside the rig's, of the same file.
constexpr RegionFields second_region{1ULL << 32, 4096, 1ULL << 40, 0};

Sent set_table(std::initializer_list<RegionFields> regions) {
  return sent(R::set_mem_table, memory_table(regions), std::vector(regions.size(), Fd::memory));
}
Sent add(RegionFields region) { return sent(R::add_mem_reg, single_region(region), {Fd::memory}); }
Sent remove(RegionFields region) { return sent(R::rem_mem_reg, single_region(region)); }

class SessionMemory : public testing::Test {
 protected:
  FakeDevice device{2, 0};
  Rig rig{device};
};

TEST_F(SessionMemory, slots_are_as_many_as_there_can_be_regions) {
  // 509 = 0x1fd
  EXPECT_THAT(rig.send(sent(R::get_max_mem_slots)), ElementsAre("send 36/5 fd01000000000000"));
}

TEST_F(SessionMemory, table_of_eight_regions_is_accepted) {
  const auto region = [](std::uint64_t n) { return RegionFields{n << 32, 4096, n << 40, n << 12}; };

  EXPECT_THAT(rig.send(asking(set_table({region(1), region(2), region(3), region(4), region(5),
                                         region(6), region(7), region(8)}))),
              ElementsAre("send 5/5 0000000000000000"));
}

// User Mode Linux's table has room for two regions, whatever it announces.
TEST_F(SessionMemory, table_with_room_for_more_regions_than_it_announces_is_accepted) {
  const Bytes payload = u32(1) + u32(0) + region(Rig::region) + region({});

  EXPECT_THAT(rig.send(asking(sent(R::set_mem_table, payload, {Fd::memory}))),
              ElementsAre("send 5/5 0000000000000000"));
}

TEST_F(SessionMemory, table_that_announces_more_regions_than_it_has_is_refused) {
  for (const std::uint32_t count : {3U, 8U, 9U, 0xffff'ffffU}) {
    const Bytes payload = u32(count) + u32(0) + region(Rig::region) + region(second_region);
    EXPECT_THAT(rig.send_refused(sent(R::set_mem_table, payload, {Fd::memory, Fd::memory})),
                HasSubstr("regions"))
        << count;
  }
}

TEST_F(SessionMemory, table_with_fewer_descriptors_than_regions_is_refused) {
  EXPECT_THAT(rig.send_refused(
                  sent(R::set_mem_table, memory_table({Rig::region, second_region}), {Fd::memory})),
              HasSubstr("descriptors"));
}

TEST_F(SessionMemory, file_that_cannot_be_mapped_is_refused_and_closed) {
  const auto files_before = open_files();

  EXPECT_NE(rig.send_refused(sent(R::set_mem_table, memory_table({Rig::region}), {Fd::eventfd})),
            "");
  EXPECT_NE(rig.send_refused(sent(R::add_mem_reg, single_region(Rig::region), {Fd::eventfd})), "");

  EXPECT_EQ(open_files(), files_before);
}

TEST_F(SessionMemory, refused_table_leaves_the_one_before) {
  rig.start();
  RegionFields too_long = Rig::region;
  too_long.size *= 2;

  EXPECT_THAT(rig.send(asking(set_table({second_region, too_long}))),
              ElementsAre("warn", "send 5/5 0100000000000000"));

  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionMemory, overlapping_region_is_refused) {
  rig.start();
  RegionFields overlapping = second_region;
  overlapping.guest_address = Rig::guest_base + Rig::memory_size - 1;

  EXPECT_THAT(rig.send(asking(add(overlapping))),
              ElementsAre("warn", "send 37/5 0100000000000000"));

  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionMemory, region_that_was_never_added_is_not_removed) {
  EXPECT_THAT(rig.send_refused(remove(second_region)), HasSubstr("VHOST_USER_REM_MEM_REG"));
}

TEST_F(SessionMemory, region_is_removed_whatever_its_offset_in_the_message) {
  EXPECT_THAT(rig.send(add(second_region)), IsEmpty());
  RegionFields same_place = second_region;
  same_place.mmap_offset = 0x123;

  EXPECT_THAT(rig.send(remove(same_place)), IsEmpty());
}

TEST_F(SessionMemory, descriptor_with_a_removal_is_closed) {
  EXPECT_THAT(rig.send(add(second_region)), IsEmpty());
  const auto files_before = open_files();

  EXPECT_THAT(rig.send(sent(R::rem_mem_reg, single_region(second_region), {Fd::memory})),
              IsEmpty());

  EXPECT_EQ(open_files(), files_before);
}

TEST_F(SessionMemory, added_beside_a_running_queue_disturbs_nothing) {
  rig.start();
  rig.add_request(0);

  EXPECT_THAT(rig.send(add(second_region)), IsEmpty());

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionMemory, replaced_by_the_same_under_a_running_queue_disturbs_nothing) {
  rig.start();
  rig.add_request(0);

  EXPECT_THAT(rig.send(set_table({Rig::region})), IsEmpty());

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionMemory, replaced_under_a_running_queue_moves_its_rings) {
  rig.start();
  // The same addresses are now the second half of the memory, where queue 1's ring is.
  RegionFields moved = Rig::region;
  moved.mmap_offset = Rig::ring_stride;
  moved.size -= Rig::ring_stride;
  rig.add_request(0);

  EXPECT_THAT(rig.send(set_table({moved})), IsEmpty());
  rig.add_request(1);

  static_cast<void>(rig.service(0));
  EXPECT_TRUE(rig.driver(1).take_used());
  EXPECT_FALSE(rig.driver(0).take_used());
}

TEST_F(SessionMemory, taken_from_under_a_running_queue_has_it_wait) {
  rig.start();
  rig.add_request(0);

  EXPECT_THAT(rig.send(asking(set_table({second_region}))),
              ElementsAre("warn", "send 5/5 0000000000000000"));

  EXPECT_EQ(rig.serve(0), "used 0");
}

TEST_F(SessionMemory, taken_away_and_given_back_has_the_queue_go_on) {
  rig.start();
  rig.add_request(0);
  EXPECT_THAT(rig.send(remove(Rig::region)), ElementsAre("warn"));
  EXPECT_EQ(rig.serve(0), "used 0");

  EXPECT_THAT(rig.send(add(Rig::region)), ElementsAre("service 0"));

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionMemory, taken_away_twice_is_told_once) {
  rig.start();
  EXPECT_THAT(rig.send(set_table({second_region})), ElementsAre("warn"));

  EXPECT_THAT(rig.send(set_table({second_region})), IsEmpty());
}

TEST_F(SessionMemory, of_a_waiting_queue_is_not_needed_to_stop_it) {
  rig.start();
  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
  EXPECT_THAT(rig.send(remove(Rig::region)), ElementsAre("warn"));

  EXPECT_THAT(rig.send(sent(R::get_vring_base, state(0, 0))),
              ElementsAre("kick 0 none", "send 11/5 0000000001000000"));
}

TEST_F(SessionMemory, given_back_elsewhere_is_found_by_new_addresses) {
  rig.start();
  rig.add_request(0);
  RegionFields elsewhere = Rig::region;
  elsewhere.user_address += 1ULL << 40;
  EXPECT_THAT(rig.send(set_table({elsewhere})), ElementsAre("warn"));
  AddressFields addresses = Rig::ring_addresses(0);
  addresses.descriptors += 1ULL << 40;
  addresses.available += 1ULL << 40;
  addresses.used += 1ULL << 40;

  EXPECT_THAT(rig.send(sent(R::set_vring_addr, vring_address(0, addresses))),
              ElementsAre("service 0"));

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionMemory, of_one_queue_taken_away_leaves_the_other) {
  // Queue 0's ring is in the first 64 KiB, queue 1's and the buffers behind them.
  RegionFields low = Rig::region;
  low.size = Rig::ring_stride;
  RegionFields high = Rig::region;
  high.guest_address += Rig::ring_stride;
  high.user_address += Rig::ring_stride;
  high.mmap_offset += Rig::ring_stride;
  high.size -= Rig::ring_stride;
  auto messages = rig.start_messages(2);
  messages[1] = set_table({low, high});
  for (const Sent& message : messages) static_cast<void>(rig.send(message));
  rig.add_request(0);
  rig.add_request(1);

  EXPECT_THAT(rig.send(remove(low)), ElementsAre("warn"));

  EXPECT_EQ(rig.serve(0), "used 0");
  EXPECT_EQ(rig.serve(1), "used 1 interrupt");
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
