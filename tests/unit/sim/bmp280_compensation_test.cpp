// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/bmp280_compensation.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace vhost_device::sim {
namespace {

// BST-BMP280-DS001, 3.12, and a made-up one for humidity.
constexpr Bmp280Trim trim{.t1 = 27504,
                          .t2 = 26435,
                          .t3 = -1000,
                          .p1 = 36477,
                          .p2 = -10685,
                          .p3 = 3024,
                          .p4 = 2855,
                          .p5 = 140,
                          .p6 = -7,
                          .p7 = 15500,
                          .p8 = -14600,
                          .p9 = 6000,
                          .h1 = 75,
                          .h2 = 355,
                          .h3 = 0,
                          .h4 = 340,
                          .h5 = 50,
                          .h6 = 30};
constexpr Bmp280Compensation compensation(trim);

TEST(Bmp280Compensation, example_of_the_datasheet_comes_out) {
  const double fine = compensation.fine_temperature(519888);

  EXPECT_EQ(fine, 128422);
  EXPECT_NEAR(compensation.temperature_c(519888), 25.08, 0.005);
  // The example goes on with the fraction of t_fine, which the formula cuts off.
  EXPECT_NEAR(compensation.pressure_pa(415148, fine), 100653.27, 0.02);
}

// The formula in integers of DS002, 4.2.3, in steps of 1/1024 %.
std::int32_t integer_humidity(std::int32_t raw, std::int32_t fine) {
  const std::int32_t x = fine - 76800;
  const std::int32_t offset = (raw << 14) - (trim.h4 << 20) - trim.h5 * x;
  const std::int32_t tilt =
      ((((x * trim.h6) >> 10) * (((x * trim.h3) >> 11) + 32768)) >> 10) + 2097152;
  std::int32_t y = ((offset + 16384) >> 15) * ((tilt * trim.h2 + 8192) >> 14);
  y -= ((((y >> 15) * (y >> 15)) >> 7) * trim.h1) >> 4;
  return y >> 12;
}

class Bmp280Humidities : public ::testing::TestWithParam<double> {};

INSTANTIATE_TEST_SUITE_P(percent, Bmp280Humidities, ::testing::Values(1, 20, 45.5, 60, 99));

TEST_P(Bmp280Humidities, raw_value_is_what_the_integer_formula_makes_the_humidity_of) {
  constexpr std::int32_t fine = 128422;
  const std::uint32_t raw = compensation.raw_humidity(GetParam(), fine);

  EXPECT_NEAR(integer_humidity(static_cast<std::int32_t>(raw), fine) / 1024.0, GetParam(), 0.02);
}

struct Place {
  double temperature_c;
  double pressure_pa;
};

class Bmp280Places : public ::testing::TestWithParam<Place> {};

INSTANTIATE_TEST_SUITE_P(range, Bmp280Places,
                         ::testing::Values(Place{-40, 30000}, Place{-40, 110000}, Place{0, 101325},
                                           Place{85, 30000}, Place{85, 110000}));

TEST_P(Bmp280Places, whole_range_is_within_the_converters) {
  const std::uint32_t raw = compensation.raw_temperature(GetParam().temperature_c);
  const double fine = compensation.fine_temperature(raw);

  EXPECT_NEAR(compensation.temperature_c(raw), GetParam().temperature_c, 0.0005);
  const std::uint32_t raw_pressure = compensation.raw_pressure(GetParam().pressure_pa, fine);
  EXPECT_NEAR(compensation.pressure_pa(raw_pressure, fine), GetParam().pressure_pa, 0.2);
}

TEST(Bmp280Compensation, trim_of_zeros_does_not_fail) {
  constexpr Bmp280Compensation zeros{Bmp280Trim{}};

  EXPECT_LE(zeros.raw_temperature(25), Bmp280Compensation::max_raw);
  EXPECT_LE(zeros.raw_pressure(101325, 0), Bmp280Compensation::max_raw);
  EXPECT_LE(zeros.raw_humidity(50, 0), Bmp280Compensation::max_raw_humidity);
}

}  // namespace
}  // namespace vhost_device::sim
