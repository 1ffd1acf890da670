// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "backends/sim/devices/at24.hpp"
#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using testing::bus_source;
using testing::chips_on;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::TemporaryFolder;
using testing::write_read;

constexpr auto lm75 = "lm75@48 { compatible = \"national,lm75\"; reg = <0x48>; };";
constexpr auto eeprom = "eeprom@50 { compatible = \"atmel,24c32\"; reg = <0x50>; };";

/// A bus with these chips, read from a file of its own.
struct Loaded {
  explicit Loaded(std::string_view on_bus)
      : file(folder.write("board.dts", bus_source(on_bus))), warnings(load_board(bus, file)) {}
  const TemporaryFolder folder;
  Bus bus;
  const std::filesystem::path file;
  const std::vector<std::string> warnings;
};

TEST(LoadBoard, chips_are_attached_at_their_addresses) {
  const Loaded loaded(std::string(lm75) + eeprom);
  EXPECT_THAT(chips_on(loaded.bus), ElementsAre("0x48 lm75", "0x50 24c32"));
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST(LoadBoard, empty_bus_is_a_board) { EXPECT_THAT(chips_on(Loaded("").bus), IsEmpty()); }

TEST(LoadBoard, chips_are_added_to_those_of_the_bus) {
  const TemporaryFolder folder;
  Bus bus;
  load_board(bus, folder.write("a.dts", bus_source(lm75)));
  load_board(bus, folder.write("b.dts", bus_source(eeprom)));
  EXPECT_THAT(chips_on(bus), ElementsAre("0x48 lm75", "0x50 24c32"));
}

TEST(LoadBoard, first_known_compatible_is_taken) {
  const Loaded loaded(
      "eeprom@50 { compatible = \"giantec,gt24c32a\", \"atmel,24c32\", \"atmel,24c64\";"
      " reg = <0x50>; };");
  EXPECT_THAT(chips_on(loaded.bus), ElementsAre("0x50 24c32"));
}

TEST(LoadBoard, bare_part_is_a_compatible) {
  EXPECT_THAT(chips_on(Loaded("tmp75@49 { compatible = \"tmp75\"; reg = <0x49>; };").bus),
              ElementsAre("0x49 tmp75"));
}

TEST(LoadBoard, node_that_is_not_okay_is_left_out) {
  const Loaded loaded(
      "a@48 { compatible = \"example,unknown\"; reg = <0x48>; status = \"disabled\"; };"
      "b@49 { compatible = \"national,lm75\"; reg = <0x49>; status = \"okay\"; };"
      "c@4a { compatible = \"national,lm75\"; reg = <0x4a>; status = \"reserved\"; };"
      "d@4b { compatible = \"national,lm75\"; reg = <0x4b>; status = \"fail-burnt\"; };");
  EXPECT_THAT(chips_on(loaded.bus), ElementsAre("0x49 lm75"));
}

// LM75 datasheet, table 1: +23.5 degrees are 0 0010 1111 in the upper nine bits: 0x1780.
TEST(LoadBoard, initial_temperature_is_what_the_sensor_reads) {
  Loaded loaded(
      "lm75@48 { compatible = \"national,lm75\"; reg = <0x48>;"
      " vhost-device,temperature-millicelsius = <23500>; };");
  EXPECT_THAT(write_read(loaded.bus, 0x48, {0}, 2), ElementsAre(0x17, 0x80));
}

// The same table: -25 degrees are 1 1100 1110: 0xe700.
TEST(LoadBoard, initial_temperature_may_be_negative) {
  Loaded loaded(
      "lm75@48 { compatible = \"national,lm75\"; reg = <0x48>;"
      " vhost-device,temperature-millicelsius = <(-25000)>; };");
  EXPECT_THAT(write_read(loaded.bus, 0x48, {0}, 2), ElementsAre(0xe7, 0x00));
}

TEST(LoadBoard, image_beside_the_board_is_in_the_eeprom) {
  const TemporaryFolder folder;
  folder.write("rom.bin", "hello");
  Bus bus;
  load_board(bus, folder.write("board.dts", bus_source("eeprom@50 { compatible = \"atmel,24c32\";"
                                                       " reg = <0x50>;"
                                                       " vhost-device,image = \"rom.bin\"; };")));
  EXPECT_THAT(write_read(bus, 0x50, {0x00, 0x00}, 6), ElementsAre('h', 'e', 'l', 'l', 'o', 0xff));
}

TEST(LoadBoard, image_beside_a_board_in_the_working_folder_is_found) {
  const TemporaryFolder folder;
  folder.write("rom.bin", "hello");
  folder.write("board.dts", bus_source("eeprom@50 { compatible = \"atmel,24c32\"; reg = <0x50>;"
                                       " vhost-device,image = \"rom.bin\"; };"));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  Bus bus;
  EXPECT_NO_THROW(load_board(bus, "board.dts"));
  std::filesystem::current_path(before);
}

TEST(LoadBoard, saved_image_follows_the_eeprom) {
  const TemporaryFolder folder;
  Bus bus;
  load_board(bus, folder.write("board.dts", bus_source("eeprom@50 { compatible = \"atmel,24c02\";"
                                                       " reg = <0x50>; vhost-device,save;"
                                                       " vhost-device,image = \"rom.bin\"; };")));
  testing::write(bus, 0x50, {0x00, 'o', 'k'});
  std::ifstream image(folder.path() / "rom.bin", std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(image), {}};
  EXPECT_EQ(content, "ok" + std::string(254, '\xff'));
}

// AT24C02: writes with WP at VCC are acknowledged and do nothing.
TEST(LoadBoard, read_only_eeprom_keeps_its_contents) {
  Loaded loaded("eeprom@50 { compatible = \"atmel,24c02\"; reg = <0x50>; read-only; };");
  testing::write(loaded.bus, 0x50, {0x00, 'n', 'o'});
  EXPECT_THAT(write_read(loaded.bus, 0x50, {0x00}, 2), ElementsAre(0xff, 0xff));
}

TEST(LoadBoard, geometry_comes_from_the_kernels_properties) {
  const Loaded loaded(
      "eeprom@50 { compatible = \"atmel,24c32\"; reg = <0x50>; size = <1024>; pagesize = <8>; };");
  const auto device = std::dynamic_pointer_cast<At24>(loaded.bus.devices().at(0));
  EXPECT_EQ(device->size(), 1024U);
  EXPECT_EQ(device->page_size(), 8U);
}

TEST(LoadBoard, name_and_reg_that_differ_are_a_warning_and_reg_counts) {
  const Loaded loaded("eeprom@51 { compatible = \"atmel,24c32\"; reg = <0x50>; };");
  EXPECT_THAT(chips_on(loaded.bus), ElementsAre("0x50 24c32"));
  EXPECT_THAT(loaded.warnings,
              ElementsAre(loaded.file.string() +
                          ": /i2c/eeprom@51: the name says @51, but reg, which counts, 0x50"));
}

TEST(LoadBoard, name_that_is_no_address_is_a_warning) {
  EXPECT_EQ(Loaded("eeprom@0x50 { compatible = \"atmel,24c32\"; reg = <0x50>; };").warnings.size(),
            1U);
}

// I2C_OWN_SLAVE_ADDRESS, bit 30: where the controller itself is to answer.
TEST(LoadBoard, own_address_of_the_controller_is_left_out_with_a_warning) {
  const Loaded loaded("eeprom@64 { compatible = \"linux,slave-24c02\"; reg = <0x40000064>; };");
  EXPECT_THAT(chips_on(loaded.bus), IsEmpty());
  EXPECT_THAT(loaded.warnings,
              ElementsAre(loaded.file.string() +
                          ": /i2c/eeprom@64: left out, as it is the controller's own address and "
                          "no chip"));
}

TEST(LoadBoard, bus_is_chosen_after_a_colon) {
  const TemporaryFolder folder;
  const auto file = folder.write("two.dts", testing::board_source("aliases { i2c1 = &second; };"
                                                                  "i2c@1 { " +
                                                                  std::string(lm75) +
                                                                  " };"
                                                                  "second: i2c@2 { " +
                                                                  std::string(eeprom) + " };"));
  Bus by_path;
  load_board(by_path, file.string() + ":/i2c@1");
  EXPECT_THAT(chips_on(by_path), ElementsAre("0x48 lm75"));
  Bus by_alias;
  load_board(by_alias, file.string() + ":i2c1");
  EXPECT_THAT(chips_on(by_alias), ElementsAre("0x50 24c32"));
}

TEST(LoadBoard, file_with_a_colon_in_its_name_is_that_file) {
  const TemporaryFolder folder;
  folder.write("a.dts", bus_source(lm75));
  Bus bus;
  load_board(bus, folder.write("a.dts:i2c", bus_source(eeprom)));
  EXPECT_THAT(chips_on(bus), ElementsAre("0x50 24c32"));
}

TEST(LoadBoard, bus_of_a_file_with_a_colon_in_its_name_is_chosen_after_the_last) {
  const TemporaryFolder folder;
  const auto file = folder.write("a:b.dts", bus_source(eeprom));
  Bus bus;
  load_board(bus, file.string() + ":i2c");
  EXPECT_THAT(chips_on(bus), ElementsAre("0x50 24c32"));
}

TEST(LoadBoard, failing_chip_leaves_the_bus_as_it_was) {
  const TemporaryFolder folder;
  Bus bus;
  load_board(bus, folder.write("a.dts", bus_source(lm75)));
  const auto bad = folder.write(
      "b.dts", bus_source(std::string(eeprom) + "x@51 { compatible = \"x,y\"; reg = <0x51>; };"));
  EXPECT_THROW(load_board(bus, bad), BoardError);
  EXPECT_THAT(chips_on(bus), ElementsAre("0x48 lm75"));
}

TEST(LoadBoard, address_taken_on_the_bus_before_leaves_the_bus_as_it_was) {
  const TemporaryFolder folder;
  Bus bus;
  load_board(bus, folder.write("a.dts", bus_source(eeprom)));
  const auto second = folder.write("b.dts", bus_source(std::string(lm75) + eeprom));
  EXPECT_THAT(error_of([&] { load_board(bus, second); }),
              StartsWith(second.string() + ": /i2c/eeprom@50: 24c32 cannot be attached at 0x50"));
  EXPECT_THAT(chips_on(bus), ElementsAre("0x50 24c32"));
}

TEST(LoadBoard, bus_that_failed_to_load_can_load_the_corrected_board) {
  const TemporaryFolder folder;
  Bus bus;
  const auto bad = folder.write(
      "b.dts", bus_source(std::string(eeprom) + "x@51 { compatible = \"x,y\"; reg = <0x51>; };"));
  EXPECT_THROW(load_board(bus, bad), BoardError);
  load_board(bus, folder.write("a.dts", bus_source(eeprom)));
  EXPECT_THAT(chips_on(bus), ElementsAre("0x50 24c32"));
}

}  // namespace
}  // namespace vhost_device::sim
