// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/node_properties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::ElementsAre;
using testing::error_of;

/// The properties of a root node with this in it.
struct Given {
  explicit Given(std::string_view in_root)
      : tree(testing::tree_of(in_root)), properties(tree, DeviceTree::root, "/boards") {}
  const DeviceTree tree;
  const NodeProperties properties;
};

TEST(NodeProperties, absent_property_is_nothing) {
  const Given given("");
  EXPECT_EQ(given.properties.u32("a"), std::nullopt);
  EXPECT_EQ(given.properties.i32("a"), std::nullopt);
  EXPECT_EQ(given.properties.string("a"), std::nullopt);
  EXPECT_EQ(given.properties.path("a"), std::nullopt);
  EXPECT_FALSE(given.properties.flag("a"));
  EXPECT_THAT(given.properties.strings("a"), ElementsAre());
}

TEST(NodeProperties, cell_is_big_endian) {
  const Given given("a = [12 34 56 78]; b = <0xfffffffe>;");
  EXPECT_EQ(given.properties.u32("a"), 0x12345678U);
  EXPECT_EQ(given.properties.u32("b"), 0xfffffffeU);
}

TEST(NodeProperties, signed_cell_is_twos_complement) {
  const Given given("a = <(-10500)>; b = <0x7fffffff>; c = <0x80000000>;");
  EXPECT_EQ(given.properties.i32("a"), -10500);
  EXPECT_EQ(given.properties.i32("b"), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(given.properties.i32("c"), std::numeric_limits<std::int32_t>::min());
}

TEST(NodeProperties, string_and_strings_are_text) {
  const Given given("a = \"text\"; b = \"one\", \"two\";");
  EXPECT_EQ(given.properties.string("a"), "text");
  EXPECT_THAT(given.properties.strings("a"), ElementsAre("text"));
  EXPECT_THAT(given.properties.strings("b"), ElementsAre("one", "two"));
}

TEST(NodeProperties, relative_path_starts_at_the_boards_folder) {
  const Given given("a = \"images/rom.bin\"; b = \"/var/rom.bin\";");
  EXPECT_EQ(given.properties.path("a"), "/boards/images/rom.bin");
  EXPECT_EQ(given.properties.path("b"), "/var/rom.bin");
}

TEST(NodeProperties, flag_is_there_without_a_value) {
  EXPECT_TRUE(Given("read-only;").properties.flag("read-only"));
}

TEST(NodeProperties, cell_of_another_size_is_refused) {
  const Given given("a = [01 02 03]; b = <1 2>; c; d = [01];");
  const NodeProperties& properties = given.properties;
  EXPECT_EQ(error_of([&] { (void)properties.u32("a"); }),
            "a: expected one cell (32 bits), got 3 bytes");
  EXPECT_EQ(error_of([&] { (void)properties.i32("b"); }),
            "b: expected one cell (32 bits), got 8 bytes");
  EXPECT_EQ(error_of([&] { (void)properties.u32("c"); }),
            "c: expected one cell (32 bits), got no value");
  EXPECT_EQ(error_of([&] { (void)properties.u32("d"); }),
            "d: expected one cell (32 bits), got 1 byte");
}

TEST(NodeProperties, text_of_another_shape_is_refused) {
  const Given given("a = <1>; b = \"x\", \"y\"; c; d = \"\";");
  const NodeProperties& properties = given.properties;
  EXPECT_EQ(error_of([&] { (void)properties.string("a"); }), "a: expected one string, got 4 bytes");
  EXPECT_EQ(error_of([&] { (void)properties.string("b"); }), "b: expected one string, got 4 bytes");
  EXPECT_EQ(error_of([&] { (void)properties.path("c"); }), "c: expected one string, got no value");
  EXPECT_EQ(error_of([&] { (void)properties.path("d"); }),
            "d: expected a file name, got an empty string");
  EXPECT_EQ(error_of([&] { (void)properties.strings("a"); }), "a: expected strings, got 4 bytes");
}

TEST(NodeProperties, flag_with_a_value_is_refused) {
  const Given given("read-only = <0>;");
  EXPECT_EQ(error_of([&] { (void)given.properties.flag("read-only"); }),
            "read-only: expected no value, as being there sets it, got 4 bytes");
}

TEST(NodeProperties, bad_value_is_shown_the_way_it_was_asked_for) {
  const Given given("a = <3>; b = <(-3)>; c = \"maybe\"; d = \"xyz\"; e = <1 2>;");
  const NodeProperties& properties = given.properties;
  (void)properties.u32("a");
  (void)properties.i32("b");
  (void)properties.string("c");
  (void)properties.string("d");
  EXPECT_EQ(error_of([&] { properties.bad_value("a", "8 or 16"); }), "a: expected 8 or 16, got 3");
  EXPECT_EQ(error_of([&] { properties.bad_value("b", "0 or more"); }),
            "b: expected 0 or more, got -3");
  EXPECT_EQ(error_of([&] { properties.bad_value("c", "yes or no"); }),
            "c: expected yes or no, got \"maybe\"");
  EXPECT_EQ(error_of([&] { properties.bad_value("d", "yes or no"); }),
            "d: expected yes or no, got \"xyz\"");
  EXPECT_EQ(error_of([&] { properties.bad_value("e", "one cell"); }),
            "e: expected one cell, got 8 bytes");
  EXPECT_EQ(error_of([&] { properties.bad_value("f", "a cell"); }),
            "f: expected a cell, got nothing");
}

TEST(NodeProperties, unasked_properties_of_a_real_board_are_accepted) {
  const Given given("vcc-supply = <1>; label = \"x\"; #thermal-sensor-cells = <0>; phandle = <7>;");
  (void)given.properties.u32("pagesize");
  (void)given.properties.flag("read-only");
  EXPECT_NO_THROW(given.properties.check_unasked());
}

TEST(NodeProperties, unasked_property_like_a_known_one_is_refused) {
  const Given given("pagesise = <32>;");
  (void)given.properties.u32("size");
  (void)given.properties.u32("pagesize");
  EXPECT_EQ(error_of([&] { given.properties.check_unasked(); }),
            "pagesise: unknown property (did you mean pagesize?)");
}

TEST(NodeProperties, unasked_property_of_ours_is_refused_with_the_nearest) {
  const Given given("vhost-device,imgae = \"x\";");
  (void)given.properties.path("vhost-device,image");
  (void)given.properties.flag("vhost-device,save");
  EXPECT_EQ(error_of([&] { given.properties.check_unasked(); }),
            "vhost-device,imgae: unknown property (expected one of vhost-device,image, "
            "vhost-device,save; did you mean vhost-device,image?)");
}

TEST(NodeProperties, unasked_property_of_ours_is_refused_where_there_are_none) {
  const Given given("vhost-device,image = \"x\";");
  (void)given.properties.u32("reg");
  EXPECT_EQ(error_of([&] { given.properties.check_unasked(); }),
            "vhost-device,image: unknown property (expected none with this prefix here)");
}

TEST(NodeProperties, asked_properties_are_known_even_if_absent) {
  const Given given("size = <1>;");
  EXPECT_EQ(given.properties.u32("size"), 1U);
  EXPECT_EQ(given.properties.u32("size"), 1U);
  EXPECT_EQ(given.properties.u32("sizes"), std::nullopt);
  EXPECT_NO_THROW(given.properties.check_unasked());
}

}  // namespace
}  // namespace vhost_device::sim
