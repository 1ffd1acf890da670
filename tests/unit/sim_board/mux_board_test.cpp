// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// Boards with muxes: the chips in the nodes of their channels.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "backends/sim/board/board.hpp"
#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> paths_of(std::string_view on_bus) {
  const testing::TemporaryFolder folder;
  Bus bus;
  EXPECT_THAT(load_board(bus, folder.write("board.dts", testing::bus_source(on_bus))), IsEmpty());
  std::vector<std::string> paths;
  for (const PlacedDevice& placed : bus.all_devices()) paths.push_back(placed.path);
  return paths;
}

// As in Linux's bindings i2c-mux-pca954x.yaml and i2c-mux.yaml.
TEST(MuxBoard, children_of_a_mux_are_its_channels) {
  EXPECT_THAT(paths_of(R"(
    i2c-mux@74 {
      compatible = "nxp,pca9548";
      reg = <0x74>;
      #address-cells = <1>;
      #size-cells = <0>;
      i2c-mux-idle-disconnect;
      reset-gpios = <0 1 2>;
      vdd-supply = <0>;
      i2c@2 {
        #address-cells = <1>;
        #size-cells = <0>;
        reg = <2>;
        eeprom@54 { compatible = "atmel,24c08"; reg = <0x54>; };
      };
      i2c@4 {
        #address-cells = <1>;
        #size-cells = <0>;
        reg = <4>;
        sensor@48 { compatible = "national,lm75"; reg = <0x48>; };
      };
    };)"),
              ElementsAre("pca9548@74", "pca9548@74/2/24c08@54", "pca9548@74/4/lm75@48"));
}

TEST(MuxBoard, channels_may_be_in_a_node_of_their_own) {
  EXPECT_THAT(paths_of(R"(
    mux@70 {
      compatible = "nxp,pca9545";
      reg = <0x70>;
      interrupts = <17 8>;
      interrupt-controller;
      #interrupt-cells = <2>;
      idle-state = <(-2)>;
      i2c-mux {
        i2c@3 { reg = <3>; sensor@48 { compatible = "lm75"; reg = <0x48>; }; };
      };
    };)"),
              ElementsAre("pca9545@70", "pca9545@70/3/lm75@48"));
}

TEST(MuxBoard, muxes_are_nested_and_channels_repeat_addresses) {
  EXPECT_THAT(paths_of(R"(
    mux@70 {
      compatible = "nxp,pca9540";
      reg = <0x70>;
      i2c@0 { reg = <0>;
        mux@71 { compatible = "nxp,pca9547"; reg = <0x71>;
          i2c@7 { reg = <7>; a@48 { compatible = "lm75"; reg = <0x48>; }; };
        };
      };
      i2c@1 { reg = <1>; b@48 { compatible = "tmp75"; reg = <0x48>; }; };
    };)"),
              ElementsAre("pca9540@70", "pca9540@70/0/pca9547@71",
                          "pca9540@70/0/pca9547@71/7/lm75@48", "pca9540@70/1/tmp75@48"));
}

TEST(MuxBoard, channels_and_chips_that_are_disabled_are_left_out) {
  EXPECT_THAT(paths_of(R"(
    mux@70 {
      compatible = "nxp,pca9548";
      reg = <0x70>;
      i2c@0 { reg = <0>; status = "disabled"; a@48 { compatible = "acme,thing"; reg = <0x48>; }; };
      i2c@1 { reg = <1>;
        b@48 { compatible = "acme,thing"; reg = <0x48>; status = "disabled"; };
        c@49 { compatible = "lm75"; reg = <0x49>; };
      };
      leds { };
    };
    mux@71 {
      compatible = "nxp,pca9548";
      reg = <0x71>;
      status = "disabled";
      i2c@9 { reg = <9>; };
    };)"),
              ElementsAre("pca9548@70", "pca9548@70/1/lm75@49"));
}

TEST(MuxBoard, chip_behind_a_channel_answers_when_it_is_selected) {
  const testing::TemporaryFolder folder;
  Bus bus;
  load_board(bus, folder.write("board.dts", testing::bus_source(R"(
    mux@70 {
      compatible = "nxp,pca9548";
      reg = <0x70>;
      i2c@5 { reg = <5>;
        sensor@48 { compatible = "lm75"; reg = <0x48>;
                    vhost-device,temperature-millicelsius = <(-25000)>; };
      };
    };)")));

  testing::write(bus, 0x70, {0x20});

  EXPECT_THAT(testing::write_read(bus, 0x48, {0}, 2), ElementsAre(0xe7, 0x00));
}

TEST(MuxBoard, spd_eeproms_share_their_commands) {
  EXPECT_THAT(paths_of(R"(
    spd@50 { compatible = "ee1004"; reg = <0x50>; };
    spd@52 { compatible = "ee1004"; reg = <0x52>; vhost-device,write-cycle-ms = <0>; };)"),
              ElementsAre("ee1004@50", "ee1004@52"));
}

}  // namespace
}  // namespace vhost_device::sim
