// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "backends/sim/devices/at24.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "tests/unit/sim/allocations.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/recording_chip.hpp"

namespace vhost_device::sim {
namespace {

using i2c::Message;
using i2c::TransferError;
using i2c::TransferResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BusTransfer : public ::testing::Test {
 protected:
  std::shared_ptr<RecordingChip> attach(const std::string& name, unsigned address) {
    auto chip = std::make_shared<RecordingChip>(name, std::vector{at(address)}, wire);
    bus.attach(chip);
    return chip;
  }

  WireLog wire;
  Bus bus;
  Controller controller{bus};
};

TEST_F(BusTransfer, absent_address_is_address_nack) {
  attach("a", 0x20);

  EXPECT_EQ(controller.write(0x21, bytes({1})), address_nack);
  EXPECT_THAT(wire, IsEmpty());
}

TEST_F(BusTransfer, write_is_start_bytes_and_stop) {
  attach("a", 0x20);

  EXPECT_EQ(controller.write(0x20, bytes({0x12, 0x34})), ok());
  EXPECT_THAT(wire, ElementsAre("a W", "a 12", "a 34", "a STOP"));
}

TEST_F(BusTransfer, read_gives_bytes_of_the_chip) {
  attach("a", 0x20)->answer = std::byte{0x77};

  EXPECT_EQ(controller.read(0x20, 3), bytes({0x77, 0x77, 0x77}));
  EXPECT_THAT(wire, ElementsAre("a R", "a STOP"));
}

TEST_F(BusTransfer, quick_commands_are_the_address_alone) {
  attach("a", 0x20);

  EXPECT_EQ(controller.quick_write(0x20), ok());
  EXPECT_EQ(controller.quick_read(0x20), ok());
  EXPECT_THAT(wire, ElementsAre("a W", "a STOP", "a R", "a STOP"));
}

TEST_F(BusTransfer, messages_to_one_chip_are_joined_without_stop) {
  attach("a", 0x20);

  EXPECT_EQ(controller.write_read(0x20, bytes({9}), 1), bytes({0x5a}));
  EXPECT_THAT(wire, ElementsAre("a W", "a 09", "a R", "a STOP"));
}

TEST_F(BusTransfer, messages_to_two_chips_end_in_one_stop_to_each) {
  attach("a", 0x20);
  attach("b", 0x21);
  const Message messages[]{{at(0x20), false, {}}, {at(0x21), false, {}}, {at(0x20), true, {}}};

  EXPECT_EQ(bus.transfer(messages), ok(3));
  EXPECT_THAT(wire, ElementsAre("a W", "b W", "a R", "a STOP", "b STOP"));
}

TEST_F(BusTransfer, failure_in_the_middle_ends_the_transaction_there) {
  attach("a", 0x20);
  const Message messages[]{{at(0x20), false, {}}, {at(0x21), false, {}}, {at(0x20), true, {}}};

  EXPECT_EQ(bus.transfer(messages), (TransferResult{1, TransferError::address_nack}));
  EXPECT_THAT(wire, ElementsAre("a W", "a STOP"));
}

TEST_F(BusTransfer, chip_that_refuses_its_address_is_address_nack) {
  attach("a", 0x20)->start_answer = Ack::nack;

  EXPECT_EQ(controller.write(0x20, bytes({1})), address_nack);
  EXPECT_THAT(wire, ElementsAre("a W", "a STOP"));
}

TEST_F(BusTransfer, chip_that_refuses_a_byte_is_data_nack) {
  attach("a", 0x20)->bytes_taken = 1;

  EXPECT_EQ(controller.write(0x20, bytes({1, 2, 3})), data_nack);
  EXPECT_THAT(wire, ElementsAre("a W", "a 01", "a 02", "a STOP"));
}

TEST_F(BusTransfer, data_nack_tells_how_many_bytes_were_acknowledged) {
  attach("a", 0x20)->bytes_taken = 2;

  EXPECT_EQ(controller.write(0x20, bytes({1, 2, 3, 4})).acknowledged, 2U);
}

TEST_F(BusTransfer, general_call_is_address_nack) {
  attach("a", 0x20);

  EXPECT_EQ(controller.write(0x00, bytes({0x06})), address_nack);
}

TEST_F(BusTransfer, ten_bit_address_is_another_than_the_same_seven_bit_one) {
  attach("seven", 0x20);
  const auto ten_bit = i2c::Address::ten_bit(0x20).value();
  bus.attach(std::make_shared<RecordingChip>("ten", std::vector{ten_bit}, wire));
  const Message message{ten_bit, false, {}};

  EXPECT_EQ(bus.transfer({&message, 1}), ok());
  EXPECT_THAT(wire, ElementsAre("ten W", "ten STOP"));
}

TEST_F(BusTransfer, chip_with_several_addresses_is_told_which) {
  const auto chip =
      std::make_shared<RecordingChip>("a", std::vector{at(0x20), at(0x21), at(0x25)}, wire);
  bus.attach(chip);
  std::vector<unsigned> selected;
  chip->at_start = [&] { selected.push_back(chip->selected_address().value()); };
  const Message messages[]{{at(0x25), false, {}}, {at(0x20), false, {}}};

  EXPECT_EQ(bus.transfer(messages), ok(2));
  EXPECT_THAT(selected, ElementsAre(0x25, 0x20));
  EXPECT_THAT(wire, ElementsAre("a W", "a W", "a STOP"));
}

TEST_F(BusTransfer, transfer_started_by_a_chip_in_the_middle_of_another_loses_arbitration) {
  const auto chip = attach("a", 0x20);
  attach("b", 0x21);
  TransferResult inner;
  chip->at_start = [&] { inner = controller.quick_write(0x21); };

  EXPECT_EQ(controller.quick_write(0x20), ok());
  EXPECT_EQ(inner, (TransferResult{0, TransferError::arbitration_lost}));
  EXPECT_THAT(wire, ElementsAre("a W", "a STOP"));
}

TEST_F(BusTransfer, transfer_started_by_a_chip_at_its_stop_loses_arbitration) {
  const auto chip = attach("a", 0x20);
  TransferResult inner;
  chip->at_stop = [&] { inner = controller.quick_write(0x20); };

  EXPECT_EQ(controller.quick_write(0x20), ok());
  EXPECT_EQ(inner, (TransferResult{0, TransferError::arbitration_lost}));
}

class SilentChip final : public Device {
 public:
  SilentChip() : Device("silent", {at(0x30)}) {}
};

TEST_F(BusTransfer, chip_without_behaviour_takes_everything_and_leaves_the_line_high) {
  bus.attach(std::make_shared<SilentChip>());

  EXPECT_EQ(controller.write(0x30, bytes({1, 2})), ok());
  EXPECT_EQ(controller.read(0x30, 2), bytes({0xff, 0xff}));
}

class MessageChip final : public Device {
 public:
  explicit MessageChip(TransferError answer) : Device("message", {at(0x30)}), answer_(answer) {}

