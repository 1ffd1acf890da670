// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// What EEPROMs and the LM75 tell of their state, and take.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "backends/sim/devices/pmbus_supply.hpp"
#include "backends/sim/devices/tmp102.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// The state with another value under a name.
State with(State state, const std::string& name, StateValue value) {
  for (auto& [its_name, its_value] : state) {
    if (its_name == name) its_value = value;
  }
  return state;
}

struct Rig {
  template <typename Chip>
  explicit Rig(const std::shared_ptr<Chip>& chip) {
    bus.attach(chip);
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

TEST(At24State, goes_to_another_one_with_pointer_and_write_cycle) {
  const auto eeprom = std::make_shared<At24>("24c32", at(0x50));
  const auto copy = std::make_shared<At24>("24c32", at(0x50));
  Rig rig(eeprom);
  Rig other(copy);
  other.clock->advance(1h);
  eeprom->set_write_cycle(8ms);
  static_cast<void>(rig.controller.write(0x50, bytes({0x01, 0x02, 0xaa})));
  rig.clock->advance(3ms);
  eeprom->set_write_protect(true);

  copy->set_state(eeprom->state());

  EXPECT_EQ(copy->state(), eeprom->state());
  EXPECT_TRUE(copy->write_protect());
  other.clock->advance(4ms);
  EXPECT_TRUE(copy->busy());
  other.clock->advance(1ms);
  EXPECT_FALSE(copy->busy());
  EXPECT_EQ(copy->read_data(0x102, 1), bytes({0xaa}));
  copy->write_data(0x103, bytes({0x55}));
  EXPECT_EQ(other.controller.read(0x50, 1), bytes({0x55}));
}

TEST(At24State, of_another_size_is_refused_and_changes_nothing) {
  At24 large("24c32", at(0x50));
  At24 small("24c02", at(0x50));
  const State before = small.state();

  EXPECT_THAT([&] { small.set_state(large.state()); },
              ThrowsMessage<StateError>(HasSubstr("256 bytes")));

  EXPECT_EQ(small.state(), before);
}

TEST(At24State, pointer_beyond_the_contents_is_refused) {
  At24 eeprom("24c02", at(0x50));

  EXPECT_THAT([&] { eeprom.set_state(with(eeprom.state(), "pointer", std::int64_t{256})); },
              ThrowsMessage<StateError>(HasSubstr("pointer")));
}

TEST(At24State, is_saved_to_the_image) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "image";
  At24 eeprom("24c02", at(0x50));
  At24 source("24c02", at(0x50));
  source.write_data(9, bytes({0x77}));
  eeprom.save_to(path);

  eeprom.set_state(source.state());

  At24 reader("24c02", at(0x50));
  reader.load_image(path);
  EXPECT_EQ(reader.read_data(9, 1), bytes({0x77}));
}

TEST(At24State, that_is_refused_never_comes_to_the_image) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "image";
  At24 eeprom("24c02", at(0x50));
  At24 source("24c02", at(0x50));
  source.write_data(9, bytes({0x77}));
  eeprom.save_to(path);
  const auto saved = std::filesystem::last_write_time(path) - std::chrono::hours(1);
  std::filesystem::last_write_time(path, saved);

  EXPECT_THROW(eeprom.set_state(with(source.state(), "write_protect", 2.0)), StateError);

  EXPECT_EQ(std::filesystem::last_write_time(path), saved);
}

TEST(At24State, comes_to_the_image_when_it_is_to_stay) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "image";
  At24 eeprom("24c02", at(0x50));
  At24 source("24c02", at(0x50));
  At24 reader("24c02", at(0x50));
  source.write_data(9, bytes({0x77}));
  eeprom.save_to(path);

  eeprom.load_state(source.state());

  reader.load_image(path);
  EXPECT_EQ(reader.read_data(9, 1), bytes({0xff}));
  eeprom.keep_state();
  reader.load_image(path);
  EXPECT_EQ(reader.read_data(9, 1), bytes({0x77}));
}

