// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pca953x.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Pca953xTest : public ::testing::Test {
 protected:
  std::shared_ptr<Pca953x> attach(std::string_view part, unsigned address) {
    auto chip = std::make_shared<Pca953x>(part, at(address));
    bus.attach(chip);
    return chip;
  }

  Bus bus{std::make_shared<ManualClock>()};
  Controller controller{bus};
};

TEST_F(Pca953xTest, registers_of_8_pins_after_power_up_are_the_datasheets) {
  attach("pca9554", 0x20);

  EXPECT_EQ(controller.write_read(0x20, bytes({0}), 1), bytes({0xff}));  // the pull-ups
  EXPECT_EQ(controller.write_read(0x20, bytes({1}), 1), bytes({0xff}));
  EXPECT_EQ(controller.write_read(0x20, bytes({2}), 1), bytes({0x00}));
  EXPECT_EQ(controller.write_read(0x20, bytes({3}), 1), bytes({0xff}));
}

TEST_F(Pca953xTest, undriven_pins_without_pull_ups_read_low) {
  attach("pca9534", 0x20);

  EXPECT_EQ(controller.write_read(0x20, bytes({0}), 1), bytes({0x00}));
}

TEST_F(Pca953xTest, bytes_for_8_pins_go_to_one_register) {
  const auto chip = attach("pca9534", 0x20);
  controller.write(0x20, bytes({3, 0x00}));
  controller.write(0x20, bytes({1, 0x11, 0x22}));

  EXPECT_EQ(controller.write_read(0x20, bytes({1}), 3), bytes({0x22, 0x22, 0x22}));
  EXPECT_EQ(chip->output(1), Level::high);
  EXPECT_EQ(chip->output(0), Level::low);
}

// PCA9555, 6.2.1: the other register of the pair comes next.
TEST_F(Pca953xTest, bytes_for_16_pins_alternate_within_the_pair) {
  attach("pca9555", 0x27);
  controller.write(0x27, bytes({3, 0x11, 0x22, 0x33}));

  EXPECT_EQ(controller.write_read(0x27, bytes({2}), 4), bytes({0x22, 0x33, 0x22, 0x33}));
  EXPECT_EQ(controller.write_read(0x27, bytes({5}), 2), bytes({0x00, 0x00}));
}

// SCPS193D, 8.5.4.1: output port 2 is followed by output port 0.
TEST_F(Pca953xTest, bytes_for_24_pins_go_round_their_kind_with_auto_increment) {
  attach("tca6424", 0x22);
  controller.write(0x22, bytes({0x86, 0x11, 0x22, 0x33, 0x44}));

  EXPECT_EQ(controller.write_read(0x22, bytes({0x84}), 4), bytes({0x22, 0x33, 0x44, 0x22}));
}

TEST_F(Pca953xTest, bytes_for_24_pins_stay_at_the_register_without_auto_increment) {
  attach("tca6424", 0x22);
  controller.write(0x22, bytes({0x05, 0x11, 0x22}));

  EXPECT_EQ(controller.write_read(0x22, bytes({0x05}), 2), bytes({0x22, 0x22}));
  EXPECT_EQ(controller.write_read(0x22, bytes({0x84}), 3), bytes({0xff, 0x22, 0xff}));
}

TEST_F(Pca953xTest, output_register_counts_only_for_outputs) {
  const auto chip = attach("tca6416", 0x20);
  controller.write(0x20, bytes({2, 0x00, 0x80}));
  controller.write(0x20, bytes({6, 0xff, 0x7f}));

  EXPECT_EQ(chip->output(14), std::nullopt);
  EXPECT_EQ(chip->output(15), Level::high);
  EXPECT_EQ(chip->level(15), Level::high);
}

TEST_F(Pca953xTest, input_register_shows_the_pins_whatever_their_direction) {
  const auto chip = attach("pca9535", 0x20);
  controller.write(0x20, bytes({6, 0xf0, 0xff}));
  controller.write(0x20, bytes({2, 0x0a, 0x00}));
  chip->drive(7, Level::high);
  chip->drive(8, Level::high);

  EXPECT_EQ(controller.write_read(0x20, bytes({0}), 2), bytes({0x8a, 0x01}));
}

TEST_F(Pca953xTest, polarity_inverts_what_is_read_and_not_the_pins) {
  const auto chip = attach("pca9534", 0x20);
  controller.write(0x20, bytes({2, 0x0f}));
  chip->drive(0, Level::high);

  EXPECT_EQ(controller.write_read(0x20, bytes({0}), 1), bytes({0x0e}));
  EXPECT_EQ(chip->level(0), Level::high);
}

