// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/bus_node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using testing::tree_of;

constexpr auto eeprom = "eeprom@50 { compatible = \"atmel,24c32\"; reg = <0x50>; };";

std::string bus_of(std::string_view in_root, std::string_view selector = {}) {
  const DeviceTree tree = tree_of(in_root);
  return tree.path(find_bus_node(tree, selector));
}

std::string error_for(std::string_view in_root, std::string_view selector = {}) {
  return error_of([&] { (void)bus_of(in_root, selector); });
}

std::vector<std::string> chips_of(std::string_view in_root, std::string_view bus) {
  const DeviceTree tree = tree_of(in_root);
  std::vector<std::string> paths;
  for (const auto chip : chip_nodes(tree, tree.find(bus).value())) paths.push_back(tree.path(chip));
  return paths;
}

TEST(BusNode, of_a_single_one_is_that_one_wherever_it_is) {
  EXPECT_EQ(bus_of("i2c { };"), "/i2c");
  EXPECT_EQ(bus_of("i2c@7e804000 { };"), "/i2c@7e804000");
  EXPECT_EQ(bus_of("soc { bus { i2c@7e804000 { }; }; };"), "/soc/bus/i2c@7e804000");
  EXPECT_EQ(bus_of("i2c-0 { };"), "/i2c-0");
}

TEST(BusNode, other_names_are_no_buses) {
  EXPECT_EQ(bus_of("i2c-mux { }; i2c-parent { }; i2cx { }; i2c- { }; x { i2c { }; };"), "/x/i2c");
}

TEST(BusNode, disabled_ones_do_not_count) {
  EXPECT_EQ(bus_of("i2c@1 { status = \"disabled\"; }; i2c@2 { status = \"okay\"; };"), "/i2c@2");
  EXPECT_EQ(bus_of("a { status = \"disabled\"; i2c { }; }; b { i2c { }; };"), "/b/i2c");
  EXPECT_EQ(bus_of("i2c@1 { status = \"fail\"; }; i2c@2 { status = \"ok\"; };"), "/i2c@2");
}

TEST(BusNode, channels_of_a_mux_do_not_count) {
  EXPECT_EQ(bus_of("i2c { i2c-mux@70 { i2c@0 { }; i2c@1 { }; }; };"), "/i2c");
}

TEST(BusNode, root_is_one_if_it_holds_chips_and_there_is_no_other) {
  EXPECT_EQ(bus_of(eeprom), "/");
  EXPECT_EQ(bus_of(std::string(eeprom) + "i2c { };"), "/i2c");
}

TEST(BusNode, of_several_is_an_error_that_lists_them) {
  EXPECT_EQ(error_for("i2c@1 { " + std::string(eeprom) + " }; soc { i2c@2 { }; };"),
            "several buses: /i2c@1 (1 chip), /soc/i2c@2 (0 chips) (expected FILE:NODE, such as "
            "FILE:/i2c@1)");
}

TEST(BusNode, of_none_is_an_error) {
  EXPECT_EQ(error_for("memory@0 { reg = <0 0>; }; soc { compatible = \"simple-bus\"; };"),
            "no bus (expected a node named i2c or i2c@..., or chips with compatible and reg in the "
            "root)");
}

TEST(BusNode, of_disabled_ones_only_is_an_error_that_lists_them) {
  EXPECT_EQ(error_for("i2c@1 { status = \"disabled\"; };"),
            "every bus is disabled: /i2c@1 (0 chips) (expected FILE:NODE to use one all the same, "
            "such as FILE:/i2c@1)");
}

TEST(BusNode, is_chosen_by_path) { EXPECT_EQ(bus_of("i2c@1 { }; i2c@2 { };", "/i2c@2"), "/i2c@2"); }

TEST(BusNode, is_chosen_by_alias) {
  EXPECT_EQ(bus_of("aliases { i2c7 = \"/i2c@2\"; }; i2c@1 { }; i2c@2 { };", "i2c7"), "/i2c@2");
}

TEST(BusNode, is_chosen_by_label) {
  EXPECT_EQ(bus_of("i2c@1 { }; camera: i2c@2 { };", "camera"), "/i2c@2");
}

