// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/mcp4725.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;

constexpr auto names = std::to_array<std::string_view>({"mcp4725"});

constexpr double min_supply_v = 2.7;
constexpr double max_supply_v = 5.5;
constexpr double codes = 4096;
constexpr std::uint16_t max_code = 4095;
constexpr std::uint8_t max_power_down = 3;
constexpr Time write_time = 25ms;             // typical, at most 50 ms (1.0, "EEPROM write time")
constexpr std::uint16_t factory_code = 2048;  // half scale (table 5-3)
constexpr std::array<unsigned, 4> resistors{0, 1, 100, 500};  // kilohms (table 5-2)

// C2 C1 C0, the upper bits of a command's first byte (table 6-2).
constexpr unsigned command_shift = 5;
constexpr unsigned write_dac = 2;
constexpr unsigned write_dac_and_eeprom = 3;
constexpr unsigned fast_length = 2;  // of a command, in bytes
constexpr unsigned long_length = 3;

// Status bits of the first byte that is read (figure 6-3). POR is 1 in use.
constexpr unsigned ready = 0x80;
constexpr unsigned power_on = 0x40;
constexpr unsigned read_length = 5;

}  // namespace

Mcp4725::Mcp4725(std::string_view part, i2c::Address address, double supply_v)
    : Device(std::string(part), checked_address(part, address, 0x60, 0x67)),
      part_(row_of(names, "digital-to-analog converter", part)),
      supply_v_(checked_value(part, "supply voltage", supply_v, min_supply_v, max_supply_v, "V")),
      dac_{factory_code, 0},
      eeprom_{factory_code, 0} {}

double Mcp4725::supply_voltage() const {
  const Guard guard = lock();
  return supply_v_;
}

void Mcp4725::set_supply_voltage(double volts) {
  checked_value(part_, "supply voltage", volts, min_supply_v, max_supply_v, "V");
  const Guard guard = lock();
  supply_v_ = volts;
}

double Mcp4725::output_voltage() const {
  const Guard guard = lock();
  return dac_.power_down != 0 ? 0 : supply_v_ * dac_.code / codes;
}

unsigned Mcp4725::dac_code() const {
  const Guard guard = lock();
  return dac_.code;
}

unsigned Mcp4725::eeprom_code() {
  const Guard guard = lock();
  catch_up();
  return eeprom_.code;
}

unsigned Mcp4725::power_down_kilohms() const {
  const Guard guard = lock();
  return resistors[dac_.power_down];
}

bool Mcp4725::is_busy() {
  const Guard guard = lock();
  catch_up();
  return timer_.is_running();
}

void Mcp4725::power_cycle() {
  const Guard guard = lock();
  catch_up();
  timer_.stop();
  dac_ = eeprom_;
}

void Mcp4725::catch_up() {
  if (timer_.completed(now()) > 0) eeprom_ = to_eeprom_;
}

Ack Mcp4725::start(Direction /*direction*/) {
  catch_up();
  command_ = 0;
  length_ = 0;
  place_ = 0;
  return Ack::ack;
}

Ack Mcp4725::write(std::byte value) {
  const auto byte = std::to_integer<std::uint8_t>(value);
  command_ = command_ << 8U | byte;
  ++length_;
  // C2 C1 = 00 is a fast write, of two bytes.
  const unsigned first = (command_ >> 8U * (length_ - 1)) & 0xffU;
  const bool is_fast = first >> (command_shift + 1) == 0;
  if (length_ == (is_fast ? fast_length : long_length)) run_command();
  return Ack::ack;
}

void Mcp4725::run_command() {
  const std::uint32_t bytes = command_;
  const bool is_fast = length_ == fast_length;
  command_ = 0;
  length_ = 0;
  if (timer_.is_running()) return;
  if (is_fast) {
    dac_.power_down = bytes >> 12U & 3U;
    dac_.code = bytes & max_code;
    return;
  }
  const unsigned command = bytes >> (16U + command_shift);
  if (command != write_dac && command != write_dac_and_eeprom) return;  // reserved (table 6-2)
  dac_.power_down = bytes >> 17U & 3U;
  dac_.code = bytes >> 4U & max_code;
  if (command == write_dac_and_eeprom) {
    to_eeprom_ = dac_;
    timer_.start_once(now(), write_time);
  }
}

std::byte Mcp4725::read() {
  const unsigned status = power_on | (timer_.is_running() ? 0 : ready);
  const unsigned code = dac_.code;
  const unsigned stored = eeprom_.code;
  const std::array<unsigned, read_length> all{
      status | unsigned{dac_.power_down} << 1U,          code >> 4U, code << 4U,
      unsigned{eeprom_.power_down} << 5U | stored >> 8U, stored,
  };
  const auto byte = static_cast<std::byte>(all[place_] & 0xffU);
  place_ = (place_ + 1) % read_length;
  return byte;
}

void Mcp4725::visit_state(StateVisitor& visitor) {
  visitor.value("supply_v", supply_v_, min_supply_v, max_supply_v);
  const auto visit = [&](const std::string& name, Setting& setting) {
    visitor.value(name + ".code", setting.code, 0, max_code);
    visitor.value(name + ".power_down", setting.power_down, 0, max_power_down);
  };
  visit("dac", dac_);
  visit("eeprom", eeprom_);
  visit("to_eeprom", to_eeprom_);
  timer_.visit_state(visitor, write_time);
}

void Mcp4725::check_state() const { timer_.check_state(timer_.is_running(), Time(0)); }

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  const auto supply_v = milli_property(properties, "vhost-device,supply-voltage-millivolt",
                                       min_supply_v, max_supply_v);
  return std::make_shared<Mcp4725>(part.name, address, supply_v.value_or(Mcp4725::usual_supply_v));
}

constexpr auto vendors = std::to_array<std::string_view>({"microchip"});
constexpr auto parts = parts_of(names, make);

}  // namespace

constinit const Family mcp4725_family{"MCP4725 digital-to-analog converter", "mcp4725", vendors,
                                      parts};

}  // namespace vhost_device::sim
