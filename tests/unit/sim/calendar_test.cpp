// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <stdexcept>

namespace vhost_device::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t day = 86400;

struct Passage {
  DateTime from;
  std::uint64_t seconds;
  DateTime to;
};

class CalendarPassage : public ::testing::TestWithParam<Passage> {};

TEST_P(CalendarPassage, ends_at_the_date_and_day_of_the_week) {
  Calendar calendar = Calendar::of(GetParam().from);
  calendar.advance(GetParam().seconds);

  EXPECT_EQ(calendar.date_time(), GetParam().to);
  EXPECT_EQ(calendar.weekday, weekday_of(GetParam().to));
}

INSTANTIATE_TEST_SUITE_P(
    dates, CalendarPassage,
    ::testing::Values(Passage{{2026, 11, 22, 23, 59, 59}, 1, {2026, 11, 23, 0, 0, 0}},
                      Passage{{2026, 12, 31, 23, 59, 58}, 2, {2027, 1, 1, 0, 0, 0}},
                      Passage{{2027, 2, 28, 12, 0, 0}, day, {2027, 3, 1, 12, 0, 0}},
                      Passage{{2028, 2, 28, 12, 0, 0}, day, {2028, 2, 29, 12, 0, 0}},
                      Passage{{2028, 2, 29, 12, 0, 0}, day, {2028, 3, 1, 12, 0, 0}},
                      Passage{{2000, 1, 1, 0, 0, 0}, 366 * day, {2001, 1, 1, 0, 0, 0}},
                      Passage{{2003, 12, 31, 0, 0, 0}, day, {2004, 1, 1, 0, 0, 0}},
                      Passage{{2026, 11, 22, 0, 0, 0}, 36000, {2026, 11, 22, 10, 0, 0}},
                      Passage{{2026, 1, 1, 0, 0, 0}, 1461 * day, {2030, 1, 1, 0, 0, 0}},
                      Passage{{2099, 12, 31, 23, 59, 59}, 1, {2100, 1, 1, 0, 0, 0}}));

// The chips take 2100 for a leap year.
TEST(Calendar, year_00_has_a_29th_of_february) {
  Calendar calendar = Calendar::of({2100, 2, 28, 0, 0, 0});
  calendar.advance(day);

  EXPECT_EQ(calendar.day, 29U);
  calendar.advance(day);
  EXPECT_EQ(calendar.date_time(), (DateTime{2100, 3, 1, 0, 0, 0}));
}

TEST(Calendar, date_that_only_the_counters_have_is_told_as_the_nearest) {
  const Calendar calendar{.day = 29, .month = 2, .year = 0, .century = true};

  EXPECT_EQ(calendar.date_time(), (DateTime{2100, 2, 28, 0, 0, 0}));
}

TEST(Calendar, century_turns_back_after_the_next) {
  Calendar calendar = Calendar::of({2199, 12, 31, 23, 59, 59});
  calendar.advance(1);

  EXPECT_EQ(calendar.date_time(), (DateTime{2000, 1, 1, 0, 0, 0}));
}

TEST(Calendar, counters_beyond_their_range_get_the_nearest_value) {
  Calendar calendar{.second = 85,
                    .minute = 61,
                    .hour = 39,
                    .weekday = 9,
                    .day = 31,
                    .month = 2,
                    .year = 27,
                    .century = false};
  calendar.clamp();

  EXPECT_EQ(calendar.date_time(), (DateTime{2027, 2, 28, 23, 59, 59}));
  EXPECT_EQ(calendar.weekday, 6U);
}

constexpr AlarmTime at_time(std::optional<unsigned> hour, std::optional<unsigned> minute,
                            std::optional<unsigned> second) {
  return {.second = second, .minute = minute, .hour = hour, .day = {}, .weekday = {}};
}

TEST(AlarmTime, comes_at_its_second_and_not_before) {
  const Calendar now = Calendar::of({2026, 11, 22, 9, 30, 0});

  EXPECT_FALSE(comes(at_time(19, 30, 0), now, 35999));
  EXPECT_TRUE(comes(at_time(19, 30, 0), now, 36000));
}

TEST(AlarmTime, does_not_come_in_the_second_that_is_already_there) {
  const Calendar now = Calendar::of({2026, 11, 22, 9, 30, 0});

  EXPECT_FALSE(comes(at_time(9, 30, 0), now, day - 1));
  EXPECT_TRUE(comes(at_time(9, 30, 0), now, day));
}

TEST(AlarmTime, without_fields_comes_each_second) {
  const Calendar now = Calendar::of({2026, 11, 22, 23, 59, 59});

  EXPECT_TRUE(comes(AlarmTime{}, now, 1));
}

TEST(AlarmTime, with_minutes_only_comes_each_hour) {
  const Calendar now = Calendar::of({2026, 11, 22, 9, 30, 0});

  EXPECT_FALSE(comes(at_time({}, 15, 0), now, 45 * 60 - 1));
  EXPECT_TRUE(comes(at_time({}, 15, 0), now, 45 * 60));
}

TEST(AlarmTime, on_a_day_of_the_month_waits_for_a_month_that_has_it) {
  const Calendar now = Calendar::of({2026, 2, 1, 0, 0, 0});
  AlarmTime alarm = at_time(0, 0, 0);
  alarm.day = 31;

  EXPECT_FALSE(comes(alarm, now, 58 * day - 1));
  EXPECT_TRUE(comes(alarm, now, 58 * day));
}

TEST(AlarmTime, on_a_day_of_the_week_comes_within_one) {
  const Calendar sunday = Calendar::of({2026, 11, 22, 0, 0, 0});
  AlarmTime alarm = at_time(12, 0, 0);
  alarm.weekday = 6;

  EXPECT_FALSE(comes(alarm, sunday, 6 * day));
  EXPECT_TRUE(comes(alarm, sunday, 7 * day));
}

TEST(AlarmTime, that_no_clock_shows_never_comes) {
  const Calendar now = Calendar::of({2026, 11, 22, 9, 30, 0});

  EXPECT_FALSE(comes(at_time(25, 0, 0), now, 100 * day));
}

TEST(DateTime, text_is_read_as_it_is_written) {
  const DateTime time{2026, 11, 22, 9, 30, 5};

  EXPECT_EQ(to_string(time), "2026-11-22 09:30:05");
  EXPECT_EQ(parse_date_time("2026-11-22 09:30:05"), time);
}

class NoDateTime : public ::testing::TestWithParam<const char*> {};

TEST_P(NoDateTime, is_not_read) { EXPECT_EQ(parse_date_time(GetParam()), std::nullopt); }

INSTANTIATE_TEST_SUITE_P(texts, NoDateTime,
                         ::testing::Values("", "2026-11-22", "2026-02-29 00:00:00",
                                           "2026-11-22 24:00:00", "2026-11-22 09:30:05 ",
                                           "2026-11-22T09:30:05", "2026-13-01 00:00:00"));

TEST(DateTime, that_does_not_exist_is_refused_with_the_years) {
  EXPECT_THAT(
      [] {
        checked_date_time("ds1307", {2027, 2, 29, 0, 0, 0}, 2000, 2099);
      },
      ThrowsMessage<std::invalid_argument>(
          HasSubstr("ds1307: time 2027-02-29 00:00:00 (expected a date from 2000 to 2099)")));
}

}  // namespace
}  // namespace vhost_device::sim