  std::vector<std::size_t> lengths;

 private:
  TransferError do_message(const Message& message) override {
    lengths.push_back(message.data.size());
    return answer_;
  }

  TransferError answer_;
};

TEST_F(BusTransfer, chip_written_by_the_message_gets_whole_messages) {
  const auto chip = std::make_shared<MessageChip>(TransferError::none);
  bus.attach(chip);

  EXPECT_EQ(controller.write_read(0x30, bytes({1, 2, 3}), 5).size(), 5U);
  EXPECT_THAT(chip->lengths, ElementsAre(3, 5));
}

TEST_F(BusTransfer, what_a_message_chip_answers_is_the_result) {
  bus.attach(std::make_shared<MessageChip>(TransferError::timeout));

  EXPECT_EQ(controller.quick_write(0x30), (TransferResult{0, TransferError::timeout}));
}

TEST(Bus, transfers_allocate_nothing) {
  Bus bus;
  bus.attach(std::make_shared<At24>("24c32", at(0x50)));
  bus.attach(std::make_shared<Lm75>("lm75", at(0x48)));
  Bytes sent = bytes({0, 0, 1, 2, 3});
  Bytes data(64);
  const Message messages[]{{at(0x48), true, data}, {at(0x48), false, sent}, {at(0x21), true, data}};
  const Message write{at(0x50), false, sent};
  const std::size_t before = allocations();

  for (int i = 0; i < 100; ++i) {
    static_cast<void>(bus.transfer(messages));
    static_cast<void>(bus.transfer({&write, 1}));
  }

  const std::size_t after = allocations();
  EXPECT_EQ(after - before, 0U);
}

TEST(Bus, can_put_every_message_on_its_wire) {
  EXPECT_EQ(Bus().functionality(), i2c::func::any_message);
}

TEST(ManualClock, passes_only_when_told) {
  ManualClock clock;
  const Time before = clock.now();

  clock.advance(std::chrono::hours(10));

  EXPECT_EQ(clock.now() - before, std::chrono::hours(10));
}

TEST(RealClock, never_goes_back) {
  const RealClock clock;
  const Time before = clock.now();

  EXPECT_GE(clock.now(), before);
}

}  // namespace
}  // namespace vhost_device::sim
