// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/recording_chip.hpp"

// Meant for ThreadSanitizer: guests, a script that plugs, and a script that turns knobs, at once.

namespace vhost_device::sim {
namespace {

constexpr int rounds = 2000;

std::shared_ptr<At24> fast_eeprom() {
  auto eeprom = std::make_shared<At24>("24c32", at(0x50));
  eeprom->set_write_cycle(std::chrono::milliseconds(0));
  return eeprom;
}

TEST(BusThreads, transfers_attach_and_properties_run_against_each_other) {
  Bus bus;
  const auto eeprom = fast_eeprom();
  const auto sensor = std::make_shared<Lm75>("lm75", at(0x48));
  const auto guest_chip = std::make_shared<Lm75>("tmp75", at(0x49));
  bus.attach(eeprom);
  bus.attach(sensor);
  int eeprom_failures = 0;
  int sensor_failures = 0;
  int visitor_answers = 0;

  {
    const std::jthread writes([&] {
      Controller controller(bus);
      for (int i = 0; i < rounds; ++i) {
        eeprom_failures += controller.write(0x50, bytes({0, 0, 1, 2, 3})) == ok() ? 0 : 1;
        eeprom_failures += controller.write_read(0x50, bytes({0, 0}), 3).size() == 3 ? 0 : 1;
      }
    });
    const std::jthread reads([&] {
      Controller controller(bus);
      for (int i = 0; i < rounds; ++i) {
        sensor_failures += controller.write_read(0x48, bytes({0}), 2).size() == 2 ? 0 : 1;
        visitor_answers += controller.quick_read(0x49).ok() ? 1 : 0;
      }
    });
    const std::jthread plugs([&] {
      for (int i = 0; i < rounds; ++i) {
        bus.attach(guest_chip);
        bus.detach(*guest_chip);
      }
    });
    const std::jthread turns_knobs([&] {
      const Bytes greeting = bytes({4, 5, 6});
      for (int i = 0; i < rounds; ++i) {
        sensor->set_temperature(i % 100);
        guest_chip->set_temperature(i % 100);
        eeprom->write_data(0, greeting);
        eeprom->set_write_protect(i % 2 == 0);
      }
    });
  }

  EXPECT_EQ(eeprom_failures, 0);
  EXPECT_EQ(sensor_failures, 0);
  EXPECT_LE(visitor_answers, rounds);
  EXPECT_EQ(guest_chip->temperature(), (rounds - 1) % 100);
  EXPECT_THAT(eeprom->read_data(0, 3), ::testing::AnyOf(bytes({1, 2, 3}), bytes({4, 5, 6})));
}

TEST(BusThreads, properties_of_a_chip_that_moves_between_buses_are_safe) {
  const auto clock = std::make_shared<ManualClock>();
  std::array<Bus, 2> buses{Bus(clock), Bus(clock)};
  const auto chip = std::make_shared<Lm75>("lm75", at(0x48));
  int wrong_readings = 0;

  {
    const std::jthread moves([&] {
      for (int i = 0; i < rounds; ++i) {
        Bus& bus = buses[static_cast<std::size_t>(i % 2)];
        bus.attach(chip);
        bus.detach(*chip);
      }
    });
    const std::jthread reads([&] {
      for (int i = 0; i < rounds; ++i) {
        Controller(buses[0]).read(0x48, 2);
        Controller(buses[1]).read(0x48, 2);
      }
    });
    const std::jthread turns_knobs([&] {
      for (int i = 0; i < rounds; ++i) {
        chip->set_temperature(i % 100);
        wrong_readings += chip->reported_temperature() == i % 100 ? 0 : 1;
      }
    });
  }

  EXPECT_EQ(wrong_readings, 0);
}

void give_way() {
  for (int i = 0; i < 10'000; ++i) std::this_thread::yield();
}

// A property's thread waits for the lock of one bus while the chip moves to another, whose lock is
// held then: it has to wait for that one too. (Where it comes so late that it sees the move before
// it waits, nothing is shown, and nothing fails.)
TEST(BusThreads, property_that_waited_for_a_bus_waits_for_the_next_one_after_a_move) {
  WireLog wire_a;
  WireLog wire_b;
  Bus bus_a;
  Bus bus_b;
  const auto blocker_a = std::make_shared<RecordingChip>("a", std::vector{at(0x20)}, wire_a);
  const auto blocker_b = std::make_shared<RecordingChip>("b", std::vector{at(0x20)}, wire_b);
  const auto chip = std::make_shared<Lm75>("lm75", at(0x48));
  bus_a.attach(blocker_a);
  bus_a.attach(chip);
  bus_b.attach(blocker_b);
  std::atomic<bool> property_asked = false;
  std::atomic<bool> property_set = false;
  std::atomic<bool> moved = false;
  std::atomic<bool> a_is_free = false;
  bool set_while_b_was_held = true;
  std::thread property;
  std::thread b;

  blocker_b->at_start = [&] {
    bus_b.attach(chip);
    moved = true;
    moved.notify_all();
    a_is_free.wait(false);
    give_way();
    set_while_b_was_held = property_set;
  };
  blocker_a->at_start = [&] {
    property = std::thread([&] {
      property_asked = true;
      property_asked.notify_all();
      chip->set_temperature(50);
      property_set = true;
    });
    property_asked.wait(false);
    give_way();
    bus_a.detach(*chip);
    b = std::thread([&] { Controller(bus_b).quick_write(0x20); });
    moved.wait(false);
  };
  Controller(bus_a).quick_write(0x20);
  a_is_free = true;
  a_is_free.notify_all();
  b.join();
  property.join();

  EXPECT_FALSE(set_while_b_was_held);
  EXPECT_EQ(chip->temperature(), 50);
}

TEST(BusThreads, one_chip_fought_over_by_two_buses_is_on_one_of_them) {
  std::array<Bus, 2> buses;
  const auto chip = std::make_shared<Lm75>("lm75", at(0x48));
  std::array<int, 2> attached{};
  const auto fight = [&](std::size_t mine) {
    for (int i = 0; i < rounds; ++i) {
      try {
        buses[mine].attach(chip);
        ++attached[mine];
        buses[mine].detach(*chip);
      } catch (const std::invalid_argument&) {
        // the other bus had it
      }
    }
  };

  {
    const std::jthread first(fight, 0);
    const std::jthread second(fight, 1);
  }

  EXPECT_GE(attached[0] + attached[1], 1);
  EXPECT_NO_THROW(buses[0].attach(chip));
}

}  // namespace
}  // namespace vhost_device::sim
