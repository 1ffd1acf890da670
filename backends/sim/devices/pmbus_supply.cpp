// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pmbus_supply.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"
#include "backends/sim/devices/pmbus_numbers.hpp"

namespace vhost_device::sim {

namespace bit = pmbus::bit;
using pmbus::Command;
using pmbus::Number;

namespace {

constexpr auto names = std::to_array<std::string_view>({"pmbus"});

constexpr unsigned first_address = 0x10;
constexpr unsigned last_address = 0x77;

constexpr double nominal_input_v = 48;
constexpr double room_temperature_c = 25;
constexpr double nominal_fan_rpm = 6000;

// Each page has another exponent, so that a driver that mixes them up is found out.
struct RailRow {
  double volts;
  int exponent;
};
constexpr std::array<RailRow, PmbusSupply::rail_count> rail_rows{{{12, -9}, {5, -10}, {3.3, -12}}};

}  // namespace

struct PmbusSupply::Limit {
  const Command& limit;
  double at;  // at first; of the output's nominal voltage where it is one in LINEAR16
  Quantity quantity;
  bool is_upper;
  const Command& status;
  std::uint8_t bit;
};

// clang-format off
constexpr std::array<PmbusSupply::Limit, 18> PmbusSupply::limits{{
    {pmbus::vin_ov_fault_limit, 75, Quantity::vin, true, pmbus::status_input, bit::ov_fault},
    {pmbus::vin_ov_warn_limit, 72, Quantity::vin, true, pmbus::status_input, bit::ov_warning},
    {pmbus::vin_uv_warn_limit, 38, Quantity::vin, false, pmbus::status_input, bit::uv_warning},
    {pmbus::vin_uv_fault_limit, 36, Quantity::vin, false, pmbus::status_input, bit::uv_fault},
    {pmbus::iin_oc_fault_limit, 12, Quantity::iin, true, pmbus::status_input, bit::iin_oc_fault},
    {pmbus::iin_oc_warn_limit, 10, Quantity::iin, true, pmbus::status_input, bit::iin_oc_warning},
    {pmbus::pin_op_warn_limit, 500, Quantity::pin, true, pmbus::status_input, bit::pin_op_warning},
    {pmbus::ot_fault_limit, 110, Quantity::temperature, true, pmbus::status_temperature, bit::ot_fault},
    {pmbus::ot_warn_limit, 100, Quantity::temperature, true, pmbus::status_temperature, bit::ot_warning},
    {pmbus::ut_warn_limit, -30, Quantity::temperature, false, pmbus::status_temperature, bit::ut_warning},
    {pmbus::ut_fault_limit, -40, Quantity::temperature, false, pmbus::status_temperature, bit::ut_fault},
    {pmbus::vout_ov_fault_limit, 1.25, Quantity::vout, true, pmbus::status_vout, bit::ov_fault},
    {pmbus::vout_ov_warn_limit, 1.125, Quantity::vout, true, pmbus::status_vout, bit::ov_warning},
    {pmbus::vout_uv_warn_limit, 0.875, Quantity::vout, false, pmbus::status_vout, bit::uv_warning},
    {pmbus::vout_uv_fault_limit, 0.75, Quantity::vout, false, pmbus::status_vout, bit::uv_fault},
    {pmbus::iout_oc_fault_limit, 25, Quantity::iout, true, pmbus::status_iout, bit::oc_fault},
    {pmbus::iout_oc_warn_limit, 20, Quantity::iout, true, pmbus::status_iout, bit::oc_warning},
    {pmbus::pout_op_warn_limit, 250, Quantity::pout, true, pmbus::status_iout, bit::pout_op_warning},
}};
// clang-format on

PmbusSupply::PmbusSupply(std::string_view part, i2c::Address address)
    : Device(std::string(row_of(names, "supply", part)),
             checked_address(part, address, first_address, last_address)),
      input_volts_(nominal_input_v),
      temperature_c_(room_temperature_c),
      fan_rpm_(nominal_fan_rpm) {
  constexpr std::uint16_t by_operation_only = 0x18;           // part II, 12.2
  constexpr std::uint16_t pec_at_400_khz_and_alert = 0xb0;    // 11.12
  constexpr std::uint16_t revision_1_2 = 0x22;                // 22.1
  constexpr std::uint16_t fan_1_installed_and_in_rpm = 0xc0;  // 14.10
  constexpr unsigned exponent_bits = 0x1f;                    // 8.3
  value(pmbus::on_off_config) = by_operation_only;
  value(pmbus::capability) = pec_at_400_khz_and_alert;
  value(pmbus::revision) = revision_1_2;
  value(pmbus::fan_config_1_2) = fan_1_installed_and_in_rpm;
  set_number(pmbus::fan_command_1, 0, nominal_fan_rpm);
  for (unsigned page = 0; page < rail_count; ++page) {
    const RailRow& row = rail_rows.at(page);
    rails_.at(page).volts = row.volts;
    value(pmbus::operation, page) = bit::on;
    value(pmbus::vout_mode, page) =
        static_cast<std::uint16_t>(static_cast<unsigned>(row.exponent) & exponent_bits);
    set_number(pmbus::vout_command, page, row.volts);
    for (const Limit& each : limits) {
      const double unit = each.limit.number == Number::linear16 ? row.volts : 1;
      set_number(each.limit, page, each.at * unit);
    }
  }
}

double PmbusSupply::input_voltage() const {
  const Guard guard = lock();
  return input_volts_;
}

void PmbusSupply::set_input_voltage(double volts) {
  set_quantity(input_volts_, "input voltage", volts, 0, max_input_v, "V");
}

double PmbusSupply::input_current() const {
  const Guard guard = lock();
  return input_amperes_;
}

void PmbusSupply::set_input_current(double amperes) {
  set_quantity(input_amperes_, "input current", amperes, 0, max_a, "A");
}

double PmbusSupply::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void PmbusSupply::set_temperature(double temperature_c) {
  set_quantity(temperature_c_, "temperature", temperature_c, min_c, max_c, "C");
}

double PmbusSupply::fan_speed() const {
  const Guard guard = lock();
  return fan_rpm_;
}

void PmbusSupply::set_fan_speed(double rpm) {
  set_quantity(fan_rpm_, "fan speed", rpm, 0, max_fan_rpm, "rpm");
}

double PmbusSupply::output_voltage(unsigned page) const {
  check_page(page);
  const Guard guard = lock();
  return rails_.at(page).volts;
}

void PmbusSupply::set_output_voltage(unsigned page, double volts) {
  check_page(page);
  set_quantity(rails_.at(page).volts, "output voltage", volts, 0, max_output_v(page), "V");
}

double PmbusSupply::output_current(unsigned page) const {
  check_page(page);
  const Guard guard = lock();
  return rails_.at(page).amperes;
}

void PmbusSupply::set_output_current(unsigned page, double amperes) {
  check_page(page);
  set_quantity(rails_.at(page).amperes, "output current", amperes, 0, max_a, "A");
}

bool PmbusSupply::is_on(unsigned page) const {
  check_page(page);
  const Guard guard = lock();
  return is_rail_on(page);
}

std::uint16_t PmbusSupply::status_word(unsigned page) const {
  check_page(page);
  const Guard guard = lock();
  return status_of(page);
}

Level PmbusSupply::alert_level() const {
  const Guard guard = lock();
  for (const Command& status : pmbus::statuses) {
    for (unsigned page = 0; page < rail_count; ++page) {
      if (value(status, page) != 0) return Level::low;
    }
  }
  return Level::high;
}

void PmbusSupply::set_quantity(double& quantity, std::string_view what, double to, double min,
                               double max, std::string_view unit) {
  checked_value(name(), what, to, min, max, unit);
  const Guard guard = lock();
  quantity = to;
  check_limits();
}

double PmbusSupply::max_output_v(unsigned page) {
  return from_linear16(0xffff, rail_rows.at(page).exponent);
}

void PmbusSupply::check_page(unsigned page) const {
  if (page < rail_count) return;
  throw std::invalid_argument(name() + ": page " + std::to_string(page) + " (expected 0 to " +
                              std::to_string(rail_count - 1) + ")");
}

// What is not paged is on page 0.
std::uint16_t& PmbusSupply::value(const Command& command, unsigned page) {
  return values_.at(pmbus::index_of(command.code)).at(command.is_paged ? page : 0);
}

std::uint16_t PmbusSupply::value(const Command& command, unsigned page) const {
  return values_.at(pmbus::index_of(command.code)).at(command.is_paged ? page : 0);
}

std::uint16_t PmbusSupply::encoded(const Command& command, unsigned page, double number) const {
  return command.number == Number::linear16 ? to_linear16(number, rail_rows.at(page).exponent)
                                            : to_linear11(number);
}

double PmbusSupply::decoded(const Command& command, unsigned page, std::uint16_t word) const {
  return command.number == Number::linear16 ? from_linear16(word, rail_rows.at(page).exponent)
                                            : from_linear11(word);
}

void PmbusSupply::set_number(const Command& command, unsigned page, double number) {
  value(command, page) = encoded(command, page, number);
}

bool PmbusSupply::is_rail_on(unsigned page) const {
  return (value(pmbus::operation, page) & bit::on) != 0;
}

double PmbusSupply::quantity(Quantity quantity, unsigned page) const {
  const Rail rail = is_rail_on(page) ? rails_.at(page) : Rail{};
  switch (quantity) {
    case Quantity::vin:
      return input_volts_;
    case Quantity::iin:
      return input_amperes_;
    case Quantity::pin:
      return input_volts_ * input_amperes_;
    case Quantity::temperature:
      return temperature_c_;
    case Quantity::vout:
      return rail.volts;
    case Quantity::iout:
      return rail.amperes;
    case Quantity::pout:
      return rail.volts * rail.amperes;
  }
  return 0;
}

void PmbusSupply::check_limits() {
  for (const Limit& each : limits) {
    for (unsigned page = 0; page < (each.limit.is_paged ? rail_count : 1); ++page) {
      // An output that was switched off is not at fault for having no voltage.
      if (!each.is_upper && each.limit.is_paged && !is_rail_on(page)) continue;
      // As it would be read, so that a driver's own comparison agrees.
      const double now = quantity(each.quantity, page);
      const double read = decoded(each.limit, page, encoded(each.limit, page, now));
      const double limit = decoded(each.limit, page, value(each.limit, page));
      if (each.is_upper ? read > limit : read < limit) value(each.status, page) |= each.bit;
    }
  }
  if (fan_rpm_ <= 0) value(pmbus::status_fans_1_2) |= bit::fan_1_fault;
}

void PmbusSupply::clear_faults(unsigned page) {
  for (const Command& status : pmbus::statuses) value(status, page) = 0;
}

std::uint16_t PmbusSupply::status_of(unsigned page) const {
  const unsigned vout = value(pmbus::status_vout, page);
  const unsigned iout = value(pmbus::status_iout, page);
  const unsigned input = value(pmbus::status_input);
  const unsigned fans = value(pmbus::status_fans_1_2);
  const bool is_off = !is_rail_on(page);
  unsigned word = 0;
  const auto set = [&word](bool when, unsigned bits) { word |= when ? bits : 0; };
  set(vout != 0, bit::vout);
  set(iout != 0, bit::iout_pout);
  set(input != 0, bit::input);
  set(is_off || (vout & bit::uv_fault) != 0, bit::power_not_good);
  set(fans != 0, bit::fans);
  set(is_off, bit::off);
  set((vout & bit::ov_fault) != 0, bit::vout_ov_fault);
  set((iout & bit::oc_fault) != 0, bit::iout_oc_fault);
  set((input & bit::uv_fault) != 0, bit::vin_uv_fault);
  set(value(pmbus::status_temperature) != 0, bit::temperature);
  set(value(pmbus::status_cml) != 0, bit::cml);
  const bool is_other = (vout & ~unsigned{bit::ov_fault}) != 0 ||
                        (iout & ~unsigned{bit::oc_fault}) != 0 ||
                        (input & ~unsigned{bit::uv_fault}) != 0 || fans != 0;
  set(is_other, bit::none_of_the_above);
  return static_cast<std::uint16_t>(word);
}

std::uint16_t PmbusSupply::reading(const Command& command, unsigned page) const {
  const auto of = [&](Quantity which) { return encoded(command, page, quantity(which, page)); };
  switch (command.code) {
    case pmbus::status_byte.code:
      return status_of(page) & 0xff;
    case pmbus::status_word.code:
      return status_of(page);
    case pmbus::read_vin.code:
      return of(Quantity::vin);
    case pmbus::read_iin.code:
      return of(Quantity::iin);
    case pmbus::read_pin.code:
      return of(Quantity::pin);
    case pmbus::read_temperature_1.code:
      return of(Quantity::temperature);
    case pmbus::read_vout.code:
      return of(Quantity::vout);
    case pmbus::read_iout.code:
      return of(Quantity::iout);
    case pmbus::read_pout.code:
      return of(Quantity::pout);
    case pmbus::read_fan_speed_1.code:
      return to_linear11(fan_rpm_);
    default:
      return value(command, page);
  }
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  auto chip = std::make_shared<PmbusSupply>(part.name, address);
  const auto volts =
      milli_property(properties, "vhost-device,input-millivolts", 0, PmbusSupply::max_input_v);
  if (volts) chip->set_input_voltage(*volts);
  const auto amperes =
      milli_property(properties, "vhost-device,input-milliamperes", 0, PmbusSupply::max_a);
  if (amperes) chip->set_input_current(*amperes);
  const auto temperature_c = milli_property(properties, "vhost-device,temperature-millicelsius",
                                            PmbusSupply::min_c, PmbusSupply::max_c);
  if (temperature_c) chip->set_temperature(*temperature_c);
  return chip;
}

// The name that Linux has for any supply has no vendor.
constexpr auto parts = parts_of(names, make);

}  // namespace

constinit const Family pmbus_family{"PMBus power supply", "pmbus", {}, parts};

}  // namespace vhost_device::sim
