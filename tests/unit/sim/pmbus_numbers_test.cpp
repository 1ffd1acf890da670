// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pmbus_numbers.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace vhost_device::sim {
namespace {

struct Linear11 {
  double value;
  std::uint16_t word;
};

class PmbusLinear11 : public ::testing::TestWithParam<Linear11> {};

TEST_P(PmbusLinear11, number_is_its_mantissa_times_two_to_its_exponent) {
  EXPECT_EQ(to_linear11(GetParam().value), GetParam().word);
  EXPECT_EQ(from_linear11(GetParam().word), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(numbers, PmbusLinear11,
                         ::testing::Values(Linear11{0, 0x8000}, Linear11{1, 0xba00},  // 512 * 2^-9
                                           Linear11{48, 0xe300},                      // 768 * 2^-4
                                           Linear11{-40, 0xe580},                     // -640 * 2^-4
                                           Linear11{6000, 0x1aee},                    // 750 * 2^3
                                           Linear11{-1024, 0x0400},                   // -1024 * 2^0
                                           Linear11{33521664, 0x7bff}));              // 1023 * 2^15

TEST(PmbusLinear11, number_between_two_is_the_nearest) {
  EXPECT_EQ(from_linear11(to_linear11(48.3)), 48.3125);
  EXPECT_EQ(from_linear11(to_linear11(-0.1)), -819.0 / 8192);
}

TEST(PmbusLinear11, number_that_is_too_large_is_the_largest) {
  EXPECT_EQ(to_linear11(1e12), 0x7bff);
  EXPECT_EQ(to_linear11(-1e12), 0x7c00);
}

TEST(PmbusLinear16, number_has_the_exponent_of_vout_mode) {
  EXPECT_EQ(to_linear16(12, -9), 0x1800);
  EXPECT_EQ(to_linear16(3.3, -12), 13517);
  EXPECT_EQ(from_linear16(0x1800, -9), 12);
}

TEST(PmbusLinear16, number_beyond_its_range_is_the_nearest_there_is) {
  EXPECT_EQ(to_linear16(-1, -9), 0);
  EXPECT_EQ(to_linear16(128, -9), 0xffff);
}

}  // namespace
}  // namespace vhost_device::sim
