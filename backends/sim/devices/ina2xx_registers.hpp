// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "backends/sim/registers/register.hpp"

// The registers of the INA219 and its relatives; for ina2xx.cpp alone.

namespace vhost_device::sim::ina2xx {

namespace config {
constexpr std::uint32_t reset = 0x8000;
constexpr std::uint32_t mode = 0x0007;
// Of the mode: what is converted, and whether it is over and over.
constexpr unsigned shunt = 1;
constexpr unsigned bus = 2;
constexpr unsigned continuous = 4;
}  // namespace config

namespace bus_flag {  // of the INA219
constexpr std::uint32_t ready = 0x0002;
constexpr std::uint32_t overflow = 0x0001;
}  // namespace bus_flag

namespace mask {  // of the INA226
constexpr std::uint32_t shunt_over = 0x8000;
constexpr std::uint32_t shunt_under = 0x4000;
constexpr std::uint32_t bus_over = 0x2000;
constexpr std::uint32_t bus_under = 0x1000;
constexpr std::uint32_t power_over = 0x0800;
constexpr std::uint32_t alert_when_ready = 0x0400;
constexpr std::uint32_t alert = 0x0010;
constexpr std::uint32_t ready = 0x0008;
constexpr std::uint32_t overflow = 0x0004;
constexpr std::uint32_t polarity = 0x0002;
constexpr std::uint32_t latch = 0x0001;
constexpr std::uint32_t writable = 0xfc03;
}  // namespace mask

namespace reg {
// clang-format off
constexpr Register configuration_219{.name = "configuration", .address = 0, .width = 16,
                                     .reset = 0x399f, .writable = 0x3fff};
constexpr Register configuration_226{.name = "configuration", .address = 0, .width = 16,
                                     .reset = 0x4127, .writable = 0x0fff};
constexpr Register shunt{.name = "shunt_voltage", .address = 1, .width = 16, .writable = 0};
constexpr Register bus{.name = "bus_voltage", .address = 2, .width = 16, .writable = 0};
constexpr Register power{.name = "power", .address = 3, .width = 16, .writable = 0};
constexpr Register current{.name = "current", .address = 4, .width = 16, .writable = 0};
// FS0 cannot be written (SBOS448G, 8.6.4.1).
constexpr Register calibration_219{.name = "calibration", .address = 5, .width = 16, .writable = 0xfffe};
constexpr Register calibration_226{.name = "calibration", .address = 5, .width = 16, .writable = 0x7fff};
constexpr Register mask_enable{.name = "mask_enable", .address = 6, .width = 16,
                               .writable = mask::writable, .clear_on_read = mask::ready};
constexpr Register alert_limit{.name = "alert_limit", .address = 7, .width = 16};
constexpr Register manufacturer_id{.name = "manufacturer_id", .address = 0xfe, .width = 16,
                                   .reset = 0x5449, .writable = 0};
constexpr Register die_id{.name = "die_id", .address = 0xff, .width = 16, .reset = 0x2260, .writable = 0};
// clang-format on
constexpr std::array ina219{configuration_219, shunt, bus, power, current, calibration_219};
constexpr std::array ina226{configuration_226, shunt,       bus,         power,           current,
                            calibration_226,   mask_enable, alert_limit, manufacturer_id, die_id};
constexpr auto ina230 = std::span(ina226).first<8>();
}  // namespace reg

constexpr PointerRules pointer_rules{.after = AfterRegister::nothing, .counts_registers = true};

// LSB 10 uV and 2.5 uV; 4 mV and 1.25 mV (SBOS448G, 8.6.3; SBOS547B, 7.1.2 and 7.1.3).
constexpr Field shunt_219{
    .in = reg::shunt, .high = 15, .low = 0, .is_signed = true, .scale = 10e-6};
constexpr Field shunt_226{
    .in = reg::shunt, .high = 15, .low = 0, .is_signed = true, .scale = 2.5e-6};
constexpr Field bus_219{.in = reg::bus, .high = 15, .low = 3, .scale = 4e-3};
constexpr Field bus_226{.in = reg::bus, .high = 14, .low = 0, .scale = 1.25e-3};
constexpr Field current_code{.in = reg::current, .high = 15, .low = 0, .is_signed = true};
constexpr Field limit_signed{.in = reg::alert_limit, .high = 15, .low = 0, .is_signed = true};

constexpr Field is_32_volt{.in = reg::configuration_219, .high = 13, .low = 13};
constexpr Field gain{.in = reg::configuration_219, .high = 12, .low = 11};
constexpr Field bus_adc{.in = reg::configuration_219, .high = 10, .low = 7};
constexpr Field shunt_adc{.in = reg::configuration_219, .high = 6, .low = 3};
constexpr std::int64_t shunt_codes_at_full_gain = 4000;  // 40 mV
constexpr std::int64_t bus_codes_of_16_volt = 4000;
constexpr Field averaging{.in = reg::configuration_226, .high = 11, .low = 9};
constexpr Field bus_time{.in = reg::configuration_226, .high = 8, .low = 6};
constexpr Field shunt_time{.in = reg::configuration_226, .high = 5, .low = 3};

}  // namespace vhost_device::sim::ina2xx
