// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/printable.hpp"

#include <gtest/gtest.h>

namespace vhost_device::sim {
namespace {

TEST(Printable, ascii_stays_as_it_is) {
  EXPECT_EQ(printable("/soc/i2c@7e804000 ~"), "/soc/i2c@7e804000 ~");
}

TEST(Printable, control_characters_and_other_bytes_are_escaped) {
  EXPECT_EQ(printable("a\n\x1b[31m\x7f\xff"), "a\\x0a\\x1b[31m\\x7f\\xff");
}

TEST(Printable, long_text_is_cut) {
  EXPECT_EQ(printable(std::string(121, 'x')), std::string(120, 'x') + "...");
  EXPECT_EQ(printable(std::string(120, 'x')), std::string(120, 'x'));
}

TEST(InQuotes, text_is_between_double_quotes) { EXPECT_EQ(in_quotes("ti,tmp75"), "\"ti,tmp75\""); }

}  // namespace
}  // namespace vhost_device::sim
