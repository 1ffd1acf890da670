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
using R = Request;

Sent get(std::uint32_t offset, std::uint32_t size) {
  return sent(R::get_config, config(offset, Bytes(size)));
}

Sent set(std::uint32_t offset, const Bytes& content, std::uint32_t flags = 0) {
  return sent(R::set_config, config(offset, content, flags));
}

class SessionConfig : public testing::Test {
 protected:
  SessionConfig() { device.config = little_endian(0x8877665544332211, 8); }

  FakeDevice device{1, 8};
  Rig rig{device};
};

TEST_F(SessionConfig, read_gives_its_header_and_the_bytes) {
  EXPECT_THAT(rig.send(get(0, 8)), ElementsAre("send 24/5 00000000"
                                               "08000000"
                                               "00000000"
                                               "1122334455667788"));
}

TEST_F(SessionConfig, part_of_it_can_be_read) {
  EXPECT_THAT(rig.send(get(5, 2)), ElementsAre("send 24/5 05000000"
                                               "02000000"
                                               "00000000"
                                               "6677"));
}

TEST_F(SessionConfig, nothing_of_it_can_be_read) {
  EXPECT_THAT(rig.send(get(8, 0)), ElementsAre("send 24/5 08000000"
                                               "00000000"
                                               "00000000"));
}

TEST_F(SessionConfig, read_beyond_its_end_is_answered_with_nothing) {
  EXPECT_THAT(rig.send(get(0, 9)), ElementsAre("warn", "send 24/5 "));
  EXPECT_THAT(rig.send(get(7, 2)), ElementsAre("warn", "send 24/5 "));
  EXPECT_THAT(rig.send(get(9, 0)), ElementsAre("warn", "send 24/5 "));
  EXPECT_THAT(rig.send(get(0xffff'ffff, 2)), ElementsAre("warn", "send 24/5 "));
  EXPECT_THAT(rig.send(get(0, 4084)), ElementsAre("warn", "send 24/5 "));
}

TEST_F(SessionConfig, read_announcing_another_size_than_it_carries_is_refused) {
  const Bytes payload = u32(0) + u32(0xffff'ffff) + u32(0) + Bytes(4);

  EXPECT_THAT(rig.send_refused(sent(R::get_config, payload)), HasSubstr("4294967295"));
}

TEST_F(SessionConfig, write_reaches_the_device) {
  EXPECT_THAT(rig.send(asking(set(2, u32(0xddccbbaa)))), ElementsAre("send 25/5 0000000000000000"));

  EXPECT_EQ(hex(device.config), "1122aabbccdd7788");
}

TEST_F(SessionConfig, write_beyond_its_end_is_refused) {
  EXPECT_THAT(rig.send_refused(set(5, u32(0))), HasSubstr("configuration space of 8 bytes"));
  EXPECT_THAT(rig.send_refused(set(0xffff'fffe, u32(0))), HasSubstr("4294967294"));

  EXPECT_EQ(hex(device.config), "1122334455667788");
}

TEST_F(SessionConfig, write_that_the_device_refuses_is_refused) {
  device.config_is_read_only = true;

  EXPECT_THAT(rig.send(asking(set(0, u32(0)))), ElementsAre("warn", "send 25/5 0100000000000000"));
}

TEST_F(SessionConfig, write_for_migration_or_with_unknown_flags_is_refused) {
  EXPECT_THAT(rig.send_refused(set(0, u32(0), 1)), HasSubstr("migration"));
  EXPECT_THAT(rig.send_refused(set(0, u32(0), 2)), HasSubstr("flags 2"));
}

TEST(SessionWithoutConfig, refuses_to_read_and_write_it) {
  FakeDevice device(1, 0);
  Rig rig(device);

  EXPECT_THAT(rig.send_refused(get(0, 0)), HasSubstr("not negotiated"));
  EXPECT_THAT(rig.send_refused(set(0, {})), HasSubstr("not negotiated"));
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
