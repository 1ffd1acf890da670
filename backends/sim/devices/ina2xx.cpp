// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/ina2xx.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"
#include "backends/sim/devices/ina2xx_registers.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;
using namespace ina2xx;

// Without bit 3 of the setting it is the resolution, with it the samples that are averaged
// (SBOS448G, 8.6.2.1); bit 2 is of no account without bit 3.
constexpr std::array<Time, 4> resolution_times{84us, 148us, 276us, 532us};
constexpr std::array<Time, 8> sample_times{532us,  1060us,  2130us,  4260us,
                                           8510us, 17020us, 34050us, 68100us};
constexpr unsigned averages_bit = 8;

constexpr std::array<int, 8> averages{1, 4, 16, 64, 128, 256, 512, 1024};
constexpr std::array<Time, 8> conversion_times{140us,  204us,  332us,  588us,
                                               1100us, 2116us, 4156us, 8244us};

// Of shunt and bus voltage.
constexpr Time longest_conversion = 2 * conversion_times.back() * averages.back();

constexpr double min_shunt_ohm = 1e-6;
constexpr double max_shunt_ohm = 1000;

Time time_of(std::int64_t setting) {
  const auto bits = static_cast<unsigned>(setting);
  return (bits & averages_bit) != 0 ? sample_times[bits & 7U] : resolution_times[bits & 3U];
}

template <std::size_t size>
auto setting_of(const std::array<Time, size>& table, std::int64_t code) {
  return table[static_cast<std::size_t>(code)];
}

/// What the INA219 and the INA226 differ in.
struct Kind {
  const Field& shunt;
  const Field& bus;
  double max_shunt_v;
  // current = shunt * calibration / current_divisor, power = current * bus / power_divisor, in
  // codes (SBOS448G, 8.5.1; SBOS547B, 6.5.1).
  std::int64_t current_divisor;
  std::int64_t power_divisor;
  bool has_alert;
};

constexpr Kind kind_219{shunt_219, bus_219, 0.32, 4096, 5000, false};
constexpr Kind kind_226{shunt_226, bus_226, 0.08192, 2048, 20000, true};

}  // namespace

struct Ina2xxRow {
  std::string_view name;
  const Kind& kind;
  std::span<const Register> registers;
  double max_bus_v;
};

namespace {

constexpr auto rows = std::to_array<Ina2xxRow>({
    {"ina219", kind_219, reg::ina219, 26},
    {"ina220", kind_219, reg::ina219, 26},
    {"ina226", kind_226, reg::ina226, 36},
    {"ina230", kind_226, reg::ina230, 28},
    {"ina231", kind_226, reg::ina230, 28},
});

}  // namespace

Ina2xx::Ina2xx(std::string_view part, i2c::Address address, double shunt_ohm)
    : RegisterDevice(std::string(part), checked_address(part, address, 0x40, 0x4f),
                     row_of(rows, "power monitor", part).registers, pointer_rules),
      row_(row_of(rows, "power monitor", part)),
      shunt_ohm_(
          checked_value(part, "shunt resistance", shunt_ohm, min_shunt_ohm, max_shunt_ohm, "ohm")) {
  convert();
  start_conversions();
}

double Ina2xx::bus_voltage() const {
  const Guard guard = lock();
  return bus_v_;
}

void Ina2xx::set_bus_voltage(double volts) {
  checked_value(row_.name, "bus voltage", volts, 0, row_.max_bus_v, "V");
  const Guard guard = lock();
  catch_up();
  bus_v_ = volts;
  inputs_changed();
}

double Ina2xx::shunt_voltage() const {
  const Guard guard = lock();
  return shunt_v_;
}

void Ina2xx::set_shunt_voltage(double volts) {
  const double max = row_.kind.max_shunt_v;
  checked_value(row_.name, "shunt voltage", volts, -max, max, "V");
  const Guard guard = lock();
  catch_up();
  shunt_v_ = volts;
  inputs_changed();
}

double Ina2xx::current() const {
  const Guard guard = lock();
  return shunt_v_ / shunt_ohm_;
}

