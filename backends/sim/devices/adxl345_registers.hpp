// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>

#include "backends/sim/registers/register.hpp"

// The registers of the ADXL345; for adxl345.cpp alone.

namespace vhost_device::sim::adxl345 {

namespace rate {
constexpr std::uint32_t code = 0x0f;
constexpr std::uint32_t without_lowest_bit = 0x0e;  // from 1600 Hz on (figure 49)
}  // namespace rate

constexpr std::uint32_t measure = 0x08;  // of POWER_CTL

namespace format {
constexpr std::uint32_t invert = 0x20;
constexpr std::uint32_t full_resolution = 0x08;
constexpr std::uint32_t left_justified = 0x04;
constexpr std::uint32_t range = 0x03;
}  // namespace format

namespace source {  // the bits of INT_ENABLE and INT_MAP, too
constexpr std::uint32_t data_ready = 0x80;
constexpr std::uint32_t activity = 0x10;
constexpr std::uint32_t watermark = 0x02;
constexpr std::uint32_t overrun = 0x01;
}  // namespace source

namespace fifo {
constexpr std::uint32_t mode = 0xc0;
constexpr std::uint32_t bypass = 0x00;
constexpr std::uint32_t until_full = 0x40;
constexpr std::uint32_t trigger_mode = 0xc0;
constexpr std::uint32_t trigger_is_int2 = 0x20;
constexpr std::uint32_t samples = 0x1f;
constexpr std::uint32_t triggered = 0x80;  // of FIFO_STATUS
}  // namespace fifo

constexpr std::uint32_t activity_is_ac = 0x80;  // of ACT_INACT_CTL
constexpr std::uint32_t activity_x = 0x40;      // Y and Z are below

namespace reg {
// clang-format off
constexpr Register device_id{.name = "devid", .address = 0x00, .reset = 0xe5, .writable = 0};
constexpr Register tap_threshold{.name = "thresh_tap", .address = 0x1d};
constexpr Register offset_x{.name = "ofsx", .address = 0x1e};
constexpr Register offset_y{.name = "ofsy", .address = 0x1f};
constexpr Register offset_z{.name = "ofsz", .address = 0x20};
constexpr Register tap_duration{.name = "dur", .address = 0x21};
constexpr Register tap_latency{.name = "latent", .address = 0x22};
constexpr Register tap_window{.name = "window", .address = 0x23};
constexpr Register activity_threshold{.name = "thresh_act", .address = 0x24};
constexpr Register inactivity_threshold{.name = "thresh_inact", .address = 0x25};
constexpr Register inactivity_time{.name = "time_inact", .address = 0x26};
constexpr Register activity_control{.name = "act_inact_ctl", .address = 0x27};
constexpr Register free_fall_threshold{.name = "thresh_ff", .address = 0x28};
constexpr Register free_fall_time{.name = "time_ff", .address = 0x29};
constexpr Register tap_axes{.name = "tap_axes", .address = 0x2a, .writable = 0x0f};
constexpr Register tap_status{.name = "act_tap_status", .address = 0x2b, .writable = 0};
constexpr Register data_rate{.name = "bw_rate", .address = 0x2c, .reset = 0x0a, .writable = 0x1f};
constexpr Register power_control{.name = "power_ctl", .address = 0x2d, .writable = 0x3f};
constexpr Register interrupt_enable{.name = "int_enable", .address = 0x2e};
constexpr Register interrupt_map{.name = "int_map", .address = 0x2f};
constexpr Register interrupt_source{.name = "int_source", .address = 0x30, .reset = 0x02, .writable = 0};
constexpr Register data_format{.name = "data_format", .address = 0x31, .writable = 0xef};
constexpr Register data_x{.name = "datax", .address = 0x32, .width = 16, .endian = Endian::little, .writable = 0};
constexpr Register data_y{.name = "datay", .address = 0x34, .width = 16, .endian = Endian::little, .writable = 0};
constexpr Register data_z{.name = "dataz", .address = 0x36, .width = 16, .endian = Endian::little, .writable = 0};
constexpr Register fifo_control{.name = "fifo_ctl", .address = 0x38};
constexpr Register fifo_status{.name = "fifo_status", .address = 0x39, .writable = 0};
// clang-format on
constexpr std::array all{device_id,
                         tap_threshold,
                         offset_x,
                         offset_y,
                         offset_z,
                         tap_duration,
                         tap_latency,
                         tap_window,
                         activity_threshold,
                         inactivity_threshold,
                         inactivity_time,
                         activity_control,
                         free_fall_threshold,
                         free_fall_time,
                         tap_axes,
                         tap_status,
                         data_rate,
                         power_control,
                         interrupt_enable,
                         interrupt_map,
                         interrupt_source,
                         data_format,
                         data_x,
                         data_y,
                         data_z,
                         fifo_control,
                         fifo_status};
constexpr std::array data{data_x, data_y, data_z};
}  // namespace reg

constexpr PointerRules pointer_rules{.unmapped = 0x00};

// 15.6 mg: 2 g by 128.
constexpr double offset_g = 1.0 / 64;
constexpr std::array offsets{
    Field{.in = reg::offset_x, .high = 7, .low = 0, .is_signed = true, .scale = offset_g},
    Field{.in = reg::offset_y, .high = 7, .low = 0, .is_signed = true, .scale = offset_g},
    Field{.in = reg::offset_z, .high = 7, .low = 0, .is_signed = true, .scale = offset_g}};
constexpr Field activity_limit{.in = reg::activity_threshold, .high = 7, .low = 0, .scale = 0.0625};

}  // namespace vhost_device::sim::adxl345
