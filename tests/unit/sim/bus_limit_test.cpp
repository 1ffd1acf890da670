// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gtest/gtest.h>

#include <array>
#include <future>
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

TEST(BusLimit, transaction_does_not_wait_for_the_bus_beyond_the_limit) {
  WireLog log;
  Bus bus;
  const auto chip = std::make_shared<RecordingChip>("a", std::vector{address}, log);
  bus.attach(chip);
  std::promise<void> entered;
  std::promise<void> let_go;
  chip->at_start = [&] {
    entered.set_value();
    let_go.get_future().wait();
  };
  const std::array messages{i2c::Message{address, false, {}}};
  auto first = std::async(std::launch::async, [&] { return bus.transfer(messages); });
  entered.get_future().wait();
  bus.set_transaction_limit(std::chrono::milliseconds(1));

  EXPECT_EQ(bus.transfer(messages), (i2c::TransferResult{0, i2c::TransferError::timeout}));

  let_go.set_value();
  EXPECT_TRUE(first.get().ok());
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
