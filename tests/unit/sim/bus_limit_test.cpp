// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/recording_chip.hpp"

namespace vhost_device::sim {
namespace {

const i2c::Address address = *i2c::Address::seven_bit(0x20);

TEST(BusLimit, transaction_over_the_limit_ends_between_two_messages) {
  WireLog log;
  Bus bus;
  bus.attach(std::make_shared<RecordingChip>("a", std::vector{address}, log));
  bus.set_transaction_limit(std::chrono::milliseconds(0));
  const std::array messages{i2c::Message{address, false, {}}, i2c::Message{address, false, {}}};

  const i2c::TransferResult result = bus.transfer(messages);

  EXPECT_EQ(result, (i2c::TransferResult{1, i2c::TransferError::timeout}));
  EXPECT_EQ(log, (WireLog{"a W", "a STOP"}));
}

TEST(BusLimit, transaction_of_one_message_is_begun_in_any_case) {
  WireLog log;
  Bus bus;
  bus.attach(std::make_shared<RecordingChip>("a", std::vector{address}, log));
  bus.set_transaction_limit(std::chrono::milliseconds(0));
  const std::array messages{i2c::Message{address, false, {}}};

  EXPECT_TRUE(bus.transfer(messages).ok());
}

}  // namespace
}  // namespace vhost_device::sim
