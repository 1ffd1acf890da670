// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// docs/BOARDS.md against the code: its boards load, and its table of chips has every chip.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "backends/sim/board/board.hpp"
#include "backends/sim/devices/registry.hpp"
#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string document() {
  std::ifstream file(BOARDS_DOCUMENT);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What is between "```dts" and "```".
std::vector<std::string> documented_boards() {
  constexpr std::string_view begin = "```dts\n";
  const std::string text = document();
  std::vector<std::string> boards;
  for (std::size_t at = text.find(begin); at != text.npos; at = text.find(begin, at)) {
    at += begin.size();
    boards.push_back(text.substr(at, text.find("```", at) - at));
  }
  return boards;
}

std::vector<std::string> chips_of(const std::string& board) {
  const testing::TemporaryFolder folder;
  Bus bus;
  EXPECT_THAT(load_board(bus, folder.write("board.dts", board)), IsEmpty());
  return testing::chips_on(bus);
}

/// Which of the names are not in the document as `code`.
std::vector<std::string> undocumented() {
  const std::string text = document();
  std::vector<std::string> missing;
  const auto look_for = [&](std::string_view name) {
    if (text.find('`' + std::string(name) + '`') == text.npos) missing.emplace_back(name);
  };
  for (const Family* const family : families()) {
    for (const Part& part : family->parts) look_for(part.name);
    for (const std::string_view vendor : family->vendors) look_for(vendor);
  }
  return missing;
}

TEST(BoardsDocument, boards_load_as_they_are_printed) {
  const std::vector<std::string> boards = documented_boards();
  ASSERT_EQ(boards.size(), 4U);
  EXPECT_THAT(chips_of(boards[0]), ElementsAre("0x48 lm75", "0x50 24c32"));
  EXPECT_THAT(chips_of(boards[1]), ElementsAre("0x4f tmp275", "0x57 24c02"));
  EXPECT_THAT(chips_of(boards[2]), ElementsAre("0x70 pca9548"));
  EXPECT_THAT(chips_of(boards[3]), ElementsAre("0x48 lm75"));
}

TEST(BoardsDocument, table_has_every_part_and_vendor) { EXPECT_THAT(undocumented(), IsEmpty()); }

}  // namespace
}  // namespace vhost_device::sim
