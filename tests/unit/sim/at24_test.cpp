// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/at24.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using i2c::Message;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class At24Chip : public ::testing::Test {
 protected:
  std::shared_ptr<At24> attach(std::string_view part, unsigned address = 0x50) {
    auto chip = std::make_shared<At24>(part, at(address));
    bus.attach(chip);
    return chip;
  }
  void finish_write() { clock->advance(10ms); }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

Bytes counting(std::size_t length, std::uint8_t first = 0) {
  Bytes result;
  for (std::size_t i = 0; i < length; ++i) result.push_back(static_cast<std::byte>(first + i));
  return result;
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST_F(At24Chip, new_chip_is_erased) {
  const auto chip = attach("24c02");

  EXPECT_THAT(controller.write_read(0x50, bytes({0}), 256), Each(std::byte{0xff}));
  EXPECT_THAT(chip->read_data(0, 256), Each(std::byte{0xff}));
}

TEST_F(At24Chip, bytes_written_are_read_back) {
  const auto chip = attach("24c02");

  EXPECT_EQ(controller.write(0x50, bytes({0x20, 1, 2, 3})), ok());
  finish_write();

  EXPECT_EQ(controller.write_read(0x50, bytes({0x1f}), 5), bytes({0xff, 1, 2, 3, 0xff}));
  EXPECT_EQ(chip->read_data(0x20, 3), bytes({1, 2, 3}));
}

TEST_F(At24Chip, two_byte_pointer_is_big_endian) {
  const auto chip = attach("24c32");

  EXPECT_EQ(controller.write(0x50, bytes({0x0f, 0x40, 0xab})), ok());

  EXPECT_EQ(chip->read_data(0xf40, 1), bytes({0xab}));
}

TEST_F(At24Chip, pointer_bits_beyond_the_size_are_ignored) {
  const auto small = attach("24c01", 0x50);
  const auto large = attach("24c32", 0x51);

  EXPECT_EQ(controller.write(0x50, bytes({0x85, 1})), ok());
  EXPECT_EQ(controller.write(0x51, bytes({0xf0, 0x05, 2})), ok());

  EXPECT_EQ(small->read_data(0x05, 1), bytes({1}));
  EXPECT_EQ(large->read_data(0x005, 1), bytes({2}));
}

TEST_F(At24Chip, current_address_read_goes_on_after_the_last_read) {
  attach("24c02")->write_data(0, counting(16));

  EXPECT_EQ(controller.write_read(0x50, bytes({4}), 2), bytes({4, 5}));
  EXPECT_EQ(controller.read(0x50, 2), bytes({6, 7}));
}

TEST_F(At24Chip, pointer_written_alone_serves_a_later_read) {
  attach("24c02")->write_data(0, counting(16));

  EXPECT_EQ(controller.write(0x50, bytes({9})), ok());
  EXPECT_EQ(controller.read(0x50, 1), bytes({9}));
}

TEST_F(At24Chip, first_byte_of_a_pointer_alone_moves_its_upper_half) {
  attach("24c32")->write_data(0x134, bytes({0x77}));
  controller.write(0x50, bytes({0x00, 0x34}));

  EXPECT_EQ(controller.write_read(0x50, bytes({0x01}), 1), bytes({0x77}));
}

TEST_F(At24Chip, sequential_read_goes_round_at_the_end_of_the_array) {
  const auto chip = attach("24c16");
  chip->write_data(0, bytes({0xa0}));
  chip->write_data(2047, bytes({0xaf}));

  EXPECT_EQ(controller.write_read(0x57, bytes({0xff}), 2), bytes({0xaf, 0xa0}));
}

TEST_F(At24Chip, sequential_read_goes_on_into_the_next_block) {
  const auto chip = attach("24c04");
  chip->write_data(0xff, bytes({1, 2}));

  EXPECT_EQ(controller.write_read(0x50, bytes({0xff}), 2), bytes({1, 2}));
}

TEST_F(At24Chip, sequential_read_of_more_than_the_array_repeats_it) {
  attach("24c01")->write_data(0, counting(128));

  EXPECT_EQ(controller.write_read(0x50, bytes({0}), 256), joined(counting(128), counting(128)));
}

TEST_F(At24Chip, page_write_past_the_end_of_the_page_goes_round_in_it) {
  const auto chip = attach("24c02");

  EXPECT_EQ(controller.write(0x50, bytes({0x0e, 1, 2, 3})), ok());

  EXPECT_EQ(chip->read_data(0x08, 8), bytes({3, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2}));
  EXPECT_EQ(chip->read_data(0x10, 1), bytes({0xff}));
}

TEST_F(At24Chip, page_write_of_more_than_a_page_keeps_the_last_bytes) {
  const auto chip = attach("24c02");

  EXPECT_EQ(controller.write(0x50, joined(bytes({0x10}), counting(10))), ok());

  EXPECT_EQ(chip->read_data(0x10, 8), bytes({8, 9, 2, 3, 4, 5, 6, 7}));
}

TEST_F(At24Chip, address_counter_after_a_page_write_stays_in_the_page) {
  attach("24c02")->write_data(0, counting(16));

  controller.write(0x50, bytes({0x07, 0xee}));
  finish_write();

  EXPECT_EQ(controller.read(0x50, 1), bytes({0x00}));
}

TEST_F(At24Chip, nothing_is_acknowledged_during_the_write_cycle) {
  const auto chip = attach("24c32");
  controller.write(0x50, bytes({0, 0, 1}));

  clock->advance(5ms - 1ns);

  EXPECT_TRUE(chip->busy());
  EXPECT_EQ(controller.quick_write(0x50), address_nack);
  EXPECT_EQ(controller.quick_read(0x50), address_nack);
  EXPECT_EQ(controller.write(0x50, bytes({0, 0, 2})), address_nack);
}

TEST_F(At24Chip, write_cycle_ends_after_five_milliseconds) {
  const auto chip = attach("24c32");
  controller.write(0x50, bytes({0, 0, 1}));

  clock->advance(5ms);

  EXPECT_FALSE(chip->busy());
  EXPECT_EQ(controller.write_read(0x50, bytes({0, 0}), 1), bytes({1}));
}

TEST_F(At24Chip, write_cycle_of_the_24cm02_takes_ten_milliseconds) {
  attach("24c2048");
  controller.write(0x50, bytes({0, 0, 1}));

  clock->advance(9ms);
  EXPECT_EQ(controller.quick_write(0x50), address_nack);
  clock->advance(1ms);
  EXPECT_EQ(controller.quick_write(0x50), ok());
}

TEST_F(At24Chip, polling_does_not_lengthen_the_write_cycle) {
  attach("24c32");
  controller.write(0x50, bytes({0, 0, 1}));

  clock->advance(4ms);
  controller.write(0x50, bytes({0, 0, 2}));
  clock->advance(1ms);

  EXPECT_EQ(controller.write_read(0x50, bytes({0, 0}), 1), bytes({1}));
}

TEST_F(At24Chip, every_address_of_the_chip_is_busy) {
  attach("24c04");
  controller.write(0x50, bytes({0, 1}));

  EXPECT_EQ(controller.quick_write(0x51), address_nack);
}

TEST_F(At24Chip, write_cycle_can_be_changed) {
  const auto chip = attach("24c32");
  chip->set_write_cycle(20ms);
  controller.write(0x50, bytes({0, 0, 1}));

  clock->advance(19ms);

  EXPECT_TRUE(chip->busy());
  EXPECT_EQ(chip->write_cycle(), 20ms);
}

TEST_F(At24Chip, write_cycle_of_zero_is_none) {
  const auto chip = attach("24c32");
  chip->set_write_cycle(0ms);

  controller.write(0x50, bytes({0, 0, 1}));

  EXPECT_EQ(controller.write_read(0x50, bytes({0, 0}), 1), bytes({1}));
}

TEST_F(At24Chip, write_cycle_under_zero_or_over_a_minute_is_refused) {
  const auto chip = attach("24c32");

  EXPECT_THROW(chip->set_write_cycle(-1ms), std::invalid_argument);
  EXPECT_THROW(chip->set_write_cycle(60001ms), std::invalid_argument);
  EXPECT_THROW(chip->set_write_cycle(std::chrono::milliseconds::max()), std::invalid_argument);
  EXPECT_NO_THROW(chip->set_write_cycle(60s));
}

TEST_F(At24Chip, write_cycle_goes_on_while_the_chip_is_moved_to_another_clock) {
  const auto chip = attach("24c32");
  const auto other_clock = std::make_shared<ManualClock>();
  other_clock->advance(10h);
  Bus other_bus(other_clock);
  controller.write(0x50, bytes({0, 0, 1}));
  clock->advance(3ms);

  bus.detach(*chip);
  other_bus.attach(chip);

  EXPECT_TRUE(chip->busy());
  other_clock->advance(2ms);
  EXPECT_FALSE(chip->busy());
}

TEST_F(At24Chip, repeated_start_in_the_place_of_stop_drops_the_write) {
  const auto chip = attach("24c02");
  Bytes written = bytes({0x20, 1, 2});
  Bytes read(1);
  const Message messages[]{{at(0x50), false, written}, {at(0x50), true, read}};

  EXPECT_EQ(bus.transfer(messages), ok(2));

  EXPECT_FALSE(chip->busy());
  EXPECT_EQ(chip->read_data(0x20, 2), bytes({0xff, 0xff}));
}

TEST_F(At24Chip, start_to_another_chip_does_not_drop_the_write) {
  const auto chip = attach("24c02", 0x50);
  attach("24c02", 0x51);
  Bytes written = bytes({0x20, 1, 2});
  const Message messages[]{{at(0x50), false, written}, {at(0x51), false, {}}};

  EXPECT_EQ(bus.transfer(messages), ok(2));

  EXPECT_EQ(chip->read_data(0x20, 2), bytes({1, 2}));
  EXPECT_TRUE(chip->busy());
}

TEST_F(At24Chip, pointer_without_data_begins_no_write_cycle) {
  const auto chip = attach("24c02");

  controller.write(0x50, bytes({0x20}));

  EXPECT_FALSE(chip->busy());
}

TEST_F(At24Chip, write_protected_chip_acknowledges_and_does_not_write) {
  const auto chip = attach("24c02");
  chip->set_write_protect(true);

  EXPECT_EQ(controller.write(0x50, bytes({0x20, 1, 2})), ok());

  EXPECT_FALSE(chip->busy());
  EXPECT_EQ(chip->read_data(0x20, 2), bytes({0xff, 0xff}));
  EXPECT_EQ(controller.write_read(0x50, bytes({0x20}), 1), bytes({0xff}));
}

TEST_F(At24Chip, write_protection_can_be_lifted) {
  const auto chip = attach("24c02");
  chip->set_write_protect(true);
  chip->set_write_protect(false);

  controller.write(0x50, bytes({0x20, 1}));

  EXPECT_FALSE(chip->write_protect());
  EXPECT_EQ(chip->read_data(0x20, 1), bytes({1}));
}

TEST_F(At24Chip, quick_commands_leave_the_address_counter) {
  attach("24c02")->write_data(0, counting(16));
  controller.write(0x50, bytes({5}));

  EXPECT_EQ(controller.quick_write(0x50), ok());
  EXPECT_EQ(controller.quick_read(0x50), ok());

  EXPECT_EQ(controller.read(0x50, 1), bytes({5}));
}

TEST_F(At24Chip, block_bits_come_from_the_address_of_the_write) {
  const auto chip = attach("24c16");

  controller.write(0x53, bytes({0x21, 0xab}));

  EXPECT_EQ(chip->read_data(0x321, 1), bytes({0xab}));
}

TEST_F(At24Chip, block_bits_of_a_read_do_not_count) {
  attach("24c16")->write_data(0x321, bytes({0xab}));
  Bytes pointer = bytes({0x21});
  Bytes read(1);
  const Message messages[]{{at(0x53), false, pointer}, {at(0x50), true, read}};

  EXPECT_EQ(bus.transfer(messages), ok(2));
  EXPECT_EQ(read, bytes({0xab}));
}

TEST_F(At24Chip, block_bits_of_large_parts_are_above_the_two_pointer_bytes) {
  const auto chip = attach("24c2048", 0x54);

  controller.write(0x56, bytes({0x12, 0x34, 0xab}));

  EXPECT_EQ(chip->read_data(0x21234, 1), bytes({0xab}));
}

TEST_F(At24Chip, data_access_beyond_the_size_is_refused) {
  const auto chip = attach("24c02");

  EXPECT_THAT([&] { static_cast<void>(chip->read_data(250, 7)); },
              ThrowsMessage<std::out_of_range>(AllOf(HasSubstr("24c02"), HasSubstr("256"))));
  EXPECT_THROW(static_cast<void>(chip->read_data(257, 0)), std::out_of_range);
  EXPECT_THROW(static_cast<void>(chip->read_data(1, SIZE_MAX)), std::out_of_range);
  EXPECT_THROW(chip->write_data(256, counting(1)), std::out_of_range);
  EXPECT_NO_THROW(chip->write_data(256, {}));
}

TEST_F(At24Chip, data_access_does_not_wait_for_write_cycle_or_protection) {
  const auto chip = attach("24c02");
  chip->set_write_protect(true);

  chip->write_data(0, bytes({1, 2, 3}));

  EXPECT_FALSE(chip->busy());
  EXPECT_EQ(controller.write_read(0x50, bytes({1}), 1), bytes({2}));
}

}  // namespace
}  // namespace vhost_device::sim