TEST_F(Pca953xTest, pin_driven_by_the_chip_is_at_the_chips_level) {
  const auto chip = attach("pca9534", 0x20);
  controller.write(0x20, bytes({3, 0xfe}));
  chip->drive(0, Level::low);

  EXPECT_EQ(chip->level(0), Level::high);
}

TEST_F(Pca953xTest, interrupt_ends_with_a_read_of_the_port_that_changed) {
  const auto chip = attach("pca9555", 0x20);
  EXPECT_EQ(chip->interrupt_level(), Level::high);
  chip->drive(9, Level::low);
  EXPECT_EQ(chip->interrupt_level(), Level::low);

  controller.write_read(0x20, bytes({0}), 1);
  EXPECT_EQ(chip->interrupt_level(), Level::low);
  controller.write_read(0x20, bytes({1}), 1);
  EXPECT_EQ(chip->interrupt_level(), Level::high);
}

TEST_F(Pca953xTest, interrupt_ends_when_the_input_goes_back) {
  const auto chip = attach("pca9555", 0x20);
  chip->drive(3, Level::low);
  chip->drive(3, std::nullopt);

  EXPECT_EQ(chip->interrupt_level(), Level::high);
}

TEST_F(Pca953xTest, outputs_do_not_interrupt) {
  const auto chip = attach("pca9555", 0x20);
  controller.write(0x20, bytes({6, 0x00, 0x00}));
  controller.write(0x20, bytes({2, 0x55, 0xaa}));

  EXPECT_EQ(chip->interrupt_level(), Level::high);
}

// PCA9555, 6.5, the note on false interrupts.
TEST_F(Pca953xTest, output_that_becomes_an_input_may_interrupt) {
  const auto chip = attach("pca9555", 0x20);
  controller.write(0x20, bytes({2, 0x00}));
  controller.write(0x20, bytes({6, 0xfe}));
  controller.write_read(0x20, bytes({0}), 1);
  controller.write(0x20, bytes({6, 0xff}));

  EXPECT_EQ(chip->interrupt_level(), Level::low);
}

TEST_F(Pca953xTest, reset_makes_all_pins_inputs) {
  const auto chip = attach("tca6408", 0x21);
  controller.write(0x21, bytes({3, 0x00}));
  chip->reset();

  EXPECT_EQ(chip->output(0), std::nullopt);
  EXPECT_EQ(controller.write_read(0x21, bytes({3}), 1), bytes({0xff}));
}

TEST_F(Pca953xTest, state_of_one_chip_makes_another_answer_alike) {
  const auto chip = attach("tca6424", 0x22);
  controller.write(0x22, bytes({0x8c, 0x00, 0xff, 0x0f}));
  chip->drive(10, Level::high);
  const State state = chip->state();
  const auto other = attach("tca6424", 0x23);
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_EQ(other->interrupt_level(), Level::low);
}

TEST_F(Pca953xTest, pin_that_the_part_does_not_have_is_refused) {
  const auto chip = attach("pca9538", 0x70);

  EXPECT_THAT([&] { chip->drive(8, Level::low); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("pca9538: pin 8 (expected 0 to 7)")));
}

TEST_F(Pca953xTest, address_that_the_part_cannot_have_is_refused) {
  EXPECT_THAT([] { Pca953x("pca9539", at(0x20)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected 0x74 to 0x77")));
}

TEST_F(Pca953xTest, address_of_the_a_part_is_taken_for_its_name_in_linux) {
  EXPECT_EQ(Pca953x("pca9554", at(0x38)).addresses().front(), at(0x38));
}

TEST_F(Pca953xTest, pins_of_a_board_are_driven) {
  FakeProperties properties;
  properties.numbers = {{"vhost-device,driven-high", 0x01}, {"vhost-device,driven-low", 0x80}};
  const Part& part = pca953x_family.parts[0];
  const auto chip = part.make(part, at(0x20), properties);
  bus.attach(chip);

  EXPECT_EQ(controller.write_read(0x20, bytes({0}), 1), bytes({0x01}));
}

TEST_F(Pca953xTest, board_with_more_pins_than_the_part_is_refused) {
  FakeProperties properties;
  properties.numbers = {{"vhost-device,driven-high", 0x100}};
  const Part& part = pca953x_family.parts[0];

  EXPECT_THAT([&] { part.make(part, at(0x20), properties); },
              ThrowsMessage<PropertyError>(HasSubstr("expected a bit for each of 8 pins")));
}

}  // namespace
}  // namespace vhost_device::sim
