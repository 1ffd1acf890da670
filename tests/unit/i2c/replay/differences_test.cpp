// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/differences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vhost_device::i2c {
namespace {

using ::testing::SizeIs;

TEST(Differences, are_told_once_and_counted) {
  Differences differences;

  EXPECT_TRUE(differences.add("a"));
  EXPECT_FALSE(differences.add("a"));
  EXPECT_TRUE(differences.add("b"));

  ASSERT_THAT(differences.kinds(), SizeIs(2));
  EXPECT_EQ(differences.kinds()[0].text, "a");
  EXPECT_EQ(differences.kinds()[0].count, 2U);
  EXPECT_EQ(differences.count(), 3U);
}

TEST(Differences, of_too_many_kinds_are_counted_only) {
  Differences differences;
  for (std::size_t i = 0; i < Differences::max_kinds; ++i) differences.add(std::to_string(i));

  EXPECT_FALSE(differences.add("one more"));
  EXPECT_FALSE(differences.add("one more"));

  EXPECT_THAT(differences.kinds(), SizeIs(Differences::max_kinds));
  EXPECT_EQ(differences.not_kept(), 2U);
  EXPECT_EQ(differences.count(), Differences::max_kinds + 2);
}

}  // namespace
}  // namespace vhost_device::i2c
