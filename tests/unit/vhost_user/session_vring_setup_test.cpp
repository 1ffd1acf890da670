// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/vhost_user/session_vring.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using R = Request;

constexpr std::uint64_t no_fd = 1 << 8;

TEST_F(SessionVring, that_the_device_does_not_have_is_refused_in_every_message) {
  const std::vector<Sent> messages{
      sent(R::set_vring_num, state(2, 4)),
      sent(R::set_vring_addr, vring_address(2, Rig::ring_addresses(0))),
      sent(R::set_vring_base, state(2, 0)),
      sent(R::get_vring_base, state(2, 0)),
      sent(R::set_vring_kick, u64(2), {Fd::eventfd}),
      sent(R::set_vring_call, u64(2), {Fd::eventfd}),
      sent(R::set_vring_err, u64(2), {Fd::eventfd}),
      sent(R::set_vring_enable, state(2, 1)),
      sent(R::set_vring_num, state(0xffff'ffff, 4)),
      sent(R::set_vring_call, u64(0xff | no_fd)),
  };
  for (const Sent& message : messages) {
    EXPECT_THAT(rig.send_refused(message), HasSubstr("there is no queue"));
  }
}

TEST_F(SessionVring, size_is_a_power_of_two_from_1_to_32768) {
  for (const std::uint32_t size : {1U, 2U, 4U, 1024U, 32768U}) {
    EXPECT_THAT(rig.send(sent(R::set_vring_num, state(0, size))), IsEmpty()) << size;
  }
  for (const std::uint32_t size : {0U, 3U, 5U, 1023U, 32767U, 65536U, 0x8000'0000U, 0xffff'ffffU}) {
    EXPECT_THAT(rig.send_refused(sent(R::set_vring_num, state(0, size))),
                HasSubstr(std::to_string(size)))
        << size;
  }
}

TEST_F(SessionVring, base_is_at_most_65535) {
  EXPECT_THAT(rig.send(sent(R::set_vring_base, state(0, 65535))), IsEmpty());
  EXPECT_THAT(rig.send_refused(sent(R::set_vring_base, state(0, 65536))), HasSubstr("65536"));
}

TEST_F(SessionVring, refused_size_or_base_changes_nothing) {
  set_up_to_kick();
  EXPECT_THAT(rig.send(asking(sent(R::set_vring_num, state(0, 3)))),
              ElementsAre("warn", "send 8/5 0100000000000000"));
  EXPECT_THAT(rig.send(asking(sent(R::set_vring_base, state(0, 65536)))),
              ElementsAre("warn", "send 10/5 0100000000000000"));

  EXPECT_THAT(rig.send(kick), ElementsAre("kick 0 fd"));
  EXPECT_THAT(rig.send(enable), ElementsAre("service 0"));
  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionVring, logging_is_refused) {
  EXPECT_THAT(
      rig.send_refused(sent(R::set_vring_addr, vring_address(0, Rig::ring_addresses(0), 1))),
      HasSubstr("logging"));
}

TEST_F(SessionVring, kick_without_a_size_is_refused) {
  const auto messages = rig.start_messages();
  for (const std::size_t i : {0U, 1U, 4U}) static_cast<void>(rig.send(messages[i]));

  EXPECT_THAT(rig.send_refused(kick), HasSubstr("VHOST_USER_SET_VRING_NUM"));
}

TEST_F(SessionVring, kick_without_addresses_is_refused) {
  const auto messages = rig.start_messages();
  for (const std::size_t i : {0U, 1U, 2U, 3U}) static_cast<void>(rig.send(messages[i]));

  EXPECT_THAT(rig.send_refused(kick), HasSubstr("VHOST_USER_SET_VRING_ADDR"));
}

TEST_F(SessionVring, kick_without_a_base_starts_at_0) {
  const auto messages = rig.start_messages();
  for (const std::size_t i : {0U, 1U, 2U, 4U}) static_cast<void>(rig.send(messages[i]));

  EXPECT_THAT(rig.send(kick), ElementsAre("kick 0 fd"));
  EXPECT_THAT(rig.send(get_base), ElementsAre("kick 0 none", "send 11/5 0000000000000000"));
}

TEST_F(SessionVring, kick_without_memory_is_refused) {
  const auto messages = rig.start_messages();
  for (const std::size_t i : {0U, 2U, 3U, 4U}) static_cast<void>(rig.send(messages[i]));

  EXPECT_THAT(rig.send_refused(kick), AllOf(HasSubstr("descriptor table"), HasSubstr("memory")));
  EXPECT_THAT(device.starts, IsEmpty());
}

TEST_F(SessionVring, kick_before_features_is_refused) {
  const auto messages = rig.start_messages();
  for (const std::size_t i : {1U, 2U, 3U, 4U}) static_cast<void>(rig.send(messages[i]));

  EXPECT_THAT(rig.send_refused(kick), HasSubstr("VIRTIO_F_VERSION_1"));
}

TEST_F(SessionVring, refused_kick_can_be_sent_again_when_all_is_there) {
  EXPECT_THAT(rig.send(asking(kick)), ElementsAre("warn", "send 12/5 0100000000000000"));

  set_up_to_kick();

  EXPECT_THAT(rig.send(kick), ElementsAre("kick 0 fd"));
}

TEST_F(SessionVring, area_that_does_not_lie_in_memory_wholly_is_refused) {
  const AddressFields good = Rig::ring_addresses(0);
  constexpr std::uint64_t end = Rig::user_base + Rig::memory_size;
  // A ring of four: 64, 14 and 38 bytes. Each area ends 2 (or 16, or 4) bytes behind the memory.
  const std::vector<std::pair<AddressFields, const char*>> bad{
      {{end - 48, good.available, good.used}, "descriptor table"},
      {{good.descriptors, end - 12, good.used}, "available ring"},
      {{good.descriptors, good.available, end - 36}, "used ring"},
      {{Rig::user_base - 16, good.available, good.used}, "descriptor table"},
      {{0, good.available, good.used}, "descriptor table"},
      {{good.descriptors, good.available, 0xffff'ffff'ffff'fffc}, "used ring"},
  };
  set_up_to_kick();
  for (const auto& [addresses, area] : bad) {
    EXPECT_THAT(rig.send(sent(R::set_vring_addr, vring_address(0, addresses))), IsEmpty());
    EXPECT_THAT(rig.send_refused(kick), AllOf(HasSubstr(area), HasSubstr("memory region")));
  }
}

TEST_F(SessionVring, area_that_is_not_aligned_is_refused) {
  const AddressFields good = Rig::ring_addresses(0);
  // VIRTIO 1.3, 2.7: 16, 2 and 4 bytes.
  const std::vector<AddressFields> bad{
      {good.descriptors + 8, good.available, good.used},
      {good.descriptors, good.available + 1, good.used},
      {good.descriptors, good.available, good.used + 2},
  };
  set_up_to_kick();
  for (const AddressFields& addresses : bad) {
    EXPECT_THAT(rig.send(sent(R::set_vring_addr, vring_address(0, addresses))), IsEmpty());
    EXPECT_THAT(rig.send_refused(kick), HasSubstr("not aligned"));
  }
}

TEST_F(SessionVring, area_that_is_aligned_for_the_front_end_only_is_refused) {
  // The region begins at an odd byte of its file, so every pointer into it is odd.
  RegionFields odd = Rig::region;
  odd.size -= 16;
  odd.mmap_offset = 1;
  set_up_to_kick();
  EXPECT_THAT(rig.send(sent(R::set_mem_table, memory_table({odd}), {Fd::memory})), IsEmpty());

  EXPECT_THAT(rig.send_refused(kick), HasSubstr("not aligned"));
}

TEST_F(SessionVring, ring_at_the_very_end_of_memory_starts) {
  constexpr std::uint64_t end = Rig::user_base + Rig::memory_size;
  set_up_to_kick();

  EXPECT_THAT(rig.send(sent(R::set_vring_addr, vring_address(0, {end - 128, end - 64, end - 40}))),
              IsEmpty());

  EXPECT_THAT(rig.send(kick), ElementsAre("kick 0 fd"));
}

TEST_F(SessionVring, kick_that_asks_for_polling_is_refused) {
  set_up_to_kick();

  EXPECT_THAT(rig.send_refused(sent(R::set_vring_kick, u64(no_fd))), HasSubstr("polling"));
}

TEST_F(SessionVring, call_and_error_can_be_taken_away) {
  EXPECT_THAT(rig.send(sent(R::set_vring_call, u64(1), {Fd::eventfd})), ElementsAre("call 1 fd"));
  EXPECT_THAT(rig.send(sent(R::set_vring_call, u64(1 | no_fd))), ElementsAre("call 1 none"));
  EXPECT_THAT(rig.send(sent(R::set_vring_err, u64(1), {Fd::eventfd})), ElementsAre("error 1 fd"));
  EXPECT_THAT(rig.send(sent(R::set_vring_err, u64(1 | no_fd))), ElementsAre("error 1 none"));
}

TEST_F(SessionVring, descriptor_and_the_bit_that_says_there_is_none_are_refused_together) {
  for (const R request : {R::set_vring_kick, R::set_vring_call, R::set_vring_err}) {
    EXPECT_THAT(rig.send_refused(sent(request, u64(no_fd), {Fd::eventfd})), HasSubstr("bit 8"));
    EXPECT_THAT(rig.send_refused(sent(request, u64(0))), HasSubstr("missing"));
  }
}

TEST_F(SessionVring, bits_above_8_are_refused) {
  for (const R request : {R::set_vring_kick, R::set_vring_call, R::set_vring_err}) {
    EXPECT_THAT(rig.send_refused(sent(request, u64(1 << 9), {Fd::eventfd})),
                HasSubstr("above bit 8"));
    EXPECT_THAT(rig.send_refused(sent(request, u64(1ULL << 63), {Fd::eventfd})),
                HasSubstr("above bit 8"));
  }
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
