// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/ds1307.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"
#include "backends/sim/devices/ds1307_registers.hpp"

namespace vhost_device::sim {

struct Ds1307Row {
  std::string_view name;
  std::span<const Register> registers;
  std::array<unsigned, 4> square_wave_hz;  // by RS2 RS1, or RS1 RS0
  int last_year;
  bool has_alarms = false;  // and a century bit, and a status register
  bool has_thermometer = false;
  bool has_oscillator_switch = false;  // EOSC counts with the supply, too
};

namespace {

using namespace std::chrono_literals;
namespace reg = ds1307;
namespace bit = ds1307::bit;

constexpr unsigned only_address = 0x68;
constexpr int first_year = 2000;
constexpr double min_c = -40;
constexpr double max_c = 85;
constexpr Time conversion_time = 125ms;  // t_CONV, typical (19-5170, electrical characteristics)
constexpr Time conversion_period = 64s;

constexpr auto rows = std::to_array<Ds1307Row>({
    {.name = "ds1307",
     .registers = reg::ds1307_map,
     .square_wave_hz = {1, 4096, 8192, 32768},
     .last_year = 2099},
    {.name = "ds3231",
     .registers = reg::ds3231_map,
     .square_wave_hz = {1, 1024, 4096, 8192},
     .last_year = 2199,
     .has_alarms = true,
     .has_thermometer = true},
    {.name = "ds1339",
     .registers = reg::ds1339_map,
     .square_wave_hz = {1, 4096, 8192, 32768},
     .last_year = 2199,
     .has_alarms = true,
     .has_oscillator_switch = true},
});

const Ds1307Row& row(std::string_view part) { return row_of(rows, "real-time clock", part); }

PointerRules pointer_rules(std::string_view part) {
  return {.last = row(part).registers.back().address};
}

unsigned hour_of(std::uint32_t value) {
  if ((value & bit::twelve_hours) == 0) return from_bcd(value & 0x3f);
  return from_bcd(value & 0x1f) % 12 + ((value & bit::pm) != 0 ? 12 : 0);
}

// In the format that `before` has.
std::uint32_t hour_code(unsigned hour, std::uint32_t before) {
  if ((before & bit::twelve_hours) == 0) return to_bcd(hour);
  return bit::twelve_hours | (hour >= 12 ? bit::pm : 0) | to_bcd(hour % 12 == 0 ? 12 : hour % 12);
}

}  // namespace

Ds1307::Ds1307(std::string_view part, i2c::Address address, std::optional<DateTime> time)
    : RegisterDevice(std::string(part), checked_address(part, address, only_address, only_address),
                     row(part).registers, pointer_rules(part)),
      row_(row(part)) {
  power_up();
  if (time) set_time(*time);
}

void Ds1307::power_up() {
  file().reset();
  ticks_.stop();
  if (row_.has_alarms) ticks_.start(now());
  if (!row_.has_thermometer) return;
  demanded_conversion_.reset();
  next_conversion_ = now() + conversion_period;
  convert();
}

DateTime Ds1307::time() {
  const Guard guard = lock();
  catch_up();
  return calendar().date_time();
}

void Ds1307::set_time(const DateTime& time) {
  checked_date_time(row_.name, time, first_year, row_.last_year);
  const Guard guard = lock();
  catch_up();
  Calendar calendar = Calendar::of(time);
  show(calendar);
  if (row_.has_alarms) {
    set_bits(reg::control, row_.has_oscillator_switch ? bit::stop_oscillator : 0, false);
    set_bits(reg::status, bit::oscillator_stopped, false);
  } else {
    set_bits(reg::seconds, bit::clock_halt, false);
  }
  ticks_.start(now());
}

bool Ds1307::lost_time() {
  const Guard guard = lock();
  return row_.has_alarms ? is_set(reg::status, bit::oscillator_stopped)
                         : is_set(reg::seconds, bit::clock_halt);
}

void Ds1307::lose_power() {
  const Guard guard = lock();
  power_up();
}

unsigned Ds1307::square_wave_hz() {
  const Guard guard = lock();
  return wave_hz();
}

unsigned Ds1307::wave_hz() const {
  if (row_.has_alarms) {
    constexpr unsigned rate_shift = 3;
    const std::uint32_t control = value(reg::control);
    return (control & bit::interrupts) != 0 ? 0
                                            : row_.square_wave_hz.at(control >> rate_shift & 3U);
  }
  const std::uint32_t control = value(reg::output_control);
  return (control & bit::square_wave) == 0 ? 0 : row_.square_wave_hz.at(control & 3U);
}

Level Ds1307::sqw_level() {
  const Guard guard = lock();
  catch_up();
  const unsigned hertz = wave_hz();
  if (hertz != 0) return ticks_.is_wave_high(now(), hertz) ? Level::high : Level::low;
  if (!row_.has_alarms) return is_set(reg::output_control, bit::out) ? Level::high : Level::low;
  // A flag and its enable bit are at the same place.
  const std::uint32_t active = value(reg::control) & value(reg::status) & bit::alarm_flags;
  return active != 0 ? Level::low : Level::high;
}

void Ds1307::check_has_thermometer() const {
  if (row_.has_thermometer) return;
  throw std::invalid_argument(std::string(row_.name) + ": it has no thermometer (expected ds3231)");
}

double Ds1307::temperature() const {
  check_has_thermometer();
  const Guard guard = lock();
  return temperature_c_;
}

void Ds1307::set_temperature(double temperature_c) {
  check_has_thermometer();
  checked_value(row_.name, "temperature", temperature_c, min_c, max_c, "C");
  const Guard guard = lock();
  catch_up();
  temperature_c_ = temperature_c;
  convert();
}

Calendar Ds1307::calendar() const {
  Calendar calendar{.second = from_bcd(value(reg::seconds) & 0x7f),
                    .minute = from_bcd(value(reg::minutes)),
                    .hour = hour_of(value(reg::hours)),
                    // 1 to 7 in the register
                    .weekday = (value(reg::day) + 6) % 7,
                    .day = from_bcd(value(reg::date)),
                    .month = from_bcd(value(reg::month) & 0x1f),
                    .year = from_bcd(value(reg::year)),
                    .century = is_set(reg::month, bit::century)};
  calendar.clamp();
  return calendar;
}

void Ds1307::show(const Calendar& calendar) {
  const bool has_century = row_.has_alarms && calendar.century;
  set_value(reg::seconds, (value(reg::seconds) & bit::clock_halt) | to_bcd(calendar.second));
  set_value(reg::minutes, to_bcd(calendar.minute));
  set_value(reg::hours, hour_code(calendar.hour, value(reg::hours)));
  set_value(reg::day, calendar.weekday + 1);
  set_value(reg::date, to_bcd(calendar.day));
  set_value(reg::month, to_bcd(calendar.month) | (has_century ? bit::century : 0));
  set_value(reg::year, to_bcd(calendar.year));
}

AlarmTime Ds1307::alarm(const Register* seconds, const Register& minutes, const Register& hours,
                        const Register& day) const {
  AlarmTime time{.second = 0, .minute = {}, .hour = {}, .day = {}, .weekday = {}};
  if (seconds != nullptr) {
    time.second.reset();
    if (!is_set(*seconds, bit::mask)) time.second = from_bcd(value(*seconds));
  }
  if (!is_set(minutes, bit::mask)) time.minute = from_bcd(value(minutes));
  if (!is_set(hours, bit::mask)) time.hour = hour_of(value(hours));
  if (is_set(day, bit::mask)) return time;
  if (is_set(day, bit::day_of_week)) {
    time.weekday = (value(day) & 0x0f) - 1;
  } else {
    time.day = from_bcd(value(day));
  }
  return time;
}

void Ds1307::catch_up() {
  if (row_.has_thermometer && now() >= next_conversion_) {
    convert();
    next_conversion_ += ((now() - next_conversion_) / conversion_period + 1) * conversion_period;
  }
  if (demanded_conversion_ && now() >= *demanded_conversion_) {
    convert();
    demanded_conversion_.reset();
    set_bits(reg::control, bit::convert, false);
    set_bits(reg::status, bit::busy, false);
  }
  const std::uint64_t seconds = ticks_.passed(now());
  if (seconds == 0) return;
  Calendar calendar = this->calendar();
  if (row_.has_alarms) {
    constexpr std::uint32_t alarm_1 = 0x01;
    constexpr std::uint32_t alarm_2 = 0x02;
    const AlarmTime first =
        alarm(&reg::alarm_1_seconds, reg::alarm_1_minutes, reg::alarm_1_hours, reg::alarm_1_day);
    const AlarmTime second =
        alarm(nullptr, reg::alarm_2_minutes, reg::alarm_2_hours, reg::alarm_2_day);
    if (comes(first, calendar, seconds)) set_bits(reg::status, alarm_1, true);
    if (comes(second, calendar, seconds)) set_bits(reg::status, alarm_2, true);
  }
  calendar.advance(seconds);
  show(calendar);
}

// Two's complement with a resolution of a quarter of a degree: the upper 10 bits of 11h and 12h.
void Ds1307::convert() {
  static constexpr Register word{.name = {}, .address = 0, .width = 16};
  static constexpr Field reading{
      .in = word, .high = 15, .low = 6, .is_signed = true, .scale = 0.25};
  const std::uint32_t bits = reading.with_code(0, nearest_code(reading, temperature_c_));
  set_value(reg::temperature_msb, bits >> 8U);
  set_value(reg::temperature_lsb, bits & 0xffU);
}

Ack Ds1307::on_write(const Register& reg, std::uint32_t written, std::uint32_t before) {
  if (reg.address == reg::seconds.address) {
    const bool is_halted = !row_.has_alarms && is_set(reg::seconds, bit::clock_halt);
    const bool is_running = row_.has_alarms ? ticks_.is_running() : !is_halted;
    ticks_.stop();
    if (is_running) ticks_.start(now());
  }
  if (!row_.has_alarms) return Ack::ack;
  if (reg.address == reg::status.address) {
    // These can only be written to 0.
    const std::uint32_t flags = bit::oscillator_stopped | bit::alarm_flags;
    set_value(reg::status, value(reg::status) & (before | ~flags));
  }
  if (reg.address != reg::control.address) return Ack::ack;
  if (row_.has_thermometer && ((written | before) & bit::convert) != 0) {
    if ((before & bit::convert) == 0) demanded_conversion_ = now() + conversion_time;
    set_bits(reg::control, bit::convert, true);
    set_bits(reg::status, bit::busy, true);
  }
  if (row_.has_oscillator_switch) {
    if ((written & bit::stop_oscillator) != 0) {
      ticks_.stop();
      set_bits(reg::status, bit::oscillator_stopped, true);
    } else if (!ticks_.is_running()) {
      ticks_.start(now());
    }
  }
  return Ack::ack;
}

void Ds1307::clock_changed(Time offset) {
  ticks_.clock_changed(offset);
  next_conversion_ += offset;
  if (demanded_conversion_) *demanded_conversion_ += offset;
}

void Ds1307::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  ticks_.visit_state(visitor);
  if (!row_.has_thermometer) return;
  visitor.value("temperature_c", temperature_c_, min_c, max_c);
  visitor.moment("next_conversion_ns", next_conversion_, conversion_period);
  visitor.moment("demanded_conversion_ns", demanded_conversion_, conversion_time);
}

