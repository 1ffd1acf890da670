// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/recording_chip.hpp"

namespace vhost_device::sim {
namespace {

using i2c::Message;
using i2c::TransferError;
using i2c::TransferResult;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

class BusMembership : public ::testing::Test {
 protected:
  std::shared_ptr<RecordingChip> make(const std::string& name,
                                      std::vector<i2c::Address> addresses) {
    return std::make_shared<RecordingChip>(name, std::move(addresses), wire);
  }
  std::shared_ptr<RecordingChip> attach(const std::string& name, unsigned address) {
    auto chip = make(name, {at(address)});
    bus.attach(chip);
    return chip;
  }

  WireLog wire;
  Bus bus;
  Bus other_bus;
  Controller controller{bus};
};

TEST_F(BusMembership, attach_at_a_taken_address_names_both_chips_and_the_address) {
  attach("lm75", 0x48);

  EXPECT_THAT([&] { attach("tmp102", 0x48); },
              ThrowsMessage<std::invalid_argument>(
                  AllOf(HasSubstr("tmp102"), HasSubstr("lm75"), HasSubstr("0x48"))));
}

TEST_F(BusMembership, attach_with_one_address_taken_leaves_the_bus_as_it_was) {
  const auto small = attach("24c02", 0x53);
  const auto large = make("24c16", {at(0x50), at(0x51), at(0x52), at(0x53)});

  EXPECT_THROW(bus.attach(large), std::invalid_argument);

  EXPECT_EQ(controller.quick_write(0x50), address_nack);
  EXPECT_THAT(bus.devices(), ElementsAre(small));
  EXPECT_NO_THROW(other_bus.attach(large));
}

TEST_F(BusMembership, attach_at_the_general_call_address_is_refused) {
  EXPECT_THAT([&] { attach("a", 0x00); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("general call")));
}

TEST_F(BusMembership, attach_of_a_chip_on_another_bus_is_refused) {
  const auto chip = attach("a", 0x20);

  EXPECT_THAT([&] { other_bus.attach(chip); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("on a bus already")));
}

TEST_F(BusMembership, attach_of_a_chip_twice_is_refused) {
  const auto chip = attach("a", 0x20);

  EXPECT_THROW(bus.attach(chip), std::invalid_argument);
}

TEST_F(BusMembership, attach_of_no_chip_is_refused) {
  EXPECT_THROW(bus.attach(nullptr), std::invalid_argument);
}

TEST_F(BusMembership, chip_without_an_address_cannot_be_made) {
  EXPECT_THROW(make("a", {}), std::invalid_argument);
}

TEST_F(BusMembership, detached_chip_does_not_answer_and_fits_elsewhere) {
  const auto chip = attach("a", 0x20);

  bus.detach(*chip);
  other_bus.attach(chip);

  EXPECT_EQ(controller.quick_write(0x20), address_nack);
  EXPECT_EQ(Controller(other_bus).quick_write(0x20), ok());
}

TEST_F(BusMembership, detach_of_a_chip_that_is_elsewhere_is_refused) {
  const auto chip = make("a", {at(0x20)});
  other_bus.attach(chip);
  attach("b", 0x20);

  EXPECT_THAT([&] { bus.detach(*chip); },
              ThrowsMessage<std::invalid_argument>(AllOf(HasSubstr("a"), HasSubstr("0x20"))));
}

TEST_F(BusMembership, devices_come_in_the_order_of_their_first_addresses) {
  const auto ten_bit = make("c", {i2c::Address::ten_bit(0x10).value()});
  bus.attach(ten_bit);
  const auto high = attach("b", 0x30);
  const auto low = make("a", {at(0x20), at(0x40)});
  bus.attach(low);

  EXPECT_THAT(bus.devices(), ElementsAre(low, high, ten_bit));
}

TEST_F(BusMembership, clear_takes_every_chip_off) {
  const auto chip = attach("a", 0x20);
  const auto ten_bit = make("b", {i2c::Address::ten_bit(0x10).value(), at(0x21)});
  bus.attach(ten_bit);

  bus.clear();

  EXPECT_THAT(bus.devices(), IsEmpty());
  EXPECT_NO_THROW(other_bus.attach(chip));
  EXPECT_NO_THROW(other_bus.attach(ten_bit));
}

TEST_F(BusMembership, chips_outlive_their_bus) {
  const auto chip = make("a", {at(0x20)});
  std::make_unique<Bus>()->attach(chip);

  EXPECT_NO_THROW(bus.attach(chip));
}

TEST_F(BusMembership, chip_attached_in_the_middle_answers_from_the_next_start) {
  const auto chip = attach("a", 0x20);
  const auto late = make("b", {at(0x21)});
  chip->at_start = [&] { bus.attach(late); };
  const Message messages[]{{at(0x20), false, {}}, {at(0x21), false, {}}};

  EXPECT_EQ(bus.transfer(messages), ok(2));
  EXPECT_THAT(wire, ElementsAre("a W", "b W", "a STOP", "b STOP"));
}

TEST_F(BusMembership, chip_detached_in_the_middle_gets_no_stop) {
  const auto first = attach("a", 0x20);
  attach("b", 0x21)->at_start = [&] { bus.detach(*first); };
  const Message messages[]{{at(0x20), false, {}}, {at(0x21), false, {}}, {at(0x20), false, {}}};

  EXPECT_EQ(bus.transfer(messages), (TransferResult{2, TransferError::address_nack}));
  EXPECT_THAT(wire, ElementsAre("a W", "b W", "b STOP"));
}

TEST_F(BusMembership, chip_that_detaches_itself_gets_the_rest_of_its_message_and_no_stop) {
  const auto chip = attach("a", 0x20);
  chip->at_start = [&] { bus.detach(*chip); };
  Bytes data = bytes({1});
  const Message messages[]{{at(0x20), false, data}, {at(0x20), false, data}};

  EXPECT_EQ(bus.transfer(messages), (TransferResult{1, TransferError::address_nack}));
  EXPECT_THAT(wire, ElementsAre("a W", "a 01"));
  EXPECT_NO_THROW(other_bus.attach(chip));
}

TEST_F(BusMembership, chip_that_detaches_itself_belongs_to_the_bus_until_it_returns) {
  const auto chip = attach("a", 0x20);
  chip->at_start = [&] {
    bus.detach(*chip);
    EXPECT_THROW(other_bus.attach(chip), std::invalid_argument);
  };

  EXPECT_EQ(controller.quick_write(0x20), ok());
  EXPECT_NO_THROW(other_bus.attach(chip));
}

TEST_F(BusMembership, chip_that_leaves_and_comes_back_in_its_callback_stays) {
  const auto chip = attach("a", 0x20);
  chip->at_start = [&] {
    bus.detach(*chip);
    bus.attach(chip);
  };

  EXPECT_EQ(controller.quick_write(0x20), ok());
  EXPECT_THAT(bus.devices(), ElementsAre(chip));
  EXPECT_THROW(other_bus.attach(chip), std::invalid_argument);
}

TEST_F(BusMembership, chip_may_end_with_its_own_detach) {
  const std::weak_ptr<RecordingChip> chip = attach("a", 0x20);
  chip.lock()->at_start = [&] { bus.clear(); };

  EXPECT_EQ(controller.write(0x20, bytes({1, 2})), ok());
  EXPECT_THAT(wire, ElementsAre("a W", "a 01", "a 02"));
  EXPECT_TRUE(chip.expired());
}

TEST_F(BusMembership, bus_cleared_at_a_stop_spares_the_others_theirs) {
  const std::weak_ptr<RecordingChip> first = attach("a", 0x20);
  const std::weak_ptr<RecordingChip> second = attach("b", 0x21);
  first.lock()->at_stop = [&] { bus.clear(); };
  const Message messages[]{{at(0x20), false, {}}, {at(0x21), false, {}}};

  EXPECT_EQ(bus.transfer(messages), ok(2));
  EXPECT_THAT(wire, ElementsAre("a W", "b W", "a STOP"));
  EXPECT_TRUE(first.expired());
  EXPECT_TRUE(second.expired());
}

class ClockedChip final : public Device {
 public:
  ClockedChip() : Device("clocked", {at(0x20)}) {}

  std::vector<Time> offsets;

 private:
  void clock_changed(Time offset) override { offsets.push_back(offset); }
};

TEST_F(BusMembership, chip_is_told_how_the_clock_of_another_bus_differs) {
  using namespace std::chrono_literals;
  const auto early = std::make_shared<ManualClock>();
  const auto late = std::make_shared<ManualClock>();
  late->advance(3h);
  Bus early_bus(early);
  Bus late_bus(late);
  const auto chip = std::make_shared<ClockedChip>();
  early_bus.attach(chip);
  chip->offsets.clear();

  early_bus.detach(*chip);
  late_bus.attach(chip);

  EXPECT_THAT(chip->offsets, ElementsAre(3h));
}

TEST_F(BusMembership, chip_that_comes_back_to_its_clock_is_told_nothing) {
  const auto chip = std::make_shared<ClockedChip>();
  bus.attach(chip);
  chip->offsets.clear();

  bus.detach(*chip);
  bus.attach(chip);

  EXPECT_THAT(chip->offsets, IsEmpty());
}

}  // namespace
}  // namespace vhost_device::sim
