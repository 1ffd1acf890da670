// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pcf8563.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;

constexpr unsigned only_address = 0x51;
constexpr int first_year = 2000;
constexpr int last_year = 2199;
// From the end of STOP to the first increment (PCF8563 rev. 11, 8.10).
constexpr Time first_second = 507'900us;

constexpr auto names = std::to_array<std::string_view>({"pcf8563"});

namespace bit {
constexpr std::uint32_t stop = 0x20;          // control 1
constexpr std::uint32_t pulses = 0x10;        // control 2, from here
constexpr std::uint32_t alarm_flag = 0x08;    //
constexpr std::uint32_t timer_flag = 0x04;    //
constexpr std::uint32_t alarm_enable = 0x02;  //
constexpr std::uint32_t timer_enable = 0x01;  //
constexpr std::uint32_t voltage_low = 0x80;   // seconds
constexpr std::uint32_t century = 0x80;       // months
constexpr std::uint32_t off = 0x80;           // each register of the alarm
constexpr std::uint32_t timer_runs = 0x80;    // timer control
}  // namespace bit

namespace reg {
// clang-format off
constexpr Register control_1{.name = "control_status_1", .address = 0x00, .reset = 0x08, .writable = 0xa8};
constexpr Register control_2{.name = "control_status_2", .address = 0x01, .writable = 0x1f};
constexpr Register seconds{.name = "vl_seconds", .address = 0x02, .reset = bit::voltage_low};
constexpr Register minutes{.name = "minutes", .address = 0x03, .writable = 0x7f};
constexpr Register hours{.name = "hours", .address = 0x04, .writable = 0x3f};
constexpr Register days{.name = "days", .address = 0x05, .reset = 0x01, .writable = 0x3f};
constexpr Register weekdays{.name = "weekdays", .address = 0x06, .reset = 0x06, .writable = 0x07};
constexpr Register months{.name = "century_months", .address = 0x07, .reset = 0x01, .writable = 0x9f};
constexpr Register years{.name = "years", .address = 0x08};
constexpr Register minute_alarm{.name = "minute_alarm", .address = 0x09, .reset = bit::off};
constexpr Register hour_alarm{.name = "hour_alarm", .address = 0x0a, .reset = bit::off, .writable = 0xbf};
constexpr Register day_alarm{.name = "day_alarm", .address = 0x0b, .reset = bit::off, .writable = 0xbf};
constexpr Register weekday_alarm{.name = "weekday_alarm", .address = 0x0c, .reset = bit::off, .writable = 0x87};
constexpr Register clkout_control{.name = "clkout_control", .address = 0x0d, .reset = 0x80, .writable = 0x83};
constexpr Register timer_control{.name = "timer_control", .address = 0x0e, .reset = 0x03, .writable = 0x83};
constexpr Register timer{.name = "timer", .address = 0x0f};
// clang-format on
constexpr std::array all{control_1,     control_2,      seconds,       minutes,
                         hours,         days,           weekdays,      months,
                         years,         minute_alarm,   hour_alarm,    day_alarm,
                         weekday_alarm, clkout_control, timer_control, timer};
}  // namespace reg

constexpr PointerRules pointer_rules{.mask = 0x0f, .last = 0x0f};

// The timer's clock: so many periods in so many seconds (rev. 11, table 23).
struct TimerClock {
  std::int64_t periods;
  std::int64_t seconds;
};
constexpr std::array<TimerClock, 4> timer_clocks{{{4096, 1}, {64, 1}, {1, 1}, {1, 60}}};

std::int64_t periods_in(Time time, const TimerClock& clock) {
  const Time unit = clock.seconds * Time(1s);
  return time / unit * clock.periods + (time % unit).count() * clock.periods / unit.count();
}

Time time_of(std::int64_t periods, const TimerClock& clock) {
  const Time unit = clock.seconds * Time(1s);
  return periods / clock.periods * unit + periods % clock.periods * unit / clock.periods;
}

}  // namespace

Pcf8563::Pcf8563(std::string_view part, i2c::Address address, std::optional<DateTime> time)
    : RegisterDevice(std::string(row_of(names, "real-time clock", part)),
                     checked_address(part, address, only_address, only_address), reg::all,
                     pointer_rules) {
  power_up();
  if (time) set_time(*time);
}

void Pcf8563::power_up() {
  file().reset();
  ticks_.start(now());
  countdown_.reset();
}

DateTime Pcf8563::time() {
  const Guard guard = lock();
  catch_up();
  return calendar().date_time();
}

void Pcf8563::set_time(const DateTime& time) {
  checked_date_time(name(), time, first_year, last_year);
  const Guard guard = lock();
  catch_up();
  set_value(reg::seconds, 0);
  show(Calendar::of(time));
  set_bits(reg::control_1, bit::stop, false);
  ticks_.start(now());
}

bool Pcf8563::lost_time() {
  const Guard guard = lock();
  return is_set(reg::seconds, bit::voltage_low);
}

void Pcf8563::lose_power() {
  const Guard guard = lock();
  power_up();
}

Level Pcf8563::interrupt_level() {
  const Guard guard = lock();
  catch_up();
  const bool by_timer = is_set(reg::control_2, bit::timer_flag | bit::timer_enable) &&
                        !is_set(reg::control_2, bit::pulses);
  const bool by_alarm = is_set(reg::control_2, bit::alarm_flag | bit::alarm_enable);
  return by_timer || by_alarm ? Level::low : Level::high;
}

