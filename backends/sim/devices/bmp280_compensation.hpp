// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>

namespace vhost_device::sim {

/// The trimming parameters of a BMP280 or BME280, dig_T1 to dig_H6.
struct Bmp280Trim {
  std::uint16_t t1;
  std::int16_t t2, t3;
  std::uint16_t p1;
  std::int16_t p2, p3, p4, p5, p6, p7, p8, p9;
  std::uint8_t h1;
  std::int16_t h2;
  std::uint8_t h3;
  std::int16_t h4, h5;  // of 12 bits
  std::int8_t h6;
};

/// The compensation formulas in double precision (BST-BMP280-DS001, 8.1; BST-BME280-DS002, 8.1),
/// and what a sensor with this trim converts a physical value to. Whatever the trim: nothing here
/// fails, and what comes out is in the converter's range.
class Bmp280Compensation {
 public:
  static constexpr std::uint32_t max_raw = 0xfffff;          // 20 bits
  static constexpr std::uint32_t max_raw_humidity = 0xffff;  // 16 bits

  explicit constexpr Bmp280Compensation(const Bmp280Trim& trim) : trim_(trim) {}

  /// t_fine: the temperature in 1/5120 degrees Celsius, on which the other two depend.
  [[nodiscard]] double fine_temperature(std::uint32_t raw) const;
  [[nodiscard]] double temperature_c(std::uint32_t raw) const;
  [[nodiscard]] double pressure_pa(std::uint32_t raw, double fine) const;
  [[nodiscard]] double humidity_percent(std::uint32_t raw, double fine) const;

  /// The raw values that come nearest.
  [[nodiscard]] std::uint32_t raw_temperature(double temperature_c) const;
  [[nodiscard]] std::uint32_t raw_pressure(double pressure_pa, double fine) const;
  [[nodiscard]] std::uint32_t raw_humidity(double humidity_percent, double fine) const;

 private:
  Bmp280Trim trim_;
};

}  // namespace vhost_device::sim
