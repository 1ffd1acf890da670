// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// What a mistake in a board file is answered with, word by word: these texts are the tool that its
// author works with.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "backends/sim/board/board.hpp"
#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

struct Mistake {
  const char* name;
  const char* on_bus;
  const char* error;  ///< Behind the file's name.
};

void PrintTo(const Mistake& mistake, std::ostream* stream) { *stream << mistake.name; }

class BoardMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(BoardMistake, is_answered_with) {
  const testing::TemporaryFolder folder;
  const auto file = folder.write("board.dts", testing::bus_source(GetParam().on_bus));
  Bus bus;
  EXPECT_EQ(testing::error_of([&] { load_board(bus, file); }),
            file.string() + ": " + GetParam().error);
  EXPECT_TRUE(bus.devices().empty());
}

constexpr Mistake mistakes[] = {
    {"channel_that_the_mux_lacks",
     "m@70 { compatible = \"nxp,pca9546\"; reg = <0x70>; i2c@4 { reg = <4>; }; };",
     "/i2c/m@70/i2c@4: reg: expected a channel of pca9546, 0 to 3; chips go into the node of one, "
     "got 4"},
    {"channel_twice",
     "m@70 { compatible = \"nxp,pca9546\"; reg = <0x70>; i2c@1 { reg = <1>; };"
     " other { reg = <1>; }; };",
     "/i2c/m@70/other: reg: expected a channel of its own, as /i2c/m@70/i2c@1 has this one, got 1"},
    {"address_taken_on_the_way_to_the_bus",
     "l@48 { compatible = \"lm75\"; reg = <0x48>; }; m@70 { compatible = \"nxp,pca9546\";"
     " reg = <0x70>; i2c@1 { reg = <1>; t@48 { compatible = \"tmp75\"; reg = <0x48>; }; }; };",
     "/i2c/m@70/i2c@1/t@48: 0x48 is taken by /i2c/l@48 (expected an address of its own)"},
    {"address_taken_behind_a_mux",
     "m@70 { compatible = \"nxp,pca9546\"; reg = <0x70>; i2c@1 { reg = <1>;"
     " t@48 { compatible = \"tmp75\"; reg = <0x48>; }; }; };"
     " n@48 { compatible = \"lm75\"; reg = <0x48>; };",
     "/i2c/n@48: 0x48 is taken by /i2c/m@70/i2c@1/t@48 (expected an address of its own)"},
    {"mistake_behind_a_mux",
     "m@70 { compatible = \"nxp,pca9546\"; reg = <0x70>; i2c@1 { reg = <1>;"
     " t@48 { compatible = \"tmp75\"; reg = <0x20>; }; }; };",
     "/i2c/m@70/i2c@1/t@48: tmp75 cannot be at 0x20: expected 0x48 to 0x4f"},
    {"mux_property_misspelt",
     "m@70 { compatible = \"nxp,pca9546\"; reg = <0x70>; idle-stat = <0>; };",
     "/i2c/m@70: idle-stat: unknown property (did you mean idle-state?)"},
    {"compatible_misspelt", "e@50 { compatible = \"atmel,24c23\"; reg = <0x50>; };",
     "/i2c/e@50: compatible: no simulated chip is \"atmel,24c23\" (did you mean \"atmel,24c32\"? "
     "docs/BOARDS.md lists the known ones; status = \"disabled\" leaves the chip out)"},
    {"compatible_of_another_vendor", "e@50 { compatible = \"example,24c32\"; reg = <0x50>; };",
     "/i2c/e@50: compatible: no simulated chip is \"example,24c32\" (did you mean \"24c32\"? "
     "docs/BOARDS.md lists the known ones; status = \"disabled\" leaves the chip out)"},
    {"compatible_unknown", "m@70 { compatible = \"acme,frobnicator\", \"x,y\\n\"; reg = <0x70>; };",
     "/i2c/m@70: compatible: no simulated chip is \"acme,frobnicator\" or \"x,y\\x0a\" "
     "(docs/BOARDS.md "
     "lists the known ones; status = \"disabled\" leaves the chip out)"},
    {"compatible_missing", "e@50 { reg = <0x50>; };",
     "/i2c/e@50: compatible: missing (expected the chip's name, such as \"atmel,24c32\")"},
    {"compatible_no_string", "e@50 { compatible = [01 02]; reg = <0x50>; };",
     "/i2c/e@50: compatible: expected strings, got 2 bytes"},
    {"reg_missing", "e@50 { compatible = \"atmel,24c32\"; };",
     "/i2c/e@50: reg: missing (expected the chip's address)"},
    {"reg_missing_without_unit_address", "e { compatible = \"atmel,24c32\"; };",
     "/i2c/e: reg: missing (expected the chip's address)"},
    {"reg_of_two_cells", "e@50 { compatible = \"atmel,24c32\"; reg = <0x50 0x51>; };",
     "/i2c/e@50: reg: expected one cell (32 bits), got 8 bytes"},
    {"reg_with_the_read_write_bit", "e@a0 { compatible = \"atmel,24c32\"; reg = <0xa0>; };",
     "/i2c/e@a0: reg: 0xa0 is no 7-bit address (expected 0x01 to 0x7f, or bit 31 set for a 10-bit "
     "address; did you mean 0x50, which is 0xa0 with the read/write bit?)"},
    {"reg_above_7_bits", "e@150 { compatible = \"atmel,24c32\"; reg = <0x150>; };",
     "/i2c/e@150: reg: 0x150 is no 7-bit address (expected 0x01 to 0x7f, or bit 31 set for a "
     "10-bit address)"},
    {"reg_zero", "e@0 { compatible = \"atmel,24c32\"; reg = <0>; };",
     "/i2c/e@0: reg: 0x00 is no 7-bit address (expected 0x01 to 0x7f, or bit 31 set for a 10-bit "
     "address)"},
    {"reg_above_10_bits", "e@400 { compatible = \"atmel,24c32\"; reg = <0x80000400>; };",
     "/i2c/e@400: reg: 0x400 is no 10-bit address (expected 0x00 to 0x3ff)"},
    {"address_that_the_chip_cannot_have", "e@20 { compatible = \"atmel,24c32\"; reg = <0x20>; };",
     "/i2c/e@20: 24c32 cannot be at 0x20: expected 0x50 to 0x57"},
    {"ten_bit_address_of_a_chip_without", "e@50 { compatible = \"24c32\"; reg = <0x80000050>; };",
     "/i2c/e@50: 24c32 cannot be at 0x050 (10-bit): expected 0x50 to 0x57"},
    {"address_twice",
     "a@50 { compatible = \"24c32\"; reg = <0x50>; };"
     "b@50 { compatible = \"24c02\"; reg = <0x50>; };",
     "/i2c/b@50: 0x50 is taken by /i2c/a@50 (expected an address of its own)"},
    {"address_in_anothers_range",
     "a@50 { compatible = \"24c16\"; reg = <0x50>; };"
     "b@57 { compatible = \"24c02\"; reg = <0x57>; };",
     "/i2c/b@57: 0x57 is taken by /i2c/a@50 (expected an address of its own)"},
    {"property_misspelt", "e@50 { compatible = \"24c32\"; reg = <0x50>; pagesise = <32>; };",
     "/i2c/e@50: pagesise: unknown property (did you mean pagesize?)"},
    {"status_misspelt", "e@50 { compatible = \"24c32\"; reg = <0x50>; statsu = \"disabled\"; };",
     "/i2c/e@50: statsu: unknown property (did you mean status?)"},
    {"property_of_ours_misspelt",
     "t@48 { compatible = \"lm75\"; reg = <0x48>; vhost-device,temperature = <20>; };",
     "/i2c/t@48: vhost-device,temperature: unknown property (expected one of "
     "vhost-device,temperature-millicelsius)"},
    {"property_of_ours_on_the_wrong_chip",
     "e@50 { compatible = \"24c32\"; reg = <0x50>; vhost-device,imgae = \"x\"; };",
     "/i2c/e@50: vhost-device,imgae: unknown property (expected one of "
     "vhost-device,write-cycle-ms, vhost-device,image, vhost-device,save; did you mean "
     "vhost-device,image?)"},
    {"property_of_the_wrong_size",
     "e@50 { compatible = \"24c32\"; reg = <0x50>; pagesize = [01 02 03]; };",
     "/i2c/e@50: pagesize: expected one cell (32 bits), got 3 bytes"},
    {"property_that_the_chip_cannot_take",
     "e@50 { compatible = \"24c32\"; reg = <0x50>; pagesize = <48>; };",
     "/i2c/e@50: pagesize: expected a power of two from 1 to 256, and no more than the size, got "
     "48"},
    {"temperature_out_of_range",
     "t@48 { compatible = \"lm75\"; reg = <0x48>;"
     " vhost-device,temperature-millicelsius = <(-60000)>; };",
     "/i2c/t@48: vhost-device,temperature-millicelsius: expected -55000 to 125000, got -60000"},
    {"flag_with_a_value", "e@50 { compatible = \"24c32\"; reg = <0x50>; read-only = <0>; };",
     "/i2c/e@50: read-only: expected no value, as being there sets it, got 4 bytes"},
    {"status_unknown", "e@50 { compatible = \"24c32\"; reg = <0x50>; status = \"off\"; };",
     "/i2c/e@50: status: expected okay, disabled, reserved or fail, got \"off\""},
};

