// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/device_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libfdt.h>

#include <string>
#include <vector>

#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using testing::compile;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::tree_of;

std::string error_of_blob(std::vector<std::byte> blob) {
  return error_of([&] { const DeviceTree tree(std::move(blob)); });
}

/// So many nodes inside each other, below the root.
std::string nested(int levels) {
  std::string source;
  for (int level = 0; level < levels; ++level) source += "n {";
  for (int level = 0; level < levels; ++level) source += "};";
  return source;
}

/// A blob of so many nodes: the root and its children.
std::vector<std::byte> flat_blob(std::size_t nodes) {
  std::vector<std::byte> blob(nodes * 16 + 4096);
  int status = ::fdt_create(blob.data(), static_cast<int>(blob.size()));
  status |= ::fdt_finish_reservemap(blob.data());
  status |= ::fdt_begin_node(blob.data(), "");
  for (std::size_t node = 1; node < nodes; ++node) {
    status |= ::fdt_begin_node(blob.data(), "n") | ::fdt_end_node(blob.data());
  }
  status |= ::fdt_end_node(blob.data());
  status |= ::fdt_finish(blob.data());
  EXPECT_EQ(status, 0);
  return blob;
}

TEST(DeviceTree, nodes_have_names_paths_and_parents) {
  const DeviceTree tree = tree_of("a { b@1 { }; b@2 { c { }; }; }; d { };");
  std::vector<std::string> paths;
  for (DeviceTree::Node node = 0; node < tree.size(); ++node) paths.push_back(tree.path(node));
  EXPECT_THAT(paths, ElementsAre("/", "/a", "/a/b@1", "/a/b@2", "/a/b@2/c", "/d"));
  EXPECT_EQ(tree.name(3), "b@2");
  EXPECT_EQ(tree.parent(4), 3U);
  EXPECT_EQ(tree.parent(5), DeviceTree::root);
  EXPECT_EQ(tree.parent(DeviceTree::root), DeviceTree::root);
}

TEST(DeviceTree, children_are_direct_ones_in_order) {
  const DeviceTree tree = tree_of("a { b@1 { }; b@2 { c { }; }; }; d { };");
  EXPECT_THAT(tree.children(DeviceTree::root), ElementsAre(1, 5));
  EXPECT_THAT(tree.children(1), ElementsAre(2, 3));
  EXPECT_THAT(tree.children(5), ElementsAre());
}

TEST(DeviceTree, find_takes_whole_paths_only) {
  const DeviceTree tree = tree_of("aliases { x = \"/a/b@1\"; }; a { b@1 { }; };");
  EXPECT_EQ(tree.find("/"), DeviceTree::root);
  EXPECT_EQ(tree.find("/a/b@1"), 3U);
  EXPECT_EQ(tree.find("/a/b"), std::nullopt);
  EXPECT_EQ(tree.find("/a/c"), std::nullopt);
  EXPECT_EQ(tree.find("x"), std::nullopt);
  EXPECT_EQ(tree.find(""), std::nullopt);
}

TEST(DeviceTree, alias_of_itself_is_no_path) {
  const DeviceTree tree = tree_of("aliases { loop = \"loop\"; };");
  EXPECT_EQ(tree.find("loop"), std::nullopt);
}

TEST(DeviceTree, property_is_its_bytes_or_nothing) {
  const DeviceTree tree = tree_of("cell = <0x01020304>; empty; bytes = [aa bb cc];");
  EXPECT_THAT(tree.property(DeviceTree::root, "cell").value(),
              ElementsAre(std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}));
  EXPECT_EQ(tree.property(DeviceTree::root, "empty").value().size(), 0U);
  EXPECT_EQ(tree.property(DeviceTree::root, "bytes").value().size(), 3U);
  EXPECT_FALSE(tree.property(DeviceTree::root, "other").has_value());
}

TEST(DeviceTree, string_is_exactly_one) {
  const DeviceTree tree = tree_of("one = \"abc\"; two = \"a\", \"b\"; cell = <1>; empty;");
  EXPECT_EQ(tree.string(DeviceTree::root, "one"), "abc");
  EXPECT_EQ(tree.string(DeviceTree::root, "two"), std::nullopt);
  EXPECT_EQ(tree.string(DeviceTree::root, "cell"), std::nullopt);
  EXPECT_EQ(tree.string(DeviceTree::root, "empty"), std::nullopt);
  EXPECT_EQ(tree.string(DeviceTree::root, "other"), std::nullopt);
}

TEST(DeviceTree, properties_are_all_of_the_nodes_own) {
  const DeviceTree tree = tree_of("a = <1>; b; c { d; };");
  std::vector<std::string> names;
  for (const auto& property : tree.properties(DeviceTree::root)) names.emplace_back(property.name);
  EXPECT_THAT(names, ElementsAre("a", "b"));
}

TEST(DeviceTree, depth_of_64_is_read_and_of_65_refused) {
  EXPECT_EQ(tree_of(nested(63)).size(), 64U);  // and the root
  EXPECT_EQ(error_of_blob(compile(testing::board_source(nested(64)))),
            "nodes nested deeper than 64");
}

TEST(DeviceTree, nodes_up_to_the_limit_are_read_and_one_more_is_refused) {
  EXPECT_EQ(DeviceTree(flat_blob(DeviceTree::max_nodes)).size(), DeviceTree::max_nodes);
  EXPECT_EQ(error_of_blob(flat_blob(DeviceTree::max_nodes + 1)), "more than 65536 nodes");
}

TEST(DeviceTree, empty_blob_is_refused) {
  EXPECT_THAT(error_of_blob({}), HasSubstr("damaged devicetree blob"));
}

TEST(DeviceTree, blob_from_before_version_17_is_refused) {
  std::vector<std::byte> blob = compile(testing::board_source(""));
  fdt_set_version(static_cast<void*>(blob.data()), 3);
  fdt_set_last_comp_version(static_cast<void*>(blob.data()), 2);
  EXPECT_EQ(error_of_blob(blob), "a devicetree blob of version 3 (expected 17)");
}

TEST(AsStrings, each_ends_at_its_nul) {
  const auto bytes = std::as_bytes(std::span("ab\0\0c", 6));
  EXPECT_THAT(as_strings(bytes).value(), ElementsAre("ab", "", "c"));
}

TEST(AsStrings, value_without_a_nul_at_its_end_is_none) {
  EXPECT_FALSE(as_strings(std::as_bytes(std::span("abc", 3))).has_value());
  EXPECT_FALSE(as_strings({}).has_value());
}

TEST(NodeName, unit_address_is_behind_the_at_sign) {
  EXPECT_EQ(base_name("eeprom@50"), "eeprom");
  EXPECT_EQ(unit_address("eeprom@50"), "50");
  EXPECT_EQ(base_name("soc"), "soc");
  EXPECT_EQ(unit_address("soc"), "");
}

}  // namespace
}  // namespace vhost_device::sim
