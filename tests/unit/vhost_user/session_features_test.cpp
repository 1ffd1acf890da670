// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using R = Request;
using Lines = std::vector<std::string>;

// VIRTIO 1.3, 6; bit 30 is vhost-user's own.
constexpr std::uint64_t indirect = 1ULL << 28;
constexpr std::uint64_t event_idx = 1ULL << 29;
constexpr std::uint64_t protocol_features = 1ULL << 30;
constexpr std::uint64_t version_1_feature = 1ULL << 32;
constexpr std::uint64_t ring_packed = 1ULL << 34;
constexpr std::uint64_t device_features = 0b11;

Sent set_features(std::uint64_t features) { return sent(R::set_features, u64(features)); }

class SessionFeatures : public testing::Test {
 protected:
  FakeDevice device{2, 0};
  Rig rig{device};
};

TEST_F(SessionFeatures, offered_are_the_devices_the_transports_and_bit_30) {
  EXPECT_EQ(rig.send(sent(R::get_features)),
            Lines{"send 1/5 " + hex(u64(device_features | indirect | event_idx | protocol_features |
                                        version_1_feature | ring_packed))});
}

TEST_F(SessionFeatures, not_offered_close_the_connection_naming_the_bits) {
  const std::string reason =
      rig.send_refused(set_features(version_1_feature | 1ULL << 35 | 1ULL << 40 | 1));

  EXPECT_THAT(reason, AllOf(HasSubstr("VHOST_USER_SET_FEATURES"), HasSubstr("35 40")));
}

TEST_F(SessionFeatures, not_offered_close_the_connection_even_with_need_reply) {
  EXPECT_EQ(rig.send(asking(set_features(version_1_feature | 1ULL << 40 | 1))), Lines{"close"});
}

TEST_F(SessionFeatures, accepted_are_shown_to_the_device_without_bit_30) {
  EXPECT_THAT(rig.send(set_features(version_1_feature | protocol_features | event_idx | 0b01)),
              IsEmpty());

  EXPECT_THAT(device.checked, ElementsAre(version_1_feature | event_idx | 0b01));
}

TEST_F(SessionFeatures, that_the_device_refuses_close_the_connection) {
  EXPECT_EQ(rig.send_refused(set_features(version_1_feature | 0b10)),
            "VHOST_USER_SET_FEATURES: the fake device needs bit 0");
}

TEST_F(SessionFeatures, without_version_1_are_not_a_drivers_and_start_no_queue) {
  EXPECT_THAT(rig.send(set_features(protocol_features)), IsEmpty());
  EXPECT_THAT(device.checked, IsEmpty());

  const auto messages = rig.start_messages();
  EXPECT_THAT(rig.send(messages[1]), IsEmpty());
  EXPECT_THAT(rig.send(messages[2]), IsEmpty());
  EXPECT_THAT(rig.send(messages[4]), IsEmpty());
  EXPECT_THAT(rig.send_refused(messages[5]), HasSubstr("VIRTIO_F_VERSION_1"));
}

TEST_F(SessionFeatures, set_early_with_few_bits_can_be_set_again) {
  EXPECT_THAT(rig.send(set_features(protocol_features)), IsEmpty());

  rig.start();

  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionFeatures, same_again_while_a_queue_runs_change_nothing) {
  rig.start();

  EXPECT_THAT(rig.send(rig.start_messages().front()), IsEmpty());

  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionFeatures, others_while_a_queue_runs_close_the_connection) {
  rig.start();

  EXPECT_THAT(rig.send_refused(set_features(version_1_feature | protocol_features | 1)),
              HasSubstr("while a ring is started"));
}

TEST_F(SessionFeatures, others_when_queues_have_stopped_are_accepted) {
  rig.start();
  static_cast<void>(rig.send(sent(R::get_vring_base, state(0, 0))));

  EXPECT_THAT(rig.send(set_features(version_1_feature | protocol_features | 1)), IsEmpty());
}

