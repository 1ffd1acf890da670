// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace vhost_device::sim {

namespace {

constexpr unsigned seconds_per_minute = 60;
constexpr unsigned minutes_per_hour = 60;
constexpr unsigned hours_per_day = 24;
constexpr unsigned seconds_per_day = 86400;
constexpr unsigned days_per_week = 7;
constexpr unsigned months_per_year = 12;
constexpr unsigned days_per_year = 365;
constexpr unsigned days_per_four_years = 1461;
constexpr unsigned days_per_century = 36525;
constexpr unsigned years_per_century = 100;
constexpr int first_century = 2000;

unsigned days_in(unsigned month, unsigned year) {
  constexpr std::array<unsigned, months_per_year> days{31, 28, 31, 30, 31, 30,
                                                       31, 31, 30, 31, 30, 31};
  constexpr unsigned february = 2;
  return days.at(month - 1) + (month == february && year % 4 == 0 ? 1 : 0);
}

std::chrono::year_month_day date_of(const DateTime& time) {
  return {std::chrono::year(time.year), std::chrono::month(time.month), std::chrono::day(time.day)};
}

// Since the century's first.
std::uint64_t day_number(const Calendar& calendar) {
  std::uint64_t days = std::uint64_t{calendar.year} * days_per_year + (calendar.year + 3) / 4;
  for (unsigned month = 1; month < calendar.month; ++month) days += days_in(month, calendar.year);
  return days + calendar.day - 1;
}

void set_day_number(Calendar& calendar, unsigned days) {
  const unsigned rest = days % days_per_four_years;
  const bool is_leap_year = rest <= days_per_year;
  calendar.year = days / days_per_four_years * 4 + (is_leap_year ? 0 : (rest - 1) / days_per_year);
  unsigned day_of_year = is_leap_year ? rest : (rest - 1) % days_per_year;
  calendar.month = 1;
  while (day_of_year >= days_in(calendar.month, calendar.year)) {
    day_of_year -= days_in(calendar.month, calendar.year);
    ++calendar.month;
  }
  calendar.day = day_of_year + 1;
}

bool is_day(const AlarmTime& alarm, const Calendar& calendar) {
  return alarm.day.value_or(calendar.day) == calendar.day &&
         alarm.weekday.value_or(calendar.weekday) == calendar.weekday;
}

// Whether the alarm's time of day comes from one second of a day to another.
bool is_between(const AlarmTime& alarm, std::uint64_t first, std::uint64_t last) {
  for (unsigned hour = alarm.hour.value_or(0); hour < hours_per_day; ++hour) {
    for (unsigned minute = alarm.minute.value_or(0); minute < minutes_per_hour; ++minute) {
      const unsigned start = (hour * minutes_per_hour + minute) * seconds_per_minute;
      const unsigned begin = start + alarm.second.value_or(0);
      const unsigned end = alarm.second ? begin : start + seconds_per_minute - 1;
      if (begin <= last && end >= first) return true;
      if (alarm.minute) break;
    }
    if (alarm.hour) break;
  }
  return false;
}

}  // namespace

bool exists(const DateTime& time) {
  return date_of(time).ok() && time.hour < hours_per_day && time.minute < minutes_per_hour &&
         time.second < seconds_per_minute;
}

unsigned weekday_of(const DateTime& time) {
  return std::chrono::weekday(std::chrono::sys_days(date_of(time))).c_encoding();
}

std::string to_string(const DateTime& time) {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02u:%02u:%02u", time.year, time.month,
                time.day, time.hour, time.minute, time.second);
  return text.data();
}

std::optional<DateTime> parse_date_time(std::string_view text) {
  const auto number = [text](std::size_t at, std::size_t length) {
    unsigned value = 0;
    if (at + length <= text.size()) {
      std::from_chars(text.data() + at, text.data() + at + length, value);
    }
    return value;
  };
  const DateTime time{static_cast<int>(number(0, 4)),
                      number(5, 2),
                      number(8, 2),
                      number(11, 2),
                      number(14, 2),
                      number(17, 2)};
  // What does not come out as it went in was no such text.
  if (!exists(time) || to_string(time) != text) return std::nullopt;
  return time;
}

const DateTime& checked_date_time(std::string_view part, const DateTime& time, int first_year,
                                  int last_year) {
  if (exists(time) && time.year >= first_year && time.year <= last_year) return time;
  throw std::invalid_argument(std::string(part) + ": time " + to_string(time) +
                              " (expected a date from " + std::to_string(first_year) + " to " +
                              std::to_string(last_year) + ")");
}

Calendar Calendar::of(const DateTime& time) {
  const int years = time.year - first_century;
  return {.second = time.second,
          .minute = time.minute,
          .hour = time.hour,
          .weekday = weekday_of(time),
          .day = time.day,
          .month = time.month,
          .year = static_cast<unsigned>(years) % years_per_century,
          .century = years >= static_cast<int>(years_per_century)};
}

DateTime Calendar::date_time() const {
  const unsigned years = year + (century ? years_per_century : 0);
  DateTime time{first_century + static_cast<int>(years), month, day, hour, minute, second};
  if (!exists(time)) --time.day;
  return time;
}

void Calendar::clamp() {
  second = std::min(second, seconds_per_minute - 1);
  minute = std::min(minute, minutes_per_hour - 1);
  hour = std::min(hour, hours_per_day - 1);
  weekday = std::min(weekday, days_per_week - 1);
  year = std::min(year, years_per_century - 1);
  month = std::clamp(month, 1U, months_per_year);
  day = std::clamp(day, 1U, days_in(month, year));
}

void Calendar::advance(std::uint64_t seconds) {
  const std::uint64_t total = second_of_day() + seconds;
  const auto time = static_cast<unsigned>(total % seconds_per_day);
  second = time % seconds_per_minute;
  minute = time / seconds_per_minute % minutes_per_hour;
  hour = time / (seconds_per_minute * minutes_per_hour);
  const std::uint64_t days = total / seconds_per_day;
  if (days == 0) return;
  weekday = static_cast<unsigned>((weekday + days) % days_per_week);
  const std::uint64_t number = day_number(*this) + days;
  if (number / days_per_century % 2 != 0) century = !century;
  set_day_number(*this, static_cast<unsigned>(number % days_per_century));
}

bool comes(const AlarmTime& alarm, Calendar from, std::uint64_t seconds) {
  const bool is_possible = alarm.second.value_or(0) < seconds_per_minute &&
                           alarm.minute.value_or(0) < minutes_per_hour &&
                           alarm.hour.value_or(0) < hours_per_day;
  if (!is_possible || seconds == 0) return false;
  std::uint64_t first = from.second_of_day() + 1;
  std::uint64_t last = from.second_of_day() + seconds;  // since the midnight before
  while (true) {
    if (is_day(alarm, from) &&
        is_between(alarm, first, std::min<std::uint64_t>(last, seconds_per_day - 1))) {
      return true;
    }
    if (last < seconds_per_day) return false;
    last -= seconds_per_day;
    first = 0;
    from.advance(seconds_per_day);
  }
}

}  // namespace vhost_device::sim
