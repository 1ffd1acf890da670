// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::Values;

class Format : public ::testing::Test {
 protected:
  void attach(std::string_view part, double temperature_c) {
    bus.attach(std::make_shared<Lm75>(part, at(0x48), temperature_c));
  }
  void configure(std::uint8_t value) { controller.write(0x48, bytes({1, value})); }
  Bytes read_temperature() { return controller.write_read(0x48, bytes({0}), 2); }

  Bus bus;
  Controller controller{bus};
};

struct Resolution {
  std::uint8_t configuration;
  std::uint8_t upper;
  std::uint8_t lower;
};

class Tmp75Resolution : public Format, public ::testing::WithParamInterface<Resolution> {};

// 25.0625 C is code 191h of 12 bits; rounded to 11, 10 and 9 bits it is 25.125, 25 and 25.
INSTANTIATE_TEST_SUITE_P(R1R0, Tmp75Resolution,
                         Values(Resolution{0x00, 0x19, 0x00}, Resolution{0x20, 0x19, 0x00},
                                Resolution{0x40, 0x19, 0x20}, Resolution{0x60, 0x19, 0x10}));

TEST_P(Tmp75Resolution, rounds_the_temperature) {
  attach("tmp75", 25.0625);

  configure(GetParam().configuration);

  EXPECT_EQ(read_temperature(), bytes({GetParam().upper, GetParam().lower}));
}

struct Code {
  double temperature_c;
  std::uint8_t upper;
  std::uint8_t lower;
};

void PrintTo(const Code& code, std::ostream* out) { *out << code.temperature_c << " C"; }

class Tmp75Format : public Format, public ::testing::WithParamInterface<Code> {};

// SBOS288M, table 7-1, and the value that Linux prints as 25562.
INSTANTIATE_TEST_SUITE_P(Datasheet, Tmp75Format,
                         Values(Code{128, 0x7f, 0xf0}, Code{127.9375, 0x7f, 0xf0},
                                Code{100, 0x64, 0x00}, Code{80, 0x50, 0x00}, Code{75, 0x4b, 0x00},
                                Code{50, 0x32, 0x00}, Code{25, 0x19, 0x00}, Code{0.25, 0x00, 0x40},
                                Code{0, 0x00, 0x00}, Code{-0.25, 0xff, 0xc0}, Code{-25, 0xe7, 0x00},
                                Code{-55, 0xc9, 0x00}, Code{-128, 0x80, 0x00},
                                Code{25.5625, 0x19, 0x90}));

TEST_P(Tmp75Format, is_left_justified_two_complement_of_twelve_bits) {
  attach("tmp75", GetParam().temperature_c);

  configure(0x60);

  EXPECT_EQ(read_temperature(), bytes({GetParam().upper, GetParam().lower}));
}

class Lm75Format : public Format, public ::testing::WithParamInterface<Code> {};

// SNIS153B, "Temperature Data Format" (9 bits: 0fah, 032h, 001h, 000h, 1ffh, 1ceh, 192h), and the
// value that Linux prints as 25500.
INSTANTIATE_TEST_SUITE_P(Datasheet, Lm75Format,
                         Values(Code{125, 0x7d, 0x00}, Code{25, 0x19, 0x00}, Code{0.5, 0x00, 0x80},
                                Code{0, 0x00, 0x00}, Code{-0.5, 0xff, 0x80}, Code{-25, 0xe7, 0x00},
                                Code{-55, 0xc9, 0x00}, Code{25.5, 0x19, 0x80}));

TEST_P(Lm75Format, is_left_justified_two_complement_of_nine_bits) {
  attach("lm75", GetParam().temperature_c);

  EXPECT_EQ(read_temperature(), bytes({GetParam().upper, GetParam().lower}));
}

struct Rounding {
  double temperature_c;
  double reported_c;
};

class Lm75Rounding : public ::testing::TestWithParam<Rounding> {};

INSTANTIATE_TEST_SUITE_P(Halves, Lm75Rounding,
                         Values(Rounding{23.2, 23.0}, Rounding{23.3, 23.5}, Rounding{23.74, 23.5},
                                Rounding{23.76, 24.0}, Rounding{-0.2, 0.0}, Rounding{-0.3, -0.5}));

TEST_P(Lm75Rounding, is_to_the_nearest_code) {
  EXPECT_EQ(Lm75("lm75", at(0x48), GetParam().temperature_c).reported_temperature(),
            GetParam().reported_c);
}

}  // namespace
}  // namespace vhost_device::sim
