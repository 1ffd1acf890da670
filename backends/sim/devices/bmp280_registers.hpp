// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "backends/sim/registers/register.hpp"

// The registers of BMP280 and BME280; for bmp280.cpp alone.

namespace vhost_device::sim::bmp280 {

inline constexpr std::uint32_t soft_reset = 0xb6;

namespace status {
inline constexpr std::uint32_t measuring = 0x08;
inline constexpr std::uint32_t copying_trim = 0x01;
}  // namespace status

// What a measurement that was skipped reads as, in the 20 bits of f7 and fa and the 16 of fd.
inline constexpr std::uint32_t skipped = 0x80000;
inline constexpr std::uint32_t skipped_humidity = 0x8000;

constexpr std::uint32_t word(int value) { return static_cast<std::uint16_t>(value); }
constexpr Register trim_word(std::string_view name, std::uint32_t address, int value) {
  return {.name = name,
          .address = address,
          .width = 16,
          .endian = Endian::little,
          .reset = word(value),
          .writable = 0};
}
constexpr Register trim_byte(std::string_view name, std::uint32_t address, std::uint32_t value) {
  return {.name = name, .address = address, .reset = value, .writable = 0};
}

namespace reg {
inline constexpr Register t1 = trim_word("dig_t1", 0x88, 27504);
inline constexpr Register t2 = trim_word("dig_t2", 0x8a, 26435);
inline constexpr Register t3 = trim_word("dig_t3", 0x8c, -1000);
inline constexpr Register p1 = trim_word("dig_p1", 0x8e, 36477);
inline constexpr Register p2 = trim_word("dig_p2", 0x90, -10685);
inline constexpr Register p3 = trim_word("dig_p3", 0x92, 3024);
inline constexpr Register p4 = trim_word("dig_p4", 0x94, 2855);
inline constexpr Register p5 = trim_word("dig_p5", 0x96, 140);
inline constexpr Register p6 = trim_word("dig_p6", 0x98, -7);
inline constexpr Register p7 = trim_word("dig_p7", 0x9a, 15500);
inline constexpr Register p8 = trim_word("dig_p8", 0x9c, -14600);
inline constexpr Register p9 = trim_word("dig_p9", 0x9e, 6000);
inline constexpr Register h1 = trim_byte("dig_h1", 0xa1, 75);
inline constexpr Register h2 = trim_word("dig_h2", 0xe1, 355);
inline constexpr Register h3 = trim_byte("dig_h3", 0xe3, 0);
// H4 = 340 and H5 = 50 share three bytes (DS002, table 16).
inline constexpr Register h4_high = trim_byte("dig_h4_msb", 0xe4, 0x15);
inline constexpr Register h4_h5_low = trim_byte("dig_h4_h5_lsb", 0xe5, 0x24);
inline constexpr Register h5_high = trim_byte("dig_h5_msb", 0xe6, 0x03);
inline constexpr Register h6 = trim_byte("dig_h6", 0xe7, 30);

// clang-format off
inline constexpr Register bmp280_id{.name = "id", .address = 0xd0, .reset = 0x58, .writable = 0};
inline constexpr Register bme280_id{.name = "id", .address = 0xd0, .reset = 0x60, .writable = 0};
inline constexpr Register reset{.name = "reset", .address = 0xe0, .writable = 0, .readable = 0};
inline constexpr Register ctrl_hum{.name = "ctrl_hum", .address = 0xf2, .writable = 0x07};
inline constexpr Register status{.name = "status", .address = 0xf3, .writable = 0};
inline constexpr Register ctrl_meas{.name = "ctrl_meas", .address = 0xf4};
inline constexpr Register config{.name = "config", .address = 0xf5, .writable = 0xfd};
inline constexpr Register pressure{.name = "press", .address = 0xf7, .width = 24, .reset = skipped << 4U,
                            .writable = 0};
inline constexpr Register temperature{.name = "temp", .address = 0xfa, .width = 24, .reset = skipped << 4U,
                               .writable = 0};
inline constexpr Register humidity{.name = "hum", .address = 0xfd, .width = 16, .reset = skipped_humidity,
                            .writable = 0};
// clang-format on
inline constexpr std::array bmp280_all{
    t1, t2, t3,        p1,    p2,     p3,        p4,     p5,       p6,         p7,
    p8, p9, bmp280_id, reset, status, ctrl_meas, config, pressure, temperature};
inline constexpr std::array bme280_all{
    t1, t2,       t3,     p1,        p2,     p3,       p4,          p5,      p6,        p7,
    p8, p9,       h1,     bme280_id, reset,  h2,       h3,          h4_high, h4_h5_low, h5_high,
    h6, ctrl_hum, status, ctrl_meas, config, pressure, temperature, humidity};
}  // namespace reg

constexpr PointerRules pointer_rules{.write_pairs = true, .unmapped = 0x00};

inline constexpr Field temperature_sampling{.in = reg::ctrl_meas, .high = 7, .low = 5};
inline constexpr Field pressure_sampling{.in = reg::ctrl_meas, .high = 4, .low = 2};
inline constexpr Field mode_field{.in = reg::ctrl_meas, .high = 1, .low = 0};
inline constexpr Field standby{.in = reg::config, .high = 7, .low = 5};
inline constexpr Field filter{.in = reg::config, .high = 4, .low = 2};
inline constexpr Field raw_temperature{.in = reg::temperature, .high = 23, .low = 4};
inline constexpr Field raw_pressure{.in = reg::pressure, .high = 23, .low = 4};
inline constexpr Field h4_low{.in = reg::h4_h5_low, .high = 3, .low = 0};
inline constexpr Field h5_low{.in = reg::h4_h5_low, .high = 7, .low = 4};

}  // namespace vhost_device::sim::bmp280