TEST_F(SessionFeatures, without_bit_30_enable_rings_that_are_started) {
  auto messages = rig.start_messages();
  messages.pop_back();  // SET_VRING_ENABLE
  for (const Sent& message : messages) static_cast<void>(rig.send(message));
  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 0");

  EXPECT_EQ(rig.send(set_features(version_1_feature | indirect | event_idx | 1)),
            Lines{"service 0"});
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionFeatures, with_bit_30_do_not_disable_a_ring) {
  static_cast<void>(rig.send(set_features(version_1_feature | indirect | event_idx | 1)));

  for (const Sent& message : rig.start_messages()) static_cast<void>(rig.send(message));

  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST_F(SessionFeatures, owner_can_be_set_any_number_of_times) {
  EXPECT_THAT(rig.send(sent(R::set_owner)), IsEmpty());
  EXPECT_THAT(rig.send(sent(R::set_owner)), IsEmpty());
  EXPECT_EQ(rig.send(asking(sent(R::set_owner))), Lines{"send 3/5 0000000000000000"});
}

TEST_F(SessionFeatures, resetting_the_owner_disables_all_rings) {
  rig.start(2);

  EXPECT_THAT(rig.send(sent(R::reset_owner)), IsEmpty());

  rig.add_request(0);
  rig.add_request(1);
  EXPECT_EQ(rig.serve(0), "used 0");
  EXPECT_EQ(rig.serve(1), "used 0");
  EXPECT_EQ(rig.send(sent(R::set_vring_enable, state(1, 1))), Lines{"service 1"});
  EXPECT_EQ(rig.serve(1), "used 1 interrupt");
}

TEST_F(SessionFeatures, queue_number_is_the_devices) {
  EXPECT_EQ(rig.send(sent(R::get_queue_num)), Lines{"send 17/5 0200000000000000"});
}

TEST(ProtocolFeatures, of_a_device_without_configuration_space_do_not_offer_config) {
  FakeDevice device(1, 0);
  Rig rig(device);

  // MQ 0, REPLY_ACK 3, CONFIGURE_MEM_SLOTS 15.
  EXPECT_EQ(rig.send(sent(R::get_protocol_features)), Lines{"send 15/5 0980000000000000"});
}

TEST(ProtocolFeatures, of_a_device_with_configuration_space_offer_config) {
  FakeDevice device(1, 8);
  Rig rig(device);

  // CONFIG 9.
  EXPECT_EQ(rig.send(sent(R::get_protocol_features)), Lines{"send 15/5 0982000000000000"});
}

TEST(ProtocolFeatures, not_offered_are_refused_naming_the_bits) {
  FakeDevice device(1, 0);
  Rig rig(device);

  EXPECT_THAT(rig.send_refused(sent(R::set_protocol_features, u64(0x8009 | 1 << 9 | 1 << 16))),
              HasSubstr("9 16"));
}

TEST(ProtocolFeatures, without_reply_ack_leave_need_reply_without_meaning) {
  FakeDevice device(1, 0);
  Rig rig(device);
  EXPECT_THAT(rig.send(sent(R::set_protocol_features, u64(1))), IsEmpty());

  EXPECT_THAT(rig.send(asking(sent(R::set_owner))), IsEmpty());
  EXPECT_EQ(rig.send(asking(sent(R::set_vring_num, state(7, 4)))), Lines{"close"});
}

TEST(ProtocolFeatures, with_reply_ack_can_be_acknowledged_themselves) {
  FakeDevice device(1, 0);
  Rig rig(device);

  EXPECT_EQ(rig.send(asking(sent(R::set_protocol_features, u64(1 << 3)))),
            Lines{"send 16/5 0000000000000000"});
}

TEST(ProtocolFeatures, that_a_request_needs_and_were_not_accepted_have_it_refused) {
  FakeDevice device(1, 8);
  const std::vector<Sent> gated{
      sent(R::get_queue_num),
      sent(R::get_config, config(0, Bytes(4))),
      sent(R::set_config, config(0, Bytes(4))),
      sent(R::get_max_mem_slots),
      sent(R::add_mem_reg, single_region(Rig::region), {Fd::memory}),
      sent(R::rem_mem_reg, single_region(Rig::region)),
  };
  for (const Sent& message : gated) {
    Rig rig(device);
    static_cast<void>(rig.send(sent(R::set_protocol_features, u64(1 << 3))));

    EXPECT_THAT(rig.send_refused(message), HasSubstr("protocol feature was not negotiated"));
  }
}

TEST(ProtocolFeatures, of_an_earlier_back_end_count_until_negotiated_again) {
  FakeDevice device(1, 8);
  Rig rig(device);

  EXPECT_EQ(rig.send(asking(sent(R::add_mem_reg, single_region(Rig::region), {Fd::memory}))),
            Lines{"send 37/5 0000000000000000"});
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
