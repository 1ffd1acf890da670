// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/nearest_name.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace vhost_device::sim {
namespace {

TEST(EditDistance, equal_names_have_none) {
  EXPECT_EQ(edit_distance("pagesize", "pagesize", 2), 0U);
}

TEST(EditDistance, each_kind_of_edit_counts_one) {
  EXPECT_EQ(edit_distance("pagesize", "pagesise", 5), 1U);   // replaced
  EXPECT_EQ(edit_distance("pagesize", "pagessize", 5), 1U);  // inserted
  EXPECT_EQ(edit_distance("pagesize", "pageize", 5), 1U);    // removed
  EXPECT_EQ(edit_distance("pagesize", "pagseize", 5), 1U);   // swapped
}

// The textbook example: two replacements and one insertion.
TEST(EditDistance, kitten_to_sitting_takes_three) {
  EXPECT_EQ(edit_distance("kitten", "sitting", 9), 3U);
  EXPECT_EQ(edit_distance("sitting", "kitten", 9), 3U);
}

// What tells it from Damerau's distance: the swapped pair is not edited again.
TEST(EditDistance, ca_to_abc_takes_three) { EXPECT_EQ(edit_distance("ca", "abc", 9), 3U); }

TEST(EditDistance, swap_in_the_last_place_is_within_a_limit_of_one) {
  EXPECT_EQ(edit_distance("status", "statsu", 1), 1U);
  EXPECT_EQ(edit_distance("ab", "ba", 1), 1U);
}

TEST(EditDistance, from_nothing_is_the_length) {
  EXPECT_EQ(edit_distance("", "reg", 9), 3U);
  EXPECT_EQ(edit_distance("reg", "", 9), 3U);
}

TEST(EditDistance, beyond_the_limit_is_one_more_than_it) {
  EXPECT_EQ(edit_distance("kitten", "sitting", 2), 3U);
  EXPECT_EQ(edit_distance("abcdefgh", "stuvwxyz", 2), 3U);
  EXPECT_EQ(edit_distance("a", "abcdefgh", 2), 3U);
}

TEST(EditDistance, names_of_megabytes_do_not_cost_their_square) {
  EXPECT_EQ(edit_distance(std::string(1'000'000, 'a'), "pagesize", 2), 3U);
  EXPECT_EQ(edit_distance(std::string(1'000'000, 'a'), std::string(1'000'000, 'b'), 2), 3U);
}

TEST(NearestName, of_several_is_the_one_with_the_fewest_edits) {
  const std::vector<std::string> names{"size", "pagesize", "address-width"};
  EXPECT_EQ(nearest_name("pagesise", names, 4), "pagesize");
}

TEST(NearestName, of_equals_is_the_first) {
  const std::vector<std::string> names{"ti,tmp75", "ti,tmp76"};
  EXPECT_EQ(nearest_name("ti,tmp77", names, 2), "ti,tmp75");
}

TEST(NearestName, beyond_the_limit_is_none) {
  const std::vector<std::string> names{"size", "pagesize"};
  EXPECT_EQ(nearest_name("clocks", names, 2), std::nullopt);
}

TEST(NearestName, without_candidates_is_none) {
  EXPECT_EQ(nearest_name("size", {}, 4), std::nullopt);
}

TEST(SlipLimit, of_a_short_name_is_one) {
  EXPECT_EQ(slip_limit("reg"), 1U);
  EXPECT_EQ(slip_limit("size"), 1U);
  EXPECT_EQ(slip_limit("label"), 2U);
}

}  // namespace
}  // namespace vhost_device::sim