Calendar Pcf8563::calendar() const {
  Calendar calendar{.second = from_bcd(value(reg::seconds) & 0x7f),
                    .minute = from_bcd(value(reg::minutes)),
                    .hour = from_bcd(value(reg::hours)),
                    .weekday = value(reg::weekdays),
                    .day = from_bcd(value(reg::days)),
                    .month = from_bcd(value(reg::months) & 0x1f),
                    .year = from_bcd(value(reg::years)),
                    .century = is_set(reg::months, bit::century)};
  calendar.clamp();
  return calendar;
}

void Pcf8563::show(const Calendar& calendar) {
  set_value(reg::seconds, (value(reg::seconds) & bit::voltage_low) | to_bcd(calendar.second));
  set_value(reg::minutes, to_bcd(calendar.minute));
  set_value(reg::hours, to_bcd(calendar.hour));
  set_value(reg::weekdays, calendar.weekday);
  set_value(reg::days, to_bcd(calendar.day));
  set_value(reg::months, to_bcd(calendar.month) | (calendar.century ? bit::century : 0));
  set_value(reg::years, to_bcd(calendar.year));
}

// The flag is set when the enabled fields first match: so at the beginning of the time in which
// they do (rev. 11, 8.6). Nothing when none is enabled.
std::optional<AlarmTime> Pcf8563::alarm() const {
  const auto field = [this](const Register& in) -> std::optional<unsigned> {
    if (is_set(in, bit::off)) return std::nullopt;
    return from_bcd(value(in) & ~bit::off);
  };
  AlarmTime time{.second = 0,
                 .minute = field(reg::minute_alarm),
                 .hour = field(reg::hour_alarm),
                 .day = field(reg::day_alarm),
                 .weekday = field(reg::weekday_alarm)};
  const bool of_some_day = time.day || time.weekday;
  if (!time.minute && !time.hour && !of_some_day) return std::nullopt;
  if (!time.minute && !time.hour) time.hour = 0;
  if (!time.minute) time.minute = 0;
  return time;
}

void Pcf8563::flag(std::uint32_t bit) { set_bits(reg::control_2, bit, true); }

void Pcf8563::count_down() {
  const std::int64_t length = value(reg::timer);
  if (!countdown_ || length == 0) return;
  const TimerClock& clock = timer_clocks.at(value(reg::timer_control) & 3U);
  const std::int64_t countdowns = periods_in(now() - *countdown_, clock) / length;
  if (countdowns <= 0) return;
  flag(bit::timer_flag);
  *countdown_ += time_of(countdowns * length, clock);
}

void Pcf8563::catch_up() {
  count_down();
  const std::uint64_t seconds = ticks_.passed(now());
  if (seconds == 0) return;
  Calendar calendar = this->calendar();
  const auto alarm = this->alarm();
  if (alarm && comes(*alarm, calendar, seconds)) flag(bit::alarm_flag);
  calendar.advance(seconds);
  show(calendar);
}

// The timer's register takes the length, and gives what is left of it.
std::uint32_t Pcf8563::on_read(const Register& reg, std::uint32_t value) {
  if (reg.address != reg::timer.address || !countdown_ || value == 0) return value;
  const TimerClock& clock = timer_clocks.at(this->value(reg::timer_control) & 3U);
  return static_cast<std::uint32_t>(value - periods_in(now() - *countdown_, clock) % value);
}

Ack Pcf8563::on_write(const Register& reg, std::uint32_t written, std::uint32_t before) {
  if (reg.address == reg::control_1.address) {
    if ((written & bit::stop) != 0) {
      ticks_.stop();
    } else if (!ticks_.is_running()) {
      ticks_.start(now(), first_second);
    }
  }
  if (reg.address == reg::control_2.address) {
    // The flags are and-ed with what is written, so that one can be cleared without the other.
    const std::uint32_t flags = bit::alarm_flag | bit::timer_flag;
    set_value(reg::control_2, value(reg::control_2) & (before | ~flags));
  }
  if (reg.address == reg::timer.address || reg.address == reg::timer_control.address) {
    countdown_.reset();
    if (is_set(reg::timer_control, bit::timer_runs)) countdown_ = now();
  }
  return Ack::ack;
}

void Pcf8563::clock_changed(Time offset) {
  ticks_.clock_changed(offset);
  if (countdown_) *countdown_ += offset;
}

void Pcf8563::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  ticks_.visit_state(visitor);
  visitor.moment("countdown_ns", countdown_, Time(0));
}

void Pcf8563::check_state() const {
  ticks_.check_state((value(reg::control_1) & bit::stop) == 0);
  const bool is_timed = (value(reg::timer_control) & bit::timer_runs) != 0;
  require_state(countdown_.has_value() == is_timed,
                "countdown_ns: expected a moment while the timer runs, else null");
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  constexpr std::string_view name = "vhost-device,date-time";
  const auto text = properties.string(name);
  if (!text) return std::make_shared<Pcf8563>(part.name, address);
  const auto time = parse_date_time(*text);
  if (!time || time->year < first_year || time->year > last_year) {
    properties.bad_value(name,
                         "a date and time such as \"2026-11-22 09:30:00\", from 2000 to 2199");
  }
  return std::make_shared<Pcf8563>(part.name, address, time);
}

constexpr auto vendors = std::to_array<std::string_view>({"nxp"});
constexpr auto parts = parts_of(names, make);

}  // namespace

constinit const Family pcf8563_family{"PCF8563 real-time clock", "rtc-pcf8563", vendors, parts};

}  // namespace vhost_device::sim