INSTANTIATE_TEST_SUITE_P(Each, BoardMistake, ::testing::ValuesIn(mistakes),
                         [](const auto& mistake) { return std::string(mistake.param.name); });

TEST(BoardError, missing_image_names_it) {
  const testing::TemporaryFolder folder;
  const auto file =
      folder.write("board.dts", testing::bus_source("e@50 { compatible = \"24c32\"; reg = <0x50>;"
                                                    " vhost-device,image = \"none.bin\"; };"));
  Bus bus;
  EXPECT_THAT(
      testing::error_of([&] { load_board(bus, file); }),
      ::testing::AllOf(::testing::StartsWith(file.string() + ": /i2c/e@50: vhost-device,image: "),
                       ::testing::HasSubstr((folder.path() / "none.bin").string()),
                       ::testing::HasSubstr("No such file or directory")));
}

TEST(BoardError, bus_with_cells_for_something_else_is_refused) {
  const testing::TemporaryFolder folder;
  const auto file = folder.write(
      "board.dts", testing::board_source("i2c { #address-cells = <2>; #size-cells = <0>; };"));
  Bus bus;
  EXPECT_EQ(testing::error_of([&] { load_board(bus, file); }),
            file.string() + ": /i2c: #address-cells: expected 1, got 2");
}

