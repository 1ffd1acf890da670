// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "backends/sim/board/board.hpp"
#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using testing::chips_on;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::write_read;

const std::filesystem::path boards = BOARDS_FOLDER;

TEST(ExampleBoards, demo_has_two_eeproms_and_two_sensors) {
  Bus bus;
  EXPECT_THAT(load_board(bus, boards / "demo.dts"), IsEmpty());
  EXPECT_THAT(chips_on(bus), ElementsAre("0x48 lm75", "0x49 tmp75", "0x50 24c32", "0x57 24c02"));
}

// LM75 datasheet, table 1: 23.5 degrees.
TEST(ExampleBoards, demo_sensor_reads_23_5_degrees) {
  Bus bus;
  load_board(bus, boards / "demo.dts");
  EXPECT_THAT(write_read(bus, 0x48, {0}, 2), ElementsAre(0x17, 0x80));
}

TEST(ExampleBoards, demo_eeprom_at_57_is_write_protected) {
  Bus bus;
  load_board(bus, boards / "demo.dts");
  testing::write(bus, 0x57, {0x00, 0x00});
  EXPECT_THAT(write_read(bus, 0x57, {0x00}, 1), ElementsAre(0xff));
}

TEST(ExampleBoards, gateway_has_the_chips_that_are_fitted) {
  Bus bus;
  EXPECT_THAT(load_board(bus, boards / "gateway.dts"), IsEmpty());
  EXPECT_THAT(chips_on(bus), ElementsAre("0x48 tmp75", "0x4f lm75a", "0x50 24c64", "0x54 24c02"));
}

TEST(ExampleBoards, gateway_bus_can_be_named_by_alias_and_label) {
  Bus by_alias;
  load_board(by_alias, (boards / "gateway.dts").string() + ":i2c1");
  EXPECT_EQ(by_alias.devices().size(), 4U);
  Bus by_label;
  load_board(by_label, (boards / "gateway.dts").string() + ":i2c_board");
  EXPECT_EQ(by_label.devices().size(), 4U);
}

TEST(ExampleBoards, muxes_has_sensors_of_one_address_behind_two_muxes) {
  Bus bus;
  EXPECT_THAT(load_board(bus, boards / "muxes.dts"), IsEmpty());
  std::vector<std::string> paths;
  for (const PlacedDevice& placed : bus.all_devices()) paths.push_back(placed.path);
  EXPECT_THAT(paths, ElementsAre("ee1004@50", "ee1004@51", "pca9548@70", "pca9548@70/0/lm75@48",
                                 "pca9548@70/7/pca9544@71", "pca9548@70/7/pca9544@71/3/tmp275@48"));
}

// TMP75 datasheet (SBOS288): 9 bits of half a degree after power-up; 41.5 degrees are 83 of them.
TEST(ExampleBoards, gateway_sensor_reads_41_5_degrees) {
  Bus bus;
  load_board(bus, boards / "gateway.dts");
  EXPECT_THAT(write_read(bus, 0x48, {0}, 2), ElementsAre(0x29, 0x80));
}

}  // namespace
}  // namespace vhost_device::sim
