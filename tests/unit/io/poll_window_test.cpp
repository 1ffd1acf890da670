// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/poll_window.hpp"

#include <gtest/gtest.h>

namespace vhost_device::io {
namespace {

using namespace std::chrono_literals;

constexpr PollPolicy adaptive{.limit = 100us, .adaptive = true};

TEST(PollPolicy, off_means_no_time_at_all) {
  const auto policy = parse_poll_policy("off");

  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->limit, 0ns);
}

TEST(PollPolicy, time_is_taken_as_it_is) {
  EXPECT_EQ(parse_poll_policy("50us")->limit, 50us);
  EXPECT_EQ(parse_poll_policy("2ms")->limit, 2ms);
  EXPECT_FALSE(parse_poll_policy("2ms")->adaptive);
}

TEST(PollPolicy, adaptive_has_a_limit) {
  const auto policy = parse_poll_policy("adaptive");

  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->adaptive);
  EXPECT_GT(policy->limit, 0ns);
}

TEST(PollPolicy, other_text_is_refused) {
  for (const char* const text : {"", "on", "0us", "-1us", "5", "5s", "us", "1.5ms", "101ms",
                                 "99999999999999ms", "5us ", "OFF"}) {
    EXPECT_FALSE(parse_poll_policy(text)) << text;
  }
}

TEST(PollWindow, of_a_fixed_policy_stays) {
  PollWindow window({.limit = 50us});

  window.request_came(1s);
  window.processor_is_wanted();

  EXPECT_EQ(window.length(), 50us);
}

TEST(PollWindow, adaptive_begins_asleep) { EXPECT_EQ(PollWindow(adaptive).length(), 0ns); }

TEST(PollWindow, adaptive_covers_the_gap_of_quick_requests) {
  PollWindow window(adaptive);

  window.request_came(30us);

  EXPECT_GT(window.length(), 30us);
  EXPECT_LE(window.length(), adaptive.limit);
}

TEST(PollWindow, adaptive_never_exceeds_its_limit) {
  PollWindow window(adaptive);

  window.request_came(adaptive.limit);

  EXPECT_EQ(window.length(), adaptive.limit);
}

TEST(PollWindow, adaptive_goes_to_sleep_after_few_slow_requests) {
  PollWindow window(adaptive);
  window.request_came(adaptive.limit);

  for (int i = 0; i < 8; ++i) window.request_came(1s);

  EXPECT_EQ(window.length(), 0ns);
}

TEST(PollWindow, adaptive_gives_the_processor_to_others_at_once) {
  PollWindow window(adaptive);
  window.request_came(10us);

  window.processor_is_wanted();

  EXPECT_EQ(window.length(), 0ns);
}

}  // namespace
}  // namespace vhost_device::io
