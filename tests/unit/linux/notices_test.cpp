// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/notices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace vhost_device::linux_i2c {
namespace {

using ::testing::ElementsAre;

class LimitedNotices : public ::testing::Test {
 protected:
  LimitedNotices() {
    notices.set_handler([this](const std::string& text) { told.push_back(text); });
  }

  void tell(const std::string& text) {
    notices.tell([&] { return text; });
  }

  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
  std::vector<std::string> told;
  Notices notices{"i2c-3 (usb)", 2, [this] { return now; }};
};

TEST_F(LimitedNotices, texts_up_to_the_limit_are_told) {
  tell("gone");
  tell("back");

  EXPECT_THAT(told, ElementsAre("gone", "back"));
}

TEST_F(LimitedNotices, first_text_beyond_the_limit_is_replaced_and_others_are_left_out) {
  for (const char* const text : {"gone", "back", "gone", "back", "gone"}) tell(text);

  EXPECT_THAT(told, ElementsAre("gone", "back",
                                "i2c-3 (usb): more than 2 lines within 60 s; leaving out the rest "
                                "of them"));
}

TEST_F(LimitedNotices, next_period_begins_with_how_many_were_left_out) {
  for (const char* const text : {"gone", "back", "gone", "back", "gone"}) tell(text);
  told.clear();
  now += Notices::period;

  tell("back");

  EXPECT_THAT(told, ElementsAre("i2c-3 (usb): 3 lines were left out", "back"));
}

TEST_F(LimitedNotices, text_for_nobody_is_not_made) {
  notices.set_handler(nullptr);
  int made = 0;

  notices.tell([&] { return std::to_string(++made); });

  EXPECT_EQ(made, 0);
}

}  // namespace
}  // namespace vhost_device::linux_i2c
