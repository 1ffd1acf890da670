// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// The commands of the supply in pmbus_supply.hpp (PMBus part II, rev. 1.2, appendix I).

namespace vhost_device::sim::pmbus {

enum class Form { send, byte, word, block };
enum class Number { raw, linear11, linear16 };

struct Command {
  std::uint8_t code;
  std::string_view name;
  Form form;
  Number number = Number::raw;
  bool is_paged = false;
  bool is_writable = false;
};

// clang-format off
constexpr Command page{0x00, "page", Form::byte, Number::raw, false, true};
constexpr Command operation{0x01, "operation", Form::byte, Number::raw, true, true};
constexpr Command on_off_config{0x02, "on_off_config", Form::byte};
constexpr Command clear_faults{0x03, "clear_faults", Form::send, Number::raw, true, true};
constexpr Command write_protect{0x10, "write_protect", Form::byte, Number::raw, false, true};
constexpr Command capability{0x19, "capability", Form::byte};
constexpr Command vout_mode{0x20, "vout_mode", Form::byte, Number::raw, true};
constexpr Command vout_command{0x21, "vout_command", Form::word, Number::linear16, true, true};
constexpr Command fan_config_1_2{0x3a, "fan_config_1_2", Form::byte, Number::raw, false, true};
constexpr Command fan_command_1{0x3b, "fan_command_1", Form::word, Number::linear11, false, true};
constexpr Command vout_ov_fault_limit{0x40, "vout_ov_fault_limit", Form::word, Number::linear16, true, true};
constexpr Command vout_ov_warn_limit{0x42, "vout_ov_warn_limit", Form::word, Number::linear16, true, true};
constexpr Command vout_uv_warn_limit{0x43, "vout_uv_warn_limit", Form::word, Number::linear16, true, true};
constexpr Command vout_uv_fault_limit{0x44, "vout_uv_fault_limit", Form::word, Number::linear16, true, true};
constexpr Command iout_oc_fault_limit{0x46, "iout_oc_fault_limit", Form::word, Number::linear11, true, true};
constexpr Command iout_oc_warn_limit{0x4a, "iout_oc_warn_limit", Form::word, Number::linear11, true, true};
constexpr Command ot_fault_limit{0x4f, "ot_fault_limit", Form::word, Number::linear11, false, true};
constexpr Command ot_warn_limit{0x51, "ot_warn_limit", Form::word, Number::linear11, false, true};
constexpr Command ut_warn_limit{0x52, "ut_warn_limit", Form::word, Number::linear11, false, true};
constexpr Command ut_fault_limit{0x53, "ut_fault_limit", Form::word, Number::linear11, false, true};
constexpr Command vin_ov_fault_limit{0x55, "vin_ov_fault_limit", Form::word, Number::linear11, false, true};
constexpr Command vin_ov_warn_limit{0x57, "vin_ov_warn_limit", Form::word, Number::linear11, false, true};
constexpr Command vin_uv_warn_limit{0x58, "vin_uv_warn_limit", Form::word, Number::linear11, false, true};
constexpr Command vin_uv_fault_limit{0x59, "vin_uv_fault_limit", Form::word, Number::linear11, false, true};
constexpr Command iin_oc_fault_limit{0x5b, "iin_oc_fault_limit", Form::word, Number::linear11, false, true};
constexpr Command iin_oc_warn_limit{0x5d, "iin_oc_warn_limit", Form::word, Number::linear11, false, true};
constexpr Command pout_op_warn_limit{0x6a, "pout_op_warn_limit", Form::word, Number::linear11, true, true};
constexpr Command pin_op_warn_limit{0x6b, "pin_op_warn_limit", Form::word, Number::linear11, false, true};
constexpr Command status_byte{0x78, "status_byte", Form::byte, Number::raw, true};
constexpr Command status_word{0x79, "status_word", Form::word, Number::raw, true};
constexpr Command status_vout{0x7a, "status_vout", Form::byte, Number::raw, true, true};
constexpr Command status_iout{0x7b, "status_iout", Form::byte, Number::raw, true, true};
constexpr Command status_input{0x7c, "status_input", Form::byte, Number::raw, false, true};
constexpr Command status_temperature{0x7d, "status_temperature", Form::byte, Number::raw, false, true};
constexpr Command status_cml{0x7e, "status_cml", Form::byte, Number::raw, false, true};
constexpr Command status_fans_1_2{0x81, "status_fans_1_2", Form::byte, Number::raw, false, true};
constexpr Command read_vin{0x88, "read_vin", Form::word, Number::linear11};
constexpr Command read_iin{0x89, "read_iin", Form::word, Number::linear11};
constexpr Command read_vout{0x8b, "read_vout", Form::word, Number::linear16, true};
constexpr Command read_iout{0x8c, "read_iout", Form::word, Number::linear11, true};
constexpr Command read_temperature_1{0x8d, "read_temperature_1", Form::word, Number::linear11};
constexpr Command read_fan_speed_1{0x90, "read_fan_speed_1", Form::word, Number::linear11};
constexpr Command read_pout{0x96, "read_pout", Form::word, Number::linear11, true};
constexpr Command read_pin{0x97, "read_pin", Form::word, Number::linear11};
constexpr Command revision{0x98, "pmbus_revision", Form::byte};
constexpr Command mfr_id{0x99, "mfr_id", Form::block};
constexpr Command mfr_model{0x9a, "mfr_model", Form::block};
constexpr Command mfr_revision{0x9b, "mfr_revision", Form::block};
// clang-format on

inline constexpr std::array commands{
    page,
    operation,
    on_off_config,
    clear_faults,
    write_protect,
    capability,
    vout_mode,
    vout_command,
    fan_config_1_2,
    fan_command_1,
    vout_ov_fault_limit,
    vout_ov_warn_limit,
    vout_uv_warn_limit,
    vout_uv_fault_limit,
    iout_oc_fault_limit,
    iout_oc_warn_limit,
    ot_fault_limit,
    ot_warn_limit,
    ut_warn_limit,
    ut_fault_limit,
    vin_ov_fault_limit,
    vin_ov_warn_limit,
    vin_uv_warn_limit,
    vin_uv_fault_limit,
    iin_oc_fault_limit,
    iin_oc_warn_limit,
    pout_op_warn_limit,
    pin_op_warn_limit,
    status_byte,
    status_word,
    status_vout,
    status_iout,
    status_input,
    status_temperature,
    status_cml,
    status_fans_1_2,
    read_vin,
    read_iin,
    read_vout,
    read_iout,
    read_temperature_1,
    read_fan_speed_1,
    read_pout,
    read_pin,
    revision,
    mfr_id,
    mfr_model,
    mfr_revision,
};

inline constexpr std::array statuses{status_vout,        status_iout, status_input,
                                     status_temperature, status_cml,  status_fans_1_2};

namespace bit {
constexpr std::uint8_t on = 0x80;  // operation
// write_protect: everything but it; but it, operation and page; but those and vout_command
constexpr std::uint8_t protect_all = 0x80;
constexpr std::uint8_t protect_all_but_operation = 0x40;
constexpr std::uint8_t protect_all_but_vout = 0x20;
// status_vout and status_input
constexpr std::uint8_t ov_fault = 0x80;
constexpr std::uint8_t ov_warning = 0x40;
constexpr std::uint8_t uv_warning = 0x20;
constexpr std::uint8_t uv_fault = 0x10;
// status_input
constexpr std::uint8_t iin_oc_fault = 0x04;
constexpr std::uint8_t iin_oc_warning = 0x02;
constexpr std::uint8_t pin_op_warning = 0x01;
// status_iout
constexpr std::uint8_t oc_fault = 0x80;
constexpr std::uint8_t oc_warning = 0x20;
constexpr std::uint8_t pout_op_warning = 0x01;
// status_temperature
constexpr std::uint8_t ot_fault = 0x80;
constexpr std::uint8_t ot_warning = 0x40;
constexpr std::uint8_t ut_warning = 0x20;
constexpr std::uint8_t ut_fault = 0x10;
// status_fans_1_2
constexpr std::uint8_t fan_1_fault = 0x80;
// status_cml
constexpr std::uint8_t invalid_command = 0x80;
constexpr std::uint8_t invalid_data = 0x40;
constexpr std::uint8_t packet_error = 0x20;
constexpr std::uint8_t other_fault = 0x02;
// status_word
constexpr std::uint16_t vout = 0x8000;
constexpr std::uint16_t iout_pout = 0x4000;
constexpr std::uint16_t input = 0x2000;
constexpr std::uint16_t power_not_good = 0x0800;
constexpr std::uint16_t fans = 0x0400;
constexpr std::uint16_t off = 0x0040;
constexpr std::uint16_t vout_ov_fault = 0x0020;
constexpr std::uint16_t iout_oc_fault = 0x0010;
constexpr std::uint16_t vin_uv_fault = 0x0008;
constexpr std::uint16_t temperature = 0x0004;
constexpr std::uint16_t cml = 0x0002;
constexpr std::uint16_t none_of_the_above = 0x0001;
}  // namespace bit

/// The place of a command in the table; its size for a code that is none.
constexpr std::size_t index_of(std::uint8_t code) {
  const auto found = std::ranges::find(commands, code, &Command::code);
  return static_cast<std::size_t>(found - commands.begin());
}

}  // namespace vhost_device::sim::pmbus
