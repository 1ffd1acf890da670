// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string_view>

#include "backends/sim/devices/adxl345.hpp"
#include "backends/sim/devices/ina2xx.hpp"
#include "backends/sim/devices/mcp4725.hpp"
#include "backends/sim/devices/mpu6050.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

template <typename Chip>
std::shared_ptr<Chip> made(std::string_view compatible, unsigned address,
                           const FakeProperties& properties) {
  const Part* const part = find_part(compatible);
  return std::dynamic_pointer_cast<Chip>(part->make(*part, at(address), properties));
}

TEST(MotionAndPowerMake, power_monitor_has_the_boards_resistor_and_load) {
  FakeProperties properties;
  properties.numbers = {{"shunt-resistor", 2000},
                        {"vhost-device,bus-voltage-millivolt", 12000},
                        {"vhost-device,current-milliampere", -10000}};
  const auto chip = made<Ina2xx>("ti,ina226", 0x40, properties);

  EXPECT_DOUBLE_EQ(chip->shunt_resistance(), 0.002);
  EXPECT_DOUBLE_EQ(chip->bus_voltage(), 12);
  EXPECT_DOUBLE_EQ(chip->current(), -10);
}

TEST(MotionAndPowerMake, power_monitor_refuses_a_load_that_it_cannot_measure) {
  FakeProperties properties;
  properties.numbers = {{"vhost-device,current-milliampere", 8193}};
  EXPECT_THAT([&] { made<Ina2xx>("ina226", 0x40, properties); },
              ThrowsMessage<PropertyError>(HasSubstr("expected -8192 to 8192")));
  properties.numbers = {{"shunt-resistor", 0}};
  EXPECT_THAT([&] { made<Ina2xx>("ina226", 0x40, properties); },
              ThrowsMessage<PropertyError>(HasSubstr("expected 1 to 1000000000")));
}

TEST(MotionAndPowerMake, motion_sensors_feel_what_the_board_says) {
  FakeProperties properties;
  properties.numbers = {{"vhost-device,acceleration-x-milligravity", -1500},
                        {"vhost-device,acceleration-z-milligravity", 250},
                        {"vhost-device,temperature-millicelsius", -5500}};

  EXPECT_EQ(made<Adxl345>("adi,adxl345", 0x1d, properties)->acceleration(), (Axes{-1.5, 0, 0.25}));
  const auto sensor = made<Mpu6050>("invensense,mpu6050", 0x68, properties);
  EXPECT_EQ(sensor->acceleration(), (Axes{-1.5, 0, 0.25}));
  EXPECT_EQ(sensor->temperature(), -5.5);
}

TEST(MotionAndPowerMake, motion_sensor_without_properties_lies_flat) {
  EXPECT_EQ(made<Adxl345>("adxl345", 0x53, FakeProperties())->acceleration(), lying_flat);
}

TEST(MotionAndPowerMake, converter_has_the_boards_supply) {
  FakeProperties properties;
  properties.numbers = {{"vhost-device,supply-voltage-millivolt", 5000}};
  EXPECT_EQ(made<Mcp4725>("microchip,mcp4725", 0x60, properties)->output_voltage(), 2.5);
  properties.numbers = {{"vhost-device,supply-voltage-millivolt", 5501}};
  EXPECT_THAT([&] { made<Mcp4725>("mcp4725", 0x60, properties); },
              ThrowsMessage<PropertyError>(HasSubstr("expected 2700 to 5500")));
}

}  // namespace
}  // namespace vhost_device::sim