void Ds1307::check_state() const {
  const bool is_halted =
      row_.has_alarms ? row_.has_oscillator_switch && is_set(reg::control, bit::stop_oscillator)
                      : is_set(reg::seconds, bit::clock_halt);
  ticks_.check_state(!is_halted);
  if (!row_.has_thermometer) return;
  // A driver waits until these are cleared, which the end of the conversion does.
  const bool is_demanded = demanded_conversion_.has_value();
  require_state(is_set(reg::control, bit::convert) == is_demanded &&
                    is_set(reg::status, bit::busy) == is_demanded,
                "demanded_conversion_ns: expected a moment while CONV and BSY are set, else null");
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  constexpr std::string_view name = "vhost-device,date-time";
  auto chip = std::make_shared<Ds1307>(part.name, address);
  if (const auto text = properties.string(name)) {
    const auto time = parse_date_time(*text);
    if (!time || time->year < first_year || time->year > row(part.name).last_year) {
      properties.bad_value(name, "a date and time such as \"2026-11-22 09:30:00\", from " +
                                     std::to_string(first_year) + " to " +
                                     std::to_string(row(part.name).last_year));
    }
    chip->set_time(*time);
  }
  if (!row(part.name).has_thermometer) return chip;
  const auto temperature_c =
      milli_property(properties, "vhost-device,temperature-millicelsius", min_c, max_c);
  if (temperature_c) chip->set_temperature(*temperature_c);
  return chip;
}

constexpr auto vendors = std::to_array<std::string_view>({"dallas", "maxim"});
constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family ds1307_family{"DS1307 real-time clock", "rtc-ds1307", vendors, parts};

}  // namespace vhost_device::sim