TEST(Lm75State, goes_to_another_one_with_registers_alert_and_conversion) {
  const auto sensor = std::make_shared<Lm75>("tmp75", at(0x48), 20.0);
  const auto copy = std::make_shared<Lm75>("tmp75", at(0x48));
  Rig rig(sensor);
  Rig other(copy);
  other.clock->advance(1h);
  static_cast<void>(rig.controller.write(0x48, bytes({3, 0x1e, 0x00})));  // T_HIGH 30 C
  sensor->set_temperature(31.0);
  static_cast<void>(rig.controller.write(0x48, bytes({1, 0x01})));  // shutdown
  sensor->set_temperature(10.0);
  static_cast<void>(rig.controller.write(0x48, bytes({1, 0x81})));  // one conversion, 27.5 ms
  rig.clock->advance(27ms);

  copy->set_state(sensor->state());

  EXPECT_EQ(copy->state(), sensor->state());
  EXPECT_EQ(copy->limit(), 30.0);
  EXPECT_EQ(copy->os_level(), Level::low);
  EXPECT_EQ(copy->reported_temperature(), 31.0);
  other.clock->advance(500us);
  EXPECT_EQ(copy->reported_temperature(), 10.0);
  EXPECT_EQ(other.controller.read(0x48, 1), bytes({0x01}));  // the pointer's register
}

TEST(Lm75State, what_the_part_cannot_have_is_refused_and_changes_nothing) {
  Lm75 sensor("lm75", at(0x48));
  const State before = sensor.state();

  EXPECT_THROW(sensor.set_state(with(before, "temperature_c", 126.0)), StateError);
  EXPECT_THROW(sensor.set_state(with(before, "configuration", std::int64_t{0x20})), StateError);
  EXPECT_THROW(sensor.set_state(with(before, "limit", std::int64_t{0x1e40})), StateError);
  EXPECT_THROW(sensor.set_state(with(before, "hysteresis", std::int64_t{0x1e01})), StateError);
  EXPECT_THROW(sensor.set_state(with(before, "conversion_end_ns", std::monostate())), StateError);

  const State after = sensor.state();
  EXPECT_EQ(with(after, "conversion_end_ns", true), with(before, "conversion_end_ns", true));
}

TEST(Tmp102State, with_a_temperature_that_the_part_cannot_measure_is_refused) {
  Tmp102 sensor("tmp102", at(0x48));
  const double infinite = std::numeric_limits<double>::infinity();

  EXPECT_THAT([&] { sensor.set_state(with(sensor.state(), "temperature_c", 151.0)); },
              ThrowsMessage<StateError>("temperature_c: 151 (expected -55 to 150)"));
  EXPECT_THROW(sensor.set_state(with(sensor.state(), "temperature_c", infinite)), StateError);
  EXPECT_THROW(sensor.set_state(with(sensor.state(), "temperature_c", std::nan(""))), StateError);
}

TEST(Tmp102State, with_a_moment_or_a_period_beyond_all_reckoning_is_refused) {
  Tmp102 sensor("tmp102", at(0x48));
  constexpr auto first = std::numeric_limits<std::int64_t>::min();
  constexpr auto last = std::numeric_limits<std::int64_t>::max();

  EXPECT_THROW(sensor.set_state(with(sensor.state(), "conversion_end_ns", first)), StateError);
  EXPECT_THROW(sensor.set_state(with(sensor.state(), "conversion_end_ns", last)), StateError);
  EXPECT_THROW(sensor.set_state(with(sensor.state(), "conversion_period_ns", last)), StateError);
}

TEST(PmbusState, with_an_infinite_quantity_is_refused) {
  PmbusSupply supply("pmbus", at(0x58));
  const double infinite = std::numeric_limits<double>::infinity();

  EXPECT_THROW(supply.set_state(with(supply.state(), "rail.0.v", infinite)), StateError);
}

}  // namespace
}  // namespace vhost_device::sim