TEST(BoardError, property_of_ours_on_the_bus_is_refused) {
  const testing::TemporaryFolder folder;
  const auto file =
      folder.write("board.dts", testing::board_source("i2c { vhost-device,image = \"x\"; };"));
  Bus bus;
  EXPECT_EQ(testing::error_of([&] { load_board(bus, file); }),
            file.string() +
                ": /i2c: vhost-device,image: unknown property (expected none with this prefix "
                "here)");
}

TEST(BoardError, missing_file_is_named) {
  const testing::TemporaryFolder folder;
  const auto file = folder.path() / "none.dts";
  Bus bus;
  const std::string error = file.string() + ": cannot open: No such file or directory";
  EXPECT_EQ(testing::error_of([&] { load_board(bus, file); }), error);
  EXPECT_EQ(testing::error_of([&] { load_board(bus, file.string() + ":i2c"); }), error);
}

TEST(BoardError, missing_file_with_a_colon_is_named_as_a_whole) {
  const testing::TemporaryFolder folder;
  const auto file = folder.path() / "a:b";
  Bus bus;
  EXPECT_EQ(testing::error_of([&] { load_board(bus, file); }),
            file.string() + ": cannot open: No such file or directory");
}

TEST(BoardError, colon_without_a_node_is_refused) {
  const testing::TemporaryFolder folder;
  const auto file = folder.write("a.dts", testing::bus_source(""));
  Bus bus;
  EXPECT_EQ(testing::error_of([&] { load_board(bus, file.string() + ":"); }),
            file.string() + ":: no node after the colon (expected FILE or FILE:NODE)");
}

TEST(BoardError, source_that_does_not_compile_has_the_compilers_message) {
  const testing::TemporaryFolder folder;
  const auto file = folder.write("a.dts", "/dts-v1/;\n/ {\n\ti2c { x = <&nowhere>; };\n};\n");
  Bus bus;
  EXPECT_THAT(testing::error_of([&] { load_board(bus, file); }),
              ::testing::AllOf(::testing::StartsWith(file.string() +
                                                     ": not a devicetree source that dtc takes\n"),
                               ::testing::HasSubstr("nowhere")));
}

}  // namespace
}  // namespace vhost_device::sim
