// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/bmp280_compensation.hpp"

#include <algorithm>
#include <cmath>

namespace vhost_device::sim {

namespace {

constexpr double fine_per_degree = 5120;

double two_to_the(int exponent) { return std::ldexp(1.0, exponent); }

// The raw value whose physical one is nearest; `physical` rises with it.
template <class Physical>
std::uint32_t nearest(std::uint32_t max, double wanted, Physical physical) {
  std::uint32_t low = 0;
  std::uint32_t high = max;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (physical(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const bool below_is_nearer = low > 0 && wanted - physical(low - 1) < physical(low) - wanted;
  return below_is_nearer ? low - 1 : low;
}

}  // namespace

double Bmp280Compensation::fine_temperature(std::uint32_t raw) const {
  const double linear = (raw / two_to_the(14) - trim_.t1 / two_to_the(10)) * trim_.t2;
  const double offset = raw / two_to_the(17) - trim_.t1 / two_to_the(13);
  return std::trunc(linear + offset * offset * trim_.t3);
}

double Bmp280Compensation::temperature_c(std::uint32_t raw) const {
  return fine_temperature(raw) / fine_per_degree;
}

double Bmp280Compensation::pressure_pa(std::uint32_t raw, double fine) const {
  const double x = fine / 2 - 64000;
  const double offset =
      (x * x * trim_.p6 / two_to_the(15) + x * trim_.p5 * 2) / 4 + trim_.p4 * two_to_the(16);
  const double slope = (trim_.p3 * x * x / two_to_the(19) + trim_.p2 * x) / two_to_the(19);
  const double divisor = (1 + slope / two_to_the(15)) * trim_.p1;
  if (divisor == 0) return 0;
  const double p = (two_to_the(20) - raw - offset / two_to_the(12)) * 6250 / divisor;
  const double square = trim_.p9 * p * p / two_to_the(31);
  const double linear = p * trim_.p8 / two_to_the(15);
  return p + (square + linear + trim_.p7) / 16;
}

double Bmp280Compensation::humidity_percent(std::uint32_t raw, double fine) const {
  const double x = fine - 76800;
  const double offset = trim_.h4 * 64.0 + trim_.h5 / two_to_the(14) * x;
  const double tilt = 1 + trim_.h6 / two_to_the(26) * x * (1 + trim_.h3 / two_to_the(26) * x);
  const double straight = (raw - offset) * (trim_.h2 / two_to_the(16) * tilt);
  const double bent = straight * (1 - trim_.h1 * straight / two_to_the(19));
  return std::clamp(bent, 0.0, 100.0);
}

std::uint32_t Bmp280Compensation::raw_temperature(double temperature) const {
  return nearest(max_raw, temperature, [this](std::uint32_t raw) { return temperature_c(raw); });
}

std::uint32_t Bmp280Compensation::raw_pressure(double pressure, double fine) const {
  // The higher the pressure, the lower the raw value.
  return max_raw - nearest(max_raw, pressure, [this, fine](std::uint32_t raw) {
           return pressure_pa(max_raw - raw, fine);
         });
}

std::uint32_t Bmp280Compensation::raw_humidity(double humidity, double fine) const {
  return nearest(max_raw_humidity, humidity,
                 [this, fine](std::uint32_t raw) { return humidity_percent(raw, fine); });
}

}  // namespace vhost_device::sim