void Ina2xx::set_current(double amperes) {
  const double max = row_.kind.max_shunt_v / shunt_ohm_;
  checked_value(row_.name, "current", amperes, -max, max, "A");
  const Guard guard = lock();
  catch_up();
  // Rounding may have taken it beyond the range.
  const double max_v = row_.kind.max_shunt_v;
  shunt_v_ = std::clamp(amperes * shunt_ohm_, -max_v, max_v);
  inputs_changed();
}

Level Ina2xx::alert_level() {
  const Guard guard = lock();
  if (!row_.kind.has_alert) return Level::high;
  catch_up();
  const std::uint32_t word = value(reg::mask_enable);
  const bool ready = (word & mask::alert_when_ready) != 0 && (word & mask::ready) != 0;
  const bool active = ready || (word & mask::alert) != 0;
  return active == ((word & mask::polarity) != 0) ? Level::high : Level::low;
}

std::uint16_t Ina2xx::configuration() {
  const Guard guard = lock();
  return static_cast<std::uint16_t>(value(reg::configuration_219));
}

std::uint16_t Ina2xx::calibration() {
  const Guard guard = lock();
  return static_cast<std::uint16_t>(value(reg::calibration_219));
}

unsigned Ina2xx::mode() const { return value(reg::configuration_219) & config::mode; }

bool Ina2xx::converts() const { return (mode() & (config::shunt | config::bus)) != 0; }

Time Ina2xx::conversion_time() const {
  const bool has_shunt = (mode() & config::shunt) != 0;
  const bool has_bus = (mode() & config::bus) != 0;
  if (!row_.kind.has_alert) {
    return (has_shunt ? time_of(code(shunt_adc)) : Time(0)) +
           (has_bus ? time_of(code(bus_adc)) : Time(0));
  }
  const Time once = (has_shunt ? setting_of(conversion_times, code(shunt_time)) : Time(0)) +
                    (has_bus ? setting_of(conversion_times, code(bus_time)) : Time(0));
  return once * averages[static_cast<std::size_t>(code(averaging))];
}

void Ina2xx::start_conversions() {
  timer_.stop();
  if (!converts()) return;
  const Time duration = conversion_time();
  if ((mode() & config::continuous) != 0) {
    timer_.start_repeating(now(), duration, duration);
  } else {
    timer_.start_once(now(), duration);
  }
}

void Ina2xx::inputs_changed() {
  if (!converts() || (mode() & config::continuous) == 0) return;
  convert();
  start_conversions();
}

void Ina2xx::catch_up() {
  if (timer_.completed(now()) > 0) convert();
}

void Ina2xx::convert() {
  const Kind& kind = row_.kind;
  if ((mode() & config::shunt) != 0) {
    const std::int64_t shunt = nearest_code(kind.shunt, shunt_v_);
    const std::int64_t max = shunt_codes_at_full_gain << code(gain);
    set_code(kind.shunt, kind.has_alert ? shunt : std::clamp(shunt, -max, max));
  }
  if ((mode() & config::bus) != 0) {
    const std::int64_t bus = nearest_code(kind.bus, bus_v_);
    const bool is_narrow = !kind.has_alert && code(is_32_volt) == 0;
    set_code(kind.bus, is_narrow ? std::min(bus, bus_codes_of_16_volt) : bus);
  }
  calculate();
  judge();
}

void Ina2xx::calculate() {
  const Kind& kind = row_.kind;
  const std::int64_t current = code(kind.shunt) *
                               static_cast<std::int64_t>(value(reg::calibration_219)) /
                               kind.current_divisor;
  const std::int64_t shown = std::clamp(current, current_code.min_code(), current_code.max_code());
  const std::int64_t power = std::abs(shown) * code(kind.bus) / kind.power_divisor;
  const std::int64_t max_power = reg::power.mask();
  set_code(current_code, shown);
  set_value(reg::power, static_cast<std::uint32_t>(std::min(power, max_power)));
  const bool overflow = shown != current || power > max_power;
  if (kind.has_alert) {
    set_bits(reg::mask_enable, mask::overflow, overflow);
    set_bits(reg::mask_enable, mask::ready, true);
  } else {
    set_bits(reg::bus, bus_flag::overflow, overflow);
    set_bits(reg::bus, bus_flag::ready, true);
  }
}

