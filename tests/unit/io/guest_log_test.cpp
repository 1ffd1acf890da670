// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/guest_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/io/kept_lines.hpp"
#include "tests/unit/io/served_bus.hpp"

namespace vhost_device::io {
namespace {

using spdlog::level::info;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::KeptLines;
using ::testing::SizeIs;

struct GuestLogTest : ::testing::Test {
  void write(std::size_t lines) {
    for (std::size_t i = 0; i < lines; ++i) log.write(info, "hello");
  }

  KeptLines kept;
  std::chrono::steady_clock::time_point now{};
  GuestLog log{"a.sock0", [this] { return now; }};
};

TEST_F(GuestLogTest, line_begins_with_the_name) {
  log.write(info, "hello");

  EXPECT_THAT(kept.take(), ElementsAre("a.sock0: hello"));
}

TEST_F(GuestLogTest, as_many_lines_as_allowed_are_all_written) {
  write(GuestLog::lines_per_period);

  EXPECT_THAT(kept.take(), SizeIs(GuestLog::lines_per_period));
}

TEST_F(GuestLogTest, lines_beyond_those_allowed_are_told_of_once) {
  write(GuestLog::lines_per_period);
  static_cast<void>(kept.take());

  write(1000);

  EXPECT_THAT(kept.take(), ElementsAre(HasSubstr("leaving out")));
}

TEST_F(GuestLogTest, next_period_begins_with_how_many_were_left_out) {
  write(GuestLog::lines_per_period + 1000);
  static_cast<void>(kept.take());

  now += GuestLog::period;
  write(1);

  EXPECT_THAT(kept.take(), ElementsAre("a.sock0: 1000 lines were left out", "a.sock0: hello"));
}

TEST_F(GuestLogTest, period_without_an_excess_is_told_nothing_of) {
  write(GuestLog::lines_per_period);
  static_cast<void>(kept.take());

  now += GuestLog::period;
  write(GuestLog::lines_per_period);

  EXPECT_THAT(kept.take(), SizeIs(GuestLog::lines_per_period));
}

TEST_F(GuestLogTest, excess_goes_on_until_the_period_is_over) {
  write(GuestLog::lines_per_period + 1);
  static_cast<void>(kept.take());

  now += GuestLog::period - std::chrono::nanoseconds(1);
  write(1);

  EXPECT_THAT(kept.take(), SizeIs(0));
}

TEST_F(GuestLogTest, lines_below_the_level_of_the_log_use_nothing_up) {
  for (int i = 0; i < 1000; ++i) log.write(spdlog::level::debug, "quiet");

  log.write(info, "hello");

  EXPECT_THAT(kept.take(), ElementsAre("a.sock0: hello"));
}

// Each of these connections is worth two lines: that it is there, and why it is closed.
TEST(GuestLogOfServer, front_end_that_comes_back_for_ever_is_limited) {
  KeptLines kept;
  {
    testing::ServedBus served;
    const std::vector<std::byte> no_message(sizeof(vhost_user::Header));
    for (std::size_t i = 0; i < GuestLog::lines_per_period; ++i) {
      FrontEndConnection connection(served.socket(), std::chrono::seconds(5));
      ASSERT_TRUE(connection.send_raw(no_message, {}));
      ASSERT_TRUE(connection.wait_until_closed());
    }
    ASSERT_TRUE(served.server.stop(std::chrono::seconds(5)));  // nobody writes to `kept` any more
  }

  EXPECT_THAT(kept.take(), SizeIs(GuestLog::lines_per_period + 1));
}

}  // namespace
}  // namespace vhost_device::io
