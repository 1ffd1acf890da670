// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/ee1004.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Ee1004Test : public ::testing::Test {
 protected:
  Ee1004Test() { bus.attach(spd); }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<Ee1004> spd = std::make_shared<Ee1004>(at(0x50));
  Bus bus{clock};
  Controller controller{bus};
};

/// Each byte tells its SPD page and where it is in it.
Bytes counted() {
  Bytes contents(512);
  for (std::size_t i = 0; i < contents.size(); ++i) {
    contents[i] = static_cast<std::byte>(i ^ (i >= 256 ? 0x80U : 0U));
  }
  return contents;
}

Bytes of_size(std::size_t size, unsigned value) {
  return Bytes(size, static_cast<std::byte>(value));
}

TEST_F(Ee1004Test, comes_erased_with_the_lower_page_visible) {
  EXPECT_EQ(spd->size(), 512U);
  EXPECT_EQ(spd->page_size(), 16U);
  EXPECT_EQ(spd->spd_page(), 0U);
  EXPECT_EQ(controller.write_read(0x50, bytes({0}), 256), of_size(256, 0xff));
}

// Linux's ee1004 writes one byte, the specification two; either selects the page.
TEST_F(Ee1004Test, commands_make_the_halves_visible) {
  spd->write_data(0, counted());

  EXPECT_EQ(controller.write(0x37, bytes({0})), ok());
  const Bytes upper = controller.write_read(0x50, bytes({0x10}), 2);
  EXPECT_EQ(controller.write(0x36, bytes({0, 0})), ok());
  const Bytes lower = controller.write_read(0x50, bytes({0x10}), 2);
  EXPECT_EQ(controller.quick_write(0x37), ok());

  EXPECT_EQ(upper, bytes({0x90, 0x91}));
  EXPECT_EQ(lower, bytes({0x10, 0x11}));
  EXPECT_EQ(spd->spd_page(), 1U);
}

// Linux's ee1004_get_current_page: an ACK at 0x36 is page 0, a NACK page 1.
TEST_F(Ee1004Test, visible_page_is_told_by_the_acknowledge) {
  EXPECT_EQ(controller.read(0x36, 1).size(), 1U);
  EXPECT_EQ(controller.quick_read(0x37), address_nack);

  static_cast<void>(controller.write(0x37, bytes({0})));

  EXPECT_EQ(controller.quick_read(0x36), address_nack);
  EXPECT_EQ(controller.quick_read(0x37), address_nack);
}

TEST_F(Ee1004Test, read_goes_round_in_the_visible_page) {
  spd->write_data(0, counted());
  static_cast<void>(controller.write(0x37, bytes({0})));

  EXPECT_EQ(controller.write_read(0x50, bytes({0xfe}), 4), bytes({0x7e, 0x7f, 0x80, 0x81}));
  EXPECT_EQ(controller.read(0x50, 1), bytes({0x82}));
}

TEST_F(Ee1004Test, page_command_keeps_the_place_in_the_page) {
  spd->write_data(0, counted());
  static_cast<void>(controller.write_read(0x50, bytes({0x20}), 1));

  static_cast<void>(controller.write(0x37, bytes({0})));

  EXPECT_EQ(controller.read(0x50, 1), bytes({0xa1}));
}

TEST_F(Ee1004Test, write_goes_into_the_visible_page_and_round_in_sixteen_bytes) {
  static_cast<void>(controller.write(0x37, bytes({0})));

  EXPECT_EQ(controller.write(0x50, bytes({0x2e, 1, 2, 3})), ok());

  EXPECT_EQ(spd->read_data(0x12e, 2), bytes({1, 2}));
  EXPECT_EQ(spd->read_data(0x120, 1), bytes({3}));
  EXPECT_EQ(spd->read_data(0x2e, 2), bytes({0xff, 0xff}));
}

TEST_F(Ee1004Test, nothing_is_acknowledged_during_the_write_cycle_of_5_ms) {
  static_cast<void>(controller.write(0x50, bytes({0, 1})));

  clock->advance(4999us);
  EXPECT_TRUE(spd->busy());
  EXPECT_EQ(controller.quick_write(0x50), address_nack);
  EXPECT_EQ(controller.write(0x37, bytes({0})), address_nack);
  clock->advance(1us);
  EXPECT_EQ(controller.quick_write(0x50), ok());

  EXPECT_EQ(spd->spd_page(), 0U);
}

