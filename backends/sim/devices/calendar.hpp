// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vhost_device::sim {

/// A date and time of day as people write it, in no time zone.
struct DateTime {
  int year = 2000;
  unsigned month = 1;  ///< 1 to 12
  unsigned day = 1;    ///< 1 to 31
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;

  bool operator==(const DateTime&) const = default;
};

/// Whether there is such a date and time.
[[nodiscard]] bool exists(const DateTime& time);

/// Days since Sunday: 0 to 6.
[[nodiscard]] unsigned weekday_of(const DateTime& time);

/// "2026-11-22 09:30:00"
[[nodiscard]] std::string to_string(const DateTime& time);

/// The reverse of `to_string`; nothing for what is no such text, and for what does not exist.
[[nodiscard]] std::optional<DateTime> parse_date_time(std::string_view text);

/// `time`, which has to exist in a year from `first_year` to `last_year`. Throws
/// std::invalid_argument with the part, the time and what was expected.
const DateTime& checked_date_time(std::string_view part, const DateTime& time, int first_year,
                                  int last_year);

/// The counters of a real-time clock. Every fourth year is a leap year to them, also the one whose
/// two digits are 00 (PCF8563 rev. 11, 8.4.4; DS3231, "leap-year compensation valid up to 2100").
struct Calendar {
  unsigned second = 0;
  unsigned minute = 0;
  unsigned hour = 0;
  unsigned weekday = 0;  ///< 0 to 6; which day is 0 is the user's choice.
  unsigned day = 1;
  unsigned month = 1;
  unsigned year = 0;  ///< 0 to 99
  bool century = false;

  [[nodiscard]] static Calendar of(const DateTime& time);
  /// In the centuries that begin with the year 2000, and with 2100 if `century` is set. These
  /// counters have a 29 February 2100, which is no date: it is told as the 28th.
  [[nodiscard]] DateTime date_time() const;

  /// Each counter that is beyond its range gets the nearest value in it.
  void clamp();
  /// Counts on by so many seconds.
  void advance(std::uint64_t seconds);

  [[nodiscard]] unsigned second_of_day() const { return (hour * 60 + minute) * 60 + second; }
};

/// What an alarm compares the counters with; what is not there is not compared.
struct AlarmTime {
  std::optional<unsigned> second;
  std::optional<unsigned> minute;
  std::optional<unsigned> hour;
  std::optional<unsigned> day;
  std::optional<unsigned> weekday;
};

/// Whether the alarm's time comes within the `seconds` after `from`; not counting `from` itself.
[[nodiscard]] bool comes(const AlarmTime& alarm, Calendar from, std::uint64_t seconds);

[[nodiscard]] constexpr unsigned from_bcd(unsigned bcd) { return bcd / 16 * 10 + bcd % 16; }
[[nodiscard]] constexpr unsigned to_bcd(unsigned value) { return value / 10 * 16 + value % 10; }

}  // namespace vhost_device::sim
