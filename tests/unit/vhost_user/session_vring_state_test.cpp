// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/vhost_user/session_vring.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using R = Request;
using Start = FakeDevice::Start;

TEST_F(SessionVring, request_made_before_the_ring_is_enabled_is_served_when_it_is) {
  set_up_to_kick();
  EXPECT_THAT(rig.send(kick), ElementsAre("kick 0 fd"));
  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 0");

  EXPECT_THAT(rig.send(enable), ElementsAre("service 0"));

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionVring, enabled_before_it_starts_is_served_from_the_kick_on) {
  set_up_to_kick();
  rig.add_request(0);
  EXPECT_THAT(rig.send(enable), IsEmpty());

  EXPECT_THAT(rig.send(kick), ElementsAre("kick 0 fd", "service 0"));

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionVring, disabled_is_not_served) {
  rig.start();
  EXPECT_THAT(rig.send(disable), IsEmpty());

  rig.add_request(0);

  EXPECT_EQ(rig.serve(0), "used 0");
  EXPECT_EQ(device.served(0), 0);
}

TEST_F(SessionVring, enabled_twice_asks_for_service_once) {
  rig.start();

  EXPECT_THAT(rig.send(enable), IsEmpty());
}

TEST_F(SessionVring, state_other_than_0_and_1_is_refused) {
  EXPECT_THAT(rig.send_refused(sent(R::set_vring_enable, state(0, 2))), HasSubstr("2"));
}

TEST_F(SessionVring, enabling_without_bit_30_is_refused) {
  static_cast<void>(rig.send(sent(R::set_features, u64(0x1'0000'0001))));

  EXPECT_THAT(rig.send_refused(disable), HasSubstr("PROTOCOL_FEATURES"));
}

TEST_F(SessionVring, enabling_before_any_features_is_accepted) {
  EXPECT_THAT(rig.send(enable), IsEmpty());
}

TEST_F(SessionVring, one_queue_leaves_the_other_alone) {
  rig.start(2);
  rig.add_request(0);
  rig.add_request(1);

  static_cast<void>(rig.send(get_base));

  EXPECT_EQ(rig.serve(0), "used 0");
  EXPECT_EQ(rig.serve(1), "used 1 interrupt");
}

TEST_F(SessionVring, size_and_base_of_a_started_ring_are_refused) {
  rig.start();

  EXPECT_THAT(rig.send_refused(sent(R::set_vring_num, state(0, 4))), HasSubstr("started"));
  EXPECT_THAT(rig.send_refused(sent(R::set_vring_base, state(0, 0))), HasSubstr("started"));
}

TEST_F(SessionVring, started_moves_to_new_addresses) {
  rig.start();
  rig.add_request(0);
  // The driver of queue 1 has made no request, nor has its ring been set up.
  const AddressFields elsewhere = Rig::ring_addresses(1);

  EXPECT_THAT(rig.send(sent(R::set_vring_addr, vring_address(0, elsewhere))),
              ElementsAre("service 0"));
  rig.add_request(1);

  static_cast<void>(rig.service(0));
  EXPECT_TRUE(rig.driver(1).take_used());
  EXPECT_FALSE(rig.driver(0).take_used());
}

TEST_F(SessionVring, started_stays_where_it_is_when_new_addresses_are_refused) {
  rig.start();
  rig.add_request(0);

  EXPECT_THAT(rig.send(asking(sent(R::set_vring_addr, vring_address(0, {16, 32, 64})))),
              ElementsAre("warn", "send 9/5 0100000000000000"));

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionVring, kicked_again_while_started_goes_on_with_the_new_descriptor) {
  rig.start();
  rig.add_request(0);

  EXPECT_THAT(rig.send(kick), ElementsAre("kick 0 fd", "service 0"));

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionVring, base_of_one_never_started_is_the_one_that_was_set) {
  EXPECT_THAT(rig.send(get_base), ElementsAre("kick 0 none", "send 11/5 0000000000000000"));
  EXPECT_THAT(rig.send(sent(R::set_vring_base, state(0, 0x1234))), IsEmpty());
  EXPECT_THAT(rig.send(get_base), ElementsAre("kick 0 none", "send 11/5 0000000034120000"));
}

TEST_F(SessionVring, base_of_a_stopped_one_is_where_it_stopped) {
  rig.start();
  rig.add_request(0);
  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 2 interrupt");

  EXPECT_THAT(rig.send(get_base), ElementsAre("kick 0 none", "send 11/5 0000000002000000"));
  EXPECT_THAT(rig.send(get_base), ElementsAre("kick 0 none", "send 11/5 0000000002000000"));
}

TEST_F(SessionVring, stopped_is_not_served) {
  rig.start();
  static_cast<void>(rig.send(get_base));
  rig.add_request(0);

  EXPECT_EQ(rig.serve(0), "used 0");
}

TEST_F(SessionVring, stopped_stays_enabled) {
  rig.start();
  static_cast<void>(rig.send(get_base));

  EXPECT_THAT(rig.send(kick), ElementsAre("kick 0 fd", "service 0"));
}

TEST_F(SessionVring, request_made_while_stopped_is_served_after_the_next_start) {
  rig.start();
  static_cast<void>(rig.send(get_base));
  rig.add_request(0);

  static_cast<void>(rig.send(kick));

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
