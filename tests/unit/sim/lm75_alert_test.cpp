// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::Values;

constexpr Level active_low = Level::low;
constexpr Level inactive_high = Level::high;

// Defaults throughout: T_OS 80 C, T_HYST 75 C.
class Alert : public ::testing::Test {
 protected:
  std::shared_ptr<Lm75> attach(std::string_view part, std::uint8_t configuration = 0) {
    auto chip = std::make_shared<Lm75>(part, at(0x48));
    bus.attach(chip);
    controller.write(0x48, bytes({1, configuration}));
    return chip;
  }
  void read_any_register() { controller.read(0x48, 1); }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

constexpr std::uint8_t shutdown = 0x01;
constexpr std::uint8_t interrupt_mode = 0x02;
constexpr std::uint8_t active_high = 0x04;
constexpr std::uint8_t fault_queue_2 = 0x08;

TEST_F(Alert, output_is_inactive_after_power_up) {
  EXPECT_EQ(attach("lm75")->os_level(), inactive_high);
}

TEST_F(Alert, comparator_follows_limit_and_hysteresis) {
  const auto chip = attach("lm75");

  chip->set_temperature(80.5);
  EXPECT_EQ(chip->os_level(), active_low);
  chip->set_temperature(75);
  EXPECT_EQ(chip->os_level(), active_low);
  chip->set_temperature(74.5);
  EXPECT_EQ(chip->os_level(), inactive_high);
  chip->set_temperature(79);
  EXPECT_EQ(chip->os_level(), inactive_high);
}

TEST_F(Alert, lm75_trips_above_its_limit) {
  const auto chip = attach("lm75");

  chip->set_temperature(80);

  EXPECT_EQ(chip->os_level(), inactive_high);
}

TEST_F(Alert, tmp75_trips_at_its_limit) {
  const auto chip = attach("tmp75");

  chip->set_temperature(80);

  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, comparator_is_not_cleared_by_a_read) {
  const auto chip = attach("lm75");
  chip->set_temperature(90);

  read_any_register();

  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, polarity_bit_makes_the_output_active_high) {
  const auto chip = attach("lm75", active_high);

  EXPECT_EQ(chip->os_level(), Level::low);
  chip->set_temperature(90);
  EXPECT_EQ(chip->os_level(), Level::high);
}

TEST_F(Alert, limit_written_counts_from_the_next_conversion) {
  const auto chip = attach("lm75");

  controller.write(0x48, bytes({3, 20, 0}));
  EXPECT_EQ(chip->os_level(), inactive_high);
  clock->advance(100ms);
  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, negative_limits_are_compared_as_numbers) {
  const auto chip = attach("lm75");
  controller.write(0x48, bytes({3, 0xf6, 0x00}));  // -10 C
  controller.write(0x48, bytes({2, 0xec, 0x00}));  // -20 C

  chip->set_temperature(-11);
  EXPECT_EQ(chip->os_level(), inactive_high);
  chip->set_temperature(-9);
  EXPECT_EQ(chip->os_level(), active_low);
  chip->set_temperature(-21);
  EXPECT_EQ(chip->os_level(), inactive_high);
}

struct Queue {
  std::string_view part;
  std::uint8_t configuration;
  int faults;
};

void PrintTo(const Queue& queue, std::ostream* out) {
  *out << queue.part << ", " << queue.faults << " faults";
}

class AlertQueue : public Alert, public ::testing::WithParamInterface<Queue> {};

// SNIS153B and SBOS363D: 1, 2, 4, 6; SBOS288M, table 7-9: 1, 2, 3, 4 on the TMP75.
INSTANTIATE_TEST_SUITE_P(Datasheets, AlertQueue,
                         Values(Queue{"lm75", 0x08, 2}, Queue{"lm75", 0x10, 4},
                                Queue{"lm75", 0x18, 6}, Queue{"lm75a", 0x18, 6},
                                Queue{"tmp75", 0x08, 2}, Queue{"tmp75", 0x10, 3},
                                Queue{"tmp75", 0x18, 4}, Queue{"tmp275", 0x10, 4},
                                Queue{"tmp275", 0x18, 6}));

TEST_P(AlertQueue, counts_conversions_in_a_row_both_ways) {
  const auto chip = attach(GetParam().part, GetParam().configuration);
  const Time conversion = chip->name().starts_with("lm") ? Time(100ms) : Time(27500us);
  const Time all_but_one = conversion * (GetParam().faults - 2);

  chip->set_temperature(90);  // the first
  clock->advance(all_but_one + conversion - 1ns);
  EXPECT_EQ(chip->os_level(), inactive_high);
  clock->advance(1ns);
  EXPECT_EQ(chip->os_level(), active_low);

  chip->set_temperature(20);
  clock->advance(all_but_one + conversion - 1ns);
  EXPECT_EQ(chip->os_level(), active_low);
  clock->advance(1ns);
  EXPECT_EQ(chip->os_level(), inactive_high);
}

TEST_F(Alert, fault_queue_begins_again_after_a_good_conversion) {
  const auto chip = attach("lm75", 0x10);  // 4
  chip->set_temperature(90);
  clock->advance(200ms);

  chip->set_temperature(79);
  chip->set_temperature(90);
  clock->advance(200ms);
  EXPECT_EQ(chip->os_level(), inactive_high);
  clock->advance(100ms);
  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, fault_queue_counts_no_conversions_in_shutdown) {
  const auto chip = attach("lm75", fault_queue_2);
  chip->set_temperature(90);
  controller.write(0x48, bytes({1, fault_queue_2 | shutdown}));
  clock->advance(100ms);  // the last conversion, and the second fault

  EXPECT_EQ(chip->os_level(), active_low);
  chip->set_temperature(20);
  clock->advance(10h);
  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, ten_years_of_conversions_are_one_step) {
  const auto chip = attach("tmp75", fault_queue_2);
  chip->set_temperature(90);

  clock->advance(24h * 365 * 10);

  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, limits_the_wrong_way_round_alternate) {
  const auto chip = attach("lm75", fault_queue_2);
  controller.write(0x48, bytes({3, 20, 0}));  // T_OS 20 C under T_HYST 75 C
  chip->set_temperature(30);

  clock->advance(200ms);  // 3 conversions
  EXPECT_EQ(chip->os_level(), active_low);
  clock->advance(100ms);  // 4
  EXPECT_EQ(chip->os_level(), inactive_high);
  clock->advance(100ms);  // 5
  EXPECT_EQ(chip->os_level(), inactive_high);
  clock->advance(500ms);  // 10
  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, new_resolution_begins_a_conversion_of_its_own_length) {
  const auto chip = attach("tmp75", 0x10);  // 3 faults, 9 bits
  chip->set_temperature(90);

  controller.write(0x48, bytes({1, 0x70}));  // the second conversion, at 12 bits
  clock->advance(220ms - 1ns);
  EXPECT_EQ(chip->os_level(), inactive_high);
  clock->advance(1ns);
  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, interrupt_is_active_until_any_register_is_read) {
  const auto chip = attach("lm75", interrupt_mode);

  chip->set_temperature(90);
  EXPECT_EQ(chip->os_level(), active_low);
  chip->set_temperature(78);
  EXPECT_EQ(chip->os_level(), active_low);
  read_any_register();
  EXPECT_EQ(chip->os_level(), inactive_high);
}

TEST_F(Alert, interrupt_comes_again_under_the_hysteresis_and_not_before) {
  const auto chip = attach("lm75", interrupt_mode);
  chip->set_temperature(90);
  read_any_register();

  clock->advance(10s);
  EXPECT_EQ(chip->os_level(), inactive_high);
  chip->set_temperature(74.5);
  EXPECT_EQ(chip->os_level(), active_low);
  read_any_register();
  EXPECT_EQ(chip->os_level(), inactive_high);
  clock->advance(10s);
  EXPECT_EQ(chip->os_level(), inactive_high);
  chip->set_temperature(90);
  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, interrupt_is_not_cleared_by_a_write_or_a_quick_read) {
  const auto chip = attach("lm75", interrupt_mode);
  chip->set_temperature(90);

  controller.write(0x48, bytes({0}));
  controller.quick_read(0x48);

  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, interrupt_is_cleared_by_shutdown) {
  const auto chip = attach("lm75", interrupt_mode);
  chip->set_temperature(90);

  controller.write(0x48, bytes({1, interrupt_mode | shutdown}));

  EXPECT_EQ(chip->os_level(), inactive_high);
}

TEST_F(Alert, comparator_is_not_changed_by_shutdown) {
  const auto chip = attach("lm75");
  chip->set_temperature(90);

  controller.write(0x48, bytes({1, shutdown}));

  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, change_of_mode_clears_the_output) {
  const auto chip = attach("tmp75");
  chip->set_temperature(90);

  controller.write(0x48, bytes({1, interrupt_mode}));
  EXPECT_EQ(chip->os_level(), inactive_high);
  clock->advance(27500us);
  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, one_shot_counts_one_fault) {
  const auto chip = attach("tmp75", fault_queue_2 | shutdown);
  clock->advance(1s);
  chip->set_temperature(90);

  controller.write(0x48, bytes({1, 0x80 | fault_queue_2 | shutdown}));
  clock->advance(1s);
  EXPECT_EQ(chip->os_level(), inactive_high);
  controller.write(0x48, bytes({1, 0x80 | fault_queue_2 | shutdown}));
  clock->advance(1s);
  EXPECT_EQ(chip->os_level(), active_low);
}

TEST_F(Alert, conversions_go_on_when_the_chip_is_moved_to_another_clock) {
  const auto chip = attach("lm75", fault_queue_2);
  const auto other_clock = std::make_shared<ManualClock>();
  other_clock->advance(5h);
  Bus other_bus(other_clock);
  chip->set_temperature(90);
  clock->advance(60ms);

  bus.detach(*chip);
  other_bus.attach(chip);

  other_clock->advance(39ms);
  EXPECT_EQ(chip->os_level(), inactive_high);
  other_clock->advance(1ms);
  EXPECT_EQ(chip->os_level(), active_low);
}

}  // namespace
}  // namespace vhost_device::sim
