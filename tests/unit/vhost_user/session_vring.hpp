// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {

/// A session of two queues, and the messages about queue 0 that tests send most.
class SessionVring : public testing::Test {
 protected:
  /// Everything for queue 0 up to the kick, which the caller sends.
  void set_up_to_kick() {
    const auto messages = rig.start_messages();
    for (std::size_t i = 0; i < 5; ++i) EXPECT_THAT(rig.send(messages[i]), testing::IsEmpty());
  }

  FakeDevice device{2, 0};
  Rig rig{device};
  const Sent kick = sent(Request::set_vring_kick, u64(0), {Fd::eventfd});
  const Sent enable = sent(Request::set_vring_enable, state(0, 1));
  const Sent disable = sent(Request::set_vring_enable, state(0, 0));
  const Sent get_base = sent(Request::get_vring_base, state(0, 0));
};

}  // namespace vhost_device::vhost_user::test
