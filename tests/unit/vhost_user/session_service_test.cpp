// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using R = Request;
using Start = FakeDevice::Start;

class SessionService : public testing::Test {
 protected:
  SessionService() { rig.start(2); }

  FakeDevice device{2, 0};
  Rig rig{device};
};

TEST_F(SessionService, without_requests_does_nothing) { EXPECT_EQ(rig.serve(0), "used 0"); }

TEST_F(SessionService, of_a_queue_that_is_not_there_does_nothing) {
  const Service service = rig.service(2);

  EXPECT_FALSE(service.interrupt || service.more);
  EXPECT_EQ(service.error, "");
  EXPECT_EQ(device.process_calls, 0);
}

TEST_F(SessionService, answers_go_to_the_driver) {
  rig.add_request(0);

  static_cast<void>(rig.service(0));

  const auto used = rig.driver(0).take_used();
  ASSERT_TRUE(used);
  EXPECT_EQ(used->written, 1U);
}

TEST_F(SessionService, driver_that_wants_no_interrupt_gets_none) {
  // The first answer after a start is always signalled.
  rig.add_request(0);
  static_cast<void>(rig.serve(0));
  rig.driver(0).set_interrupts(false);
  rig.add_request(0);

  EXPECT_EQ(rig.serve(0), "used 1");
}

TEST_F(SessionService, given_back_early_by_the_device_asks_to_be_called_again) {
  device.served_at_once = 2;
  for (int i = 0; i < 3; ++i) rig.add_request(0);

  EXPECT_EQ(rig.serve(0), "used 2 interrupt more");
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionService, takes_requests_that_came_while_it_served) {
  int late_requests = 2;
  device.before_return = [&] {
    for (; late_requests > 0; --late_requests) rig.add_request(0);
  };
  rig.add_request(0);

  EXPECT_EQ(rig.serve(0), "used 3 interrupt");
  EXPECT_EQ(device.process_calls, 2);
}

TEST_F(SessionService, guest_that_never_pauses_does_not_keep_the_thread) {
  device.before_return = [&] {
    static_cast<void>(rig.driver(0).take_used());
    rig.add_request(0);
  };
  rig.add_request(0);

  const Service service = rig.service(0);

  EXPECT_TRUE(service.more);
  EXPECT_TRUE(service.interrupt);
}

TEST_F(SessionService, kicks_are_wanted_again_when_it_is_done) {
  rig.add_request(0);
  EXPECT_TRUE(rig.driver(0).take_kick());
  static_cast<void>(rig.serve(0));

  rig.add_request(0);

  EXPECT_TRUE(rig.driver(0).take_kick());
}

TEST(SessionServiceWithoutEventIdx, kicks_are_not_wanted_while_it_serves) {
  FakeDevice device(1, 0);
  Rig rig(device);
  auto messages = rig.start_messages();
  messages.front() = sent(R::set_features, u64(0x1'5000'0001));
  for (const Sent& message : messages) static_cast<void>(rig.send(message));
  // The flags of the used ring (VIRTIO 1.3, 2.7.8), of which bit 0 means that.
  const std::byte& flags = rig.memory().bytes()[Rig::ring_addresses(0).used - Rig::user_base];
  std::byte while_serving{};
  device.before_return = [&] { while_serving = flags; };

  static_cast<void>(rig.service(0));

  EXPECT_EQ(while_serving, std::byte{1});
  EXPECT_EQ(flags, std::byte{0});
}

TEST_F(SessionService, broken_ring_is_told_once_and_served_no_more) {
  rig.driver(0).raw_offer(4);  // the ring has four entries, so there is no head 4

  const Service first = rig.service(0);
  const Service second = rig.service(0);

  EXPECT_THAT(first.error, HasSubstr("head 4"));
  EXPECT_FALSE(first.more);
  EXPECT_EQ(second.error, "");
  EXPECT_EQ(device.served(0), 0);
}

TEST_F(SessionService, requests_answered_before_the_ring_broke_are_signalled) {
  rig.add_request(0);
  rig.driver(0).raw_offer(4);

  EXPECT_EQ(rig.serve(0), "used 1 interrupt error");
}

TEST_F(SessionService, broken_ring_leaves_the_other_queue_alone) {
  rig.driver(0).raw_offer(4);
  static_cast<void>(rig.service(0));
  rig.add_request(1);

  EXPECT_EQ(rig.serve(1), "used 1 interrupt");
}

TEST_F(SessionService, broken_ring_still_has_a_base) {
  rig.add_request(0);
  rig.driver(0).raw_offer(4);
  static_cast<void>(rig.service(0));

  EXPECT_THAT(rig.send(sent(R::get_vring_base, state(0, 0))),
              ElementsAre("kick 0 none", "send 11/5 0000000001000000"));
}

TEST_F(SessionService, broken_ring_set_up_anew_works_and_is_no_resumption) {
  rig.add_request(0);
  rig.driver(0).raw_offer(4);
  static_cast<void>(rig.service(0));
  static_cast<void>(rig.send(sent(R::get_vring_base, state(0, 0))));
  rig.reset_guest(1);
  device.starts.clear();

  EXPECT_THAT(rig.send(sent(R::set_vring_base, state(0, 1))), testing::IsEmpty());
  EXPECT_THAT(rig.send(sent(R::set_vring_kick, u64(0), {Fd::eventfd})),
              ElementsAre("kick 0 fd", "service 0"));
  rig.add_request(0);

  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionService, of_memory_whose_file_was_shortened_ends_with_an_error) {
  rig.add_request(0);
  rig.memory().truncate(0);

  const Service service = rig.service(0);

  EXPECT_THAT(service.error, HasSubstr("shortened"));
  EXPECT_EQ(rig.service(0).error, "");
  rig.memory().truncate(Rig::memory_size);
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