// Only the highest of the functions that are on counts (SBOS547B, 6.3.1.2).
void Ina2xx::judge() {
  if (!row_.kind.has_alert) return;
  const std::uint32_t word = value(reg::mask_enable);
  const auto limit = static_cast<std::int64_t>(value(reg::alert_limit));
  bool beyond = false;
  if ((word & mask::shunt_over) != 0) {
    beyond = code(shunt_226) > code(limit_signed);
  } else if ((word & mask::shunt_under) != 0) {
    beyond = code(shunt_226) < code(limit_signed);
  } else if ((word & mask::bus_over) != 0) {
    beyond = code(bus_226) > limit;
  } else if ((word & mask::bus_under) != 0) {
    beyond = code(bus_226) < limit;
  } else if ((word & mask::power_over) != 0) {
    beyond = static_cast<std::int64_t>(value(reg::power)) > limit;
  }
  const bool stays = (word & mask::latch) != 0 && (word & mask::alert) != 0;
  set_bits(reg::mask_enable, mask::alert, beyond || stays);
}

std::uint32_t Ina2xx::on_read(const Register& reg, std::uint32_t value) {
  if (!row_.kind.has_alert) {
    if (reg.address == reg::power.address) set_bits(reg::bus, bus_flag::ready, false);
  } else if (reg.address == reg::mask_enable.address && (value & mask::latch) != 0) {
    set_bits(reg::mask_enable, mask::alert, false);
  }
  return value;
}

Ack Ina2xx::on_write(const Register& reg, std::uint32_t written, std::uint32_t /*before*/) {
  if (reg.address != reg::configuration_219.address) return Ack::ack;
  if ((written & config::reset) != 0) file().reset();
  // A mode is begun by writing it, also where it was that before (SBOS448G, 8.6.2.1).
  if (converts()) {
    if (row_.kind.has_alert) {
      set_bits(reg::mask_enable, mask::ready, false);
    } else {
      set_bits(reg::bus, bus_flag::ready, false);
    }
  }
  start_conversions();
  return Ack::ack;
}

void Ina2xx::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  visitor.value("shunt_v", shunt_v_, -row_.kind.max_shunt_v, row_.kind.max_shunt_v);
  visitor.value("bus_v", bus_v_, 0, row_.max_bus_v);
  timer_.visit_state(visitor, longest_conversion);
}

void Ina2xx::check_state() const {
  const bool is_continuous = converts() && (mode() & config::continuous) != 0;
  timer_.check_state(is_continuous || (converts() && timer_.is_running()),
                     is_continuous ? conversion_time() : Time(0));
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  constexpr double micro = 1e-6;
  const Ina2xxRow& row = row_of(rows, "power monitor", part.name);
  const auto shunt_micro_ohm = properties.u32("shunt-resistor");
  if (shunt_micro_ohm && (*shunt_micro_ohm < 1 || *shunt_micro_ohm * micro > max_shunt_ohm)) {
    properties.bad_value("shunt-resistor", "1 to 1000000000 (micro-ohms)");
  }
  const double shunt_ohm = shunt_micro_ohm ? *shunt_micro_ohm * micro : Ina2xx::usual_shunt_ohm;
  const double max_a = row.kind.max_shunt_v / shunt_ohm;
  const auto bus_v =
      milli_property(properties, "vhost-device,bus-voltage-millivolt", 0, row.max_bus_v);
  const auto current_a =
      milli_property(properties, "vhost-device,current-milliampere", -max_a, max_a);
  auto chip = std::make_shared<Ina2xx>(part.name, address, shunt_ohm);
  if (bus_v) chip->set_bus_voltage(*bus_v);
  if (current_a) chip->set_current(*current_a);
  return chip;
}

constexpr auto vendors = std::to_array<std::string_view>({"ti"});
constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family ina2xx_family{"INA2xx power monitor", "ina2xx", vendors, parts};

}  // namespace vhost_device::sim
