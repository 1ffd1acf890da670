// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A session that takes a running guest over from another back-end, which ended at any instant.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using R = Request;

const Sent new_call = sent(R::set_vring_call, u64(0), {Fd::eventfd});

class SessionTakeover : public testing::Test {
 protected:
  /// Three requests were answered before.
  SessionTakeover() { rig.reset_guest(3); }

  /// What QEMU 7.2 sends to a back-end that comes back: no negotiation, the whole table of memory,
  /// and the used index as the base.
  void start_at_used_index() {
    auto messages = rig.start_messages();
    messages[3] = sent(R::set_vring_base, state(0, 3));
    for (const Sent& message : messages) EXPECT_EQ(rig.send_refused(message), "");
  }

  FakeDevice device{1, 0};
  Rig rig{device, 4, SessionOptions{.memory_slots = false}};
};

TEST_F(SessionTakeover, of_a_ring_in_use_signals_what_was_answered_before) {
  start_at_used_index();

  EXPECT_EQ(rig.serve(0), "used 0 interrupt");
  EXPECT_EQ(rig.serve(0), "used 0");
}

TEST_F(SessionTakeover, serves_requests_that_were_left_unanswered) {
  rig.add_request(0);
  rig.add_request(0);
  start_at_used_index();

  EXPECT_EQ(rig.serve(0), "used 2 interrupt");
}

TEST_F(SessionTakeover, of_a_fresh_ring_signals_nothing) {
  rig.reset_guest(0);
  rig.start();

  EXPECT_EQ(rig.serve(0), "used 0");
}

// QEMU gives the guest's own descriptor last, after the ring is served already.
TEST_F(SessionTakeover, new_call_descriptor_is_signalled_for_what_the_one_before_was) {
  rig.add_request(0);
  start_at_used_index();
  ASSERT_EQ(rig.serve(0), "used 1 interrupt");

  EXPECT_THAT(rig.send(new_call), ElementsAre("call 0 fd", "service 0"));

  EXPECT_EQ(rig.serve(0), "used 0 interrupt");
}

TEST_F(SessionTakeover, new_call_descriptor_of_a_ring_not_yet_used_is_not_signalled) {
  rig.reset_guest(0);
  rig.start();
  static_cast<void>(rig.serve(0));

  static_cast<void>(rig.send(new_call));

  EXPECT_EQ(rig.serve(0), "used 0");
}

TEST_F(SessionTakeover, call_descriptor_taken_away_asks_for_nothing) {
  start_at_used_index();
  static_cast<void>(rig.serve(0));

  EXPECT_THAT(rig.send(sent(R::set_vring_call, u64(0x100))), ElementsAre("call 0 none"));
}

TEST_F(SessionTakeover, new_call_descriptor_of_a_disabled_ring_is_signalled_when_it_is_enabled) {
  start_at_used_index();
  ASSERT_EQ(rig.serve(0), "used 0 interrupt");
  static_cast<void>(rig.send(sent(R::set_vring_enable, state(0, 0))));

  EXPECT_THAT(rig.send(new_call), ElementsAre("call 0 fd"));
  EXPECT_EQ(rig.serve(0), "used 0");

  static_cast<void>(rig.send(sent(R::set_vring_enable, state(0, 1))));
  EXPECT_EQ(rig.serve(0), "used 0 interrupt");
}

// MQ (bit 0) and REPLY_ACK (3), without CONFIGURE_MEM_SLOTS (15).
TEST_F(SessionTakeover, memory_slots_can_be_withheld) {
  EXPECT_THAT(rig.send(sent(R::get_protocol_features)), ElementsAre("send 15/5 0900000000000000"));
}

TEST_F(SessionTakeover, memory_slots_that_are_withheld_are_refused_without_negotiation_too) {
  EXPECT_THAT(rig.send_refused(sent(R::get_max_mem_slots)), HasSubstr("not negotiated"));
  EXPECT_THAT(rig.send_refused(sent(R::add_mem_reg, single_region(Rig::region), {Fd::memory})),
              HasSubstr("not negotiated"));
  EXPECT_THAT(rig.send_refused(sent(R::set_protocol_features, u64(1U << 15))),
              HasSubstr("not offered were bits 15"));
}

TEST_F(SessionTakeover, acknowledgements_that_the_former_back_end_agreed_to_are_given) {
  EXPECT_THAT(rig.send(asking(sent(R::set_mem_table, memory_table({Rig::region}), {Fd::memory}))),
              ElementsAre("send 5/5 0000000000000000"));
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
