// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/vhost_user/session_vring.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::ElementsAre;
using R = Request;
using Start = FakeDevice::Start;

class SessionResume : public SessionVring {
 protected:
  /// One request, then a stop at 1.
  SessionResume() {
    rig.start();
    rig.add_request(0);
    static_cast<void>(rig.serve(0));
    static_cast<void>(rig.send(get_base));
    device.starts.clear();
  }
};

TEST_F(SessionResume, at_the_same_place_and_base_is_one) {
  static_cast<void>(rig.send(sent(R::set_vring_base, state(0, 1))));
  static_cast<void>(rig.send(kick));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, true}));
}

TEST_F(SessionResume, with_everything_set_again_is_one) {
  auto messages = rig.start_messages();
  messages[3] = sent(R::set_vring_base, state(0, 1));
  for (const Sent& message : messages) static_cast<void>(rig.send(message));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, true}));
}

TEST_F(SessionResume, at_base_0_is_none) {
  static_cast<void>(rig.send(sent(R::set_vring_base, state(0, 0))));
  static_cast<void>(rig.send(kick));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionResume, at_another_base_is_none) {
  static_cast<void>(rig.send(sent(R::set_vring_base, state(0, 2))));
  static_cast<void>(rig.send(kick));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionResume, at_another_place_is_none) {
  static_cast<void>(rig.send(sent(R::set_vring_addr, vring_address(0, Rig::ring_addresses(1)))));
  static_cast<void>(rig.send(kick));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionResume, with_another_size_is_none) {
  static_cast<void>(rig.send(sent(R::set_vring_num, state(0, 2))));
  static_cast<void>(rig.send(kick));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionResume, with_other_features_is_none) {
  static_cast<void>(rig.send(sent(R::set_features, u64(0x1'6000'0001))));
  static_cast<void>(rig.send(kick));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

TEST_F(SessionResume, with_bit_30_no_longer_set_is_one) {
  static_cast<void>(rig.send(sent(R::set_features, u64(0x1'3000'0001))));
  static_cast<void>(rig.send(kick));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, true}));
}

TEST_F(SessionResume, of_a_new_session_is_none) {
  Rig next(device);
  next.reset_guest(1);
  auto messages = next.start_messages();
  messages[3] = sent(R::set_vring_base, state(0, 1));
  for (const Sent& message : messages) static_cast<void>(next.send(message));

  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}));
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
