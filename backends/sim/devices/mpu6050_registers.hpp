// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>

#include "backends/sim/registers/register.hpp"

// The registers of the MPU6050; for mpu6050.cpp alone.

namespace vhost_device::sim::mpu6050 {

namespace pin {  // of INT_PIN_CFG
constexpr std::uint32_t active_low = 0x80;
constexpr std::uint32_t latched = 0x20;
constexpr std::uint32_t any_read_clears = 0x10;
}  // namespace pin

namespace interrupt {  // of INT_ENABLE and INT_STATUS
constexpr std::uint32_t fifo_overflow = 0x10;
constexpr std::uint32_t data_ready = 0x01;
}  // namespace interrupt

namespace fifo_enable {
constexpr std::uint32_t temperature = 0x80;
constexpr std::uint32_t gyro_x = 0x40;  // Y and Z are below
constexpr std::uint32_t acceleration = 0x08;
}  // namespace fifo_enable

namespace user {  // of USER_CTRL
constexpr std::uint32_t fifo_enable = 0x40;
constexpr std::uint32_t fifo_reset = 0x04;
constexpr std::uint32_t signal_reset = 0x01;
constexpr std::uint32_t resets = 0x07;
}  // namespace user

namespace power {  // of PWR_MGMT_1 and 2
constexpr std::uint32_t reset = 0x80;
constexpr std::uint32_t sleep = 0x40;
constexpr std::uint32_t cycle = 0x20;
constexpr std::uint32_t no_temperature = 0x08;
constexpr std::uint32_t acceleration_x_off = 0x20;  // Y and Z are below
constexpr std::uint32_t gyro_x_off = 0x04;
}  // namespace power

namespace reg {
// clang-format off
constexpr Register acceleration_offset_x{.name = "xa_offs", .address = 0x06, .width = 16};
constexpr Register acceleration_offset_y{.name = "ya_offs", .address = 0x08, .width = 16};
constexpr Register acceleration_offset_z{.name = "za_offs", .address = 0x0a, .width = 16};
constexpr Register self_test{.name = "self_test", .address = 0x0d, .width = 32};
constexpr Register gyro_offset_x{.name = "xg_offs_usr", .address = 0x13, .width = 16};
constexpr Register gyro_offset_y{.name = "yg_offs_usr", .address = 0x15, .width = 16};
constexpr Register gyro_offset_z{.name = "zg_offs_usr", .address = 0x17, .width = 16};
constexpr Register divider{.name = "smplrt_div", .address = 0x19};
constexpr Register configuration{.name = "config", .address = 0x1a, .writable = 0x3f};
constexpr Register gyro_configuration{.name = "gyro_config", .address = 0x1b, .writable = 0xf8};
constexpr Register acceleration_configuration{.name = "accel_config", .address = 0x1c};
constexpr Register motion_threshold{.name = "mot_thr", .address = 0x1f};
constexpr Register motion_duration{.name = "mot_dur", .address = 0x20};
constexpr Register fifo_enable{.name = "fifo_en", .address = 0x23};
constexpr Register interrupt_pin{.name = "int_pin_cfg", .address = 0x37, .writable = 0xfe};
constexpr Register interrupt_enable{.name = "int_enable", .address = 0x38};
constexpr Register interrupt_status{.name = "int_status", .address = 0x3a, .writable = 0,
                                    .clear_on_read = 0xff};
constexpr Register acceleration_x{.name = "accel_xout", .address = 0x3b, .width = 16, .writable = 0};
constexpr Register acceleration_y{.name = "accel_yout", .address = 0x3d, .width = 16, .writable = 0};
constexpr Register acceleration_z{.name = "accel_zout", .address = 0x3f, .width = 16, .writable = 0};
constexpr Register temperature{.name = "temp_out", .address = 0x41, .width = 16, .writable = 0};
constexpr Register gyro_x{.name = "gyro_xout", .address = 0x43, .width = 16, .writable = 0};
constexpr Register gyro_y{.name = "gyro_yout", .address = 0x45, .width = 16, .writable = 0};
constexpr Register gyro_z{.name = "gyro_zout", .address = 0x47, .width = 16, .writable = 0};
constexpr Register path_reset{.name = "signal_path_reset", .address = 0x68, .writable = 0};
constexpr Register motion_control{.name = "mot_detect_ctrl", .address = 0x69};
constexpr Register user_control{.name = "user_ctrl", .address = 0x6a};
constexpr Register power_1{.name = "pwr_mgmt_1", .address = 0x6b, .reset = power::sleep, .writable = 0xef};
constexpr Register power_2{.name = "pwr_mgmt_2", .address = 0x6c};
constexpr Register fifo_count_high{.name = "fifo_counth", .address = 0x72, .writable = 0};
constexpr Register fifo_count_low{.name = "fifo_countl", .address = 0x73, .writable = 0};
constexpr Register fifo_data{.name = "fifo_r_w", .address = 0x74};
constexpr Register who_am_i{.name = "who_am_i", .address = 0x75, .reset = 0x68, .writable = 0};
// clang-format on
constexpr std::array all{acceleration_offset_x,
                         acceleration_offset_y,
                         acceleration_offset_z,
                         self_test,
                         gyro_offset_x,
                         gyro_offset_y,
                         gyro_offset_z,
                         divider,
                         configuration,
                         gyro_configuration,
                         acceleration_configuration,
                         motion_threshold,
                         motion_duration,
                         fifo_enable,
                         interrupt_pin,
                         interrupt_enable,
                         interrupt_status,
                         acceleration_x,
                         acceleration_y,
                         acceleration_z,
                         temperature,
                         gyro_x,
                         gyro_y,
                         gyro_z,
                         path_reset,
                         motion_control,
                         user_control,
                         power_1,
                         power_2,
                         fifo_count_high,
                         fifo_count_low,
                         fifo_data,
                         who_am_i};
constexpr std::array acceleration{acceleration_x, acceleration_y, acceleration_z};
constexpr std::array gyro{gyro_x, gyro_y, gyro_z};
}  // namespace reg

constexpr PointerRules pointer_rules{.unmapped = 0x00};

constexpr Field filter{.in = reg::configuration, .high = 2, .low = 0};
constexpr std::int64_t no_filter = 7;
constexpr Field gyro_range{.in = reg::gyro_configuration, .high = 4, .low = 3};
constexpr Field acceleration_range{.in = reg::acceleration_configuration, .high = 4, .low = 3};
constexpr Field wake_rate{.in = reg::power_2, .high = 7, .low = 6};

}  // namespace vhost_device::sim::mpu6050