// DS20005226, table 7-1: the word address is acknowledged, data is not, and there is no cycle.
TEST_F(Ee1004Test, write_to_a_protected_block_is_refused_at_its_data) {
  spd->set_block_protected(1, true);

  const i2c::TransferResult refused = controller.write(0x50, bytes({0x80, 1}));

  EXPECT_EQ(refused, data_nack);
  EXPECT_EQ(refused.acknowledged, 1U);
  EXPECT_FALSE(spd->busy());
  EXPECT_EQ(spd->read_data(0x80, 1), bytes({0xff}));
  EXPECT_EQ(controller.write_read(0x50, bytes({0x80}), 1), bytes({0xff}));
  EXPECT_EQ(controller.write(0x50, bytes({0x7f, 1})), ok());
}

// N34C04, "Software Write Protection": ACK if the flag is not set. Blocks 0 to 3 in this order.
TEST_F(Ee1004Test, protection_of_each_block_is_told_by_the_acknowledge) {
  const unsigned addresses[]{0x31, 0x34, 0x35, 0x30};
  for (std::size_t block = 0; block < 4; ++block) {
    EXPECT_EQ(controller.quick_read(addresses[block]), ok());
    spd->set_block_protected(block, true);
    EXPECT_EQ(controller.quick_read(addresses[block]), address_nack);
    EXPECT_TRUE(spd->block_protected(block));
  }
}

TEST_F(Ee1004Test, protection_is_not_changed_without_the_high_voltage) {
  EXPECT_EQ(controller.write(0x31, bytes({0, 0})), address_nack);
  EXPECT_EQ(controller.write(0x33, bytes({0, 0})), address_nack);

  EXPECT_FALSE(spd->block_protected(0));
}

TEST_F(Ee1004Test, block_that_is_not_there_is_refused) {
  EXPECT_THROW(spd->set_block_protected(4, true), std::out_of_range);
  EXPECT_THROW(static_cast<void>(spd->block_protected(4)), std::out_of_range);
}

TEST_F(Ee1004Test, all_on_a_bus_change_their_page_together) {
  const auto other = std::make_shared<Ee1004>(at(0x51));
  bus.attach(other);
  other->write_data(256, bytes({0x42}));

  EXPECT_EQ(controller.write(0x37, bytes({0})), ok());

  EXPECT_EQ(spd->spd_page(), 1U);
  EXPECT_EQ(other->spd_page(), 1U);
  EXPECT_EQ(controller.write_read(0x51, bytes({0}), 1), bytes({0x42}));
  EXPECT_EQ(controller.quick_read(0x36), address_nack);
}

TEST_F(Ee1004Test, one_that_is_busy_misses_the_page_command) {
  const auto other = std::make_shared<Ee1004>(at(0x51));
  bus.attach(other);
  static_cast<void>(controller.write(0x51, bytes({0, 1})));

  EXPECT_EQ(controller.write(0x37, bytes({0})), ok());

  EXPECT_EQ(spd->spd_page(), 1U);
  EXPECT_EQ(other->spd_page(), 0U);
}

TEST(Ee1004, addresses_are_0x50_to_0x57) {
  EXPECT_NO_THROW(Ee1004(at(0x57)));
  EXPECT_THAT([] { Ee1004(at(0x58)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("0x50 to 0x57")));
  EXPECT_THROW(Ee1004(at(0x4f)), std::invalid_argument);
}

TEST_F(Ee1004Test, state_goes_to_another_one) {
  spd->write_data(0, counted());
  spd->set_block_protected(1, true);
  static_cast<void>(controller.write(0x37, bytes({0})));
  static_cast<void>(controller.write(0x50, bytes({0x20, 7})));
  const auto other = std::make_shared<Ee1004>(at(0x57));
  bus.attach(other);

  other->set_state(spd->state());

  EXPECT_EQ(other->state(), spd->state());
  EXPECT_EQ(other->spd_page(), 1U);
  EXPECT_TRUE(other->busy());
  EXPECT_TRUE(other->block_protected(1));
  EXPECT_EQ(other->read_data(0x120, 1), bytes({7}));
}

TEST(Ee1004, board_gives_it_a_write_cycle) {
  const Part* const part = find_part("ee1004");
  FakeProperties properties;
  properties.numbers["vhost-device,write-cycle-ms"] = 0;

  const auto chip = std::dynamic_pointer_cast<Ee1004>(part->make(*part, at(0x52), properties));

  ASSERT_TRUE(chip);
  EXPECT_EQ(chip->write_cycle(), 0ms);
  EXPECT_EQ(chip->addresses().front(), at(0x52));
}

}  // namespace
}  // namespace vhost_device::sim