TEST(BusNode, is_chosen_by_a_name_that_only_one_node_has) {
  EXPECT_EQ(bus_of("i2c@1 { }; soc { i2c@2 { }; };", "i2c@2"), "/soc/i2c@2");
  EXPECT_EQ(bus_of("i2c-0 { }; soc { i2c@2 { }; };", "i2c"), "/soc/i2c@2");
}

TEST(BusNode, chosen_may_be_disabled_or_a_channel_of_a_mux) {
  EXPECT_EQ(bus_of("i2c@1 { status = \"disabled\"; }; i2c@2 { };", "/i2c@1"), "/i2c@1");
  EXPECT_EQ(bus_of("i2c { mux@70 { i2c@0 { }; i2c@1 { }; }; };", "/i2c/mux@70/i2c@1"),
            "/i2c/mux@70/i2c@1");
}

// The chips of an overlay, without the board that it is for.
TEST(BusNode, chosen_may_have_any_name_if_there_are_chips_in_it) {
  EXPECT_EQ(bus_of("fragment@0 { __overlay__ { " + std::string(eeprom) + " }; };", "__overlay__"),
            "/fragment@0/__overlay__");
}

TEST(BusNode, chosen_without_chips_and_not_named_as_a_bus_is_an_error) {
  EXPECT_EQ(error_for("i2c { " + std::string(eeprom) + " };", "eeprom@50"),
            "/i2c/eeprom@50: not a bus (expected a node named i2c or i2c@..., or one with chips in "
            "it)");
}

TEST(BusNode, chosen_name_of_several_nodes_is_an_error_that_lists_them) {
  EXPECT_EQ(error_for("a { i2c { }; }; b { i2c { }; };", "i2c"),
            "several nodes named \"i2c\": /a/i2c (0 chips), /b/i2c (0 chips) (expected a whole "
            "path)");
}

TEST(BusNode, chosen_name_of_no_node_is_an_error_that_lists_the_buses) {
  EXPECT_EQ(error_for("i2c@1 { }; i2c@2 { status = \"disabled\"; };", "/i2c@3"),
            "no node \"/i2c@3\" (expected a path, an alias, a label or a node's name; did you mean "
            "one of /i2c@1 (0 chips), /i2c@2 (0 chips)?)");
  EXPECT_EQ(error_for("soc { };", "i2c"),
            "no node \"i2c\" (expected a path, an alias, a label or a node's name)");
}

TEST(BusNode, alias_to_nowhere_is_no_node) {
  EXPECT_EQ(error_for("aliases { a = \"/gone\"; b = \"b\"; c = <1>; };", "a"),
            "no node \"a\" (expected a path, an alias, a label or a node's name)");
  EXPECT_EQ(error_for("aliases { a = \"/gone\"; b = \"b\"; c = <1>; };", "b"),
            "no node \"b\" (expected a path, an alias, a label or a node's name)");
  EXPECT_EQ(error_for("aliases { a = \"/gone\"; b = \"b\"; c = <1>; };", "c"),
            "no node \"c\" (expected a path, an alias, a label or a node's name)");
}

TEST(BusNode, list_of_many_is_cut) {
  std::string source;
  for (int bus = 0; bus < 20; ++bus) source += "i2c@" + std::to_string(bus) + " { };";
  EXPECT_THAT(error_for(source), ::testing::HasSubstr("/i2c@15 (0 chips) and 4 more (expected"));
}

TEST(ChipNodes, are_those_with_reg_unit_address_or_known_compatible) {
  EXPECT_THAT(chips_of("i2c { a { reg = <0x10>; }; b@11 { }; c { compatible = \"atmel,24c32\"; };"
                       "ports { }; hog { compatible = \"example,hog\"; }; };",
                       "/i2c"),
              ElementsAre("/i2c/a", "/i2c/b@11", "/i2c/c"));
}

TEST(ChipNodes, are_in_an_inner_i2c_bus_node_if_there_is_one) {
  EXPECT_THAT(chips_of("i2c { a@10 { }; i2c-bus { b@11 { }; }; };", "/i2c"),
              ElementsAre("/i2c/i2c-bus/b@11"));
}

}  // namespace
}  // namespace vhost_device::sim
