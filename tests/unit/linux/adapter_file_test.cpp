// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/adapter_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

namespace vhost_device::linux_i2c {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

const i2c::Address chip = *i2c::Address::seven_bit(0x50);

/// A character device that knows no call of i2c-dev: it answers ENOTTY.
AdapterFile other_device() { return AdapterFile("/dev/null"); }

std::vector<i2c::Message> reads(std::size_t count, std::span<std::byte> data) {
  return {count, i2c::Message{chip, true, data}};
}

int transfer_to_other_device(std::span<const i2c::Message> messages) {
  std::size_t completed = 0;
  return other_device().transfer(messages, completed);
}

TEST(AdapterFile, file_that_is_not_there_is_not_open_and_says_why) {
  const AdapterFile file("/nonexistent/i2c-0");

  EXPECT_FALSE(file);
  EXPECT_EQ(file.open_error(), ENOENT);
}

TEST(AdapterFile, other_device_is_no_adapter) {
  const AdapterFile file = other_device();

  ASSERT_TRUE(file);
  EXPECT_FALSE(file.is_adapter(3));  // /dev/null is 1:3
}

TEST(AdapterFile, call_that_the_kernel_refuses_gives_its_errno) {
  const AdapterFile file = other_device();
  i2c::Functionality functionality = 0;
  SmbusCall call{};

  EXPECT_EQ(file.read_functionality(functionality), ENOTTY);
  EXPECT_EQ(file.choose(chip, false), ENOTTY);
  EXPECT_EQ(file.choose(chip, true), ENOTTY);
  EXPECT_EQ(file.set_timeout(milliseconds(10)), ENOTTY);
  EXPECT_EQ(file.set_retries(1), ENOTTY);
  EXPECT_EQ(file.call(call), ENOTTY);
}

TEST(AdapterFile, timeout_that_the_kernel_cannot_count_is_invalid) {
  const AdapterFile file = other_device();

  EXPECT_EQ(file.set_timeout(milliseconds(0)), EINVAL);
  EXPECT_EQ(file.set_timeout(milliseconds(-10)), EINVAL);
  EXPECT_EQ(file.set_timeout(milliseconds::max()), EINVAL);
}

// I2C_RDWR_IOCTL_MAX_MSGS, and the limit in drivers/i2c/i2c-dev.c. Beyond them nothing is asked of
// the kernel, whose answer here would be ENOTTY.

TEST(AdapterFile, more_than_42_messages_are_too_long) {
  std::vector<std::byte> data(1);

  EXPECT_EQ(transfer_to_other_device(reads(43, data)), EMSGSIZE);
  EXPECT_EQ(transfer_to_other_device(reads(42, data)), ENOTTY);
}

TEST(AdapterFile, more_than_8192_bytes_in_any_message_are_too_long) {
  std::vector<std::byte> data(8193);
  std::vector<i2c::Message> messages = reads(2, std::span(data).first(8192));

  EXPECT_EQ(transfer_to_other_device(messages), ENOTTY);
  messages.back().data = data;
  EXPECT_EQ(transfer_to_other_device(messages), EMSGSIZE);
}

TEST(OpenProblem, refused_permission_names_file_and_group) {
  const std::string text = open_problem("/dev/i2c-3", EACCES);

  EXPECT_THAT(text, HasSubstr("/dev/i2c-3 cannot be opened: Permission denied"));
  EXPECT_THAT(text, HasSubstr("group"));
  EXPECT_THAT(text, HasSubstr("i2c on most systems"));
}

TEST(OpenProblem, missing_file_names_the_module) {
  EXPECT_THAT(open_problem("/dev/i2c-3", ENOENT), HasSubstr("modprobe i2c-dev"));
  EXPECT_THAT(open_problem("/dev/i2c-3", ENODEV), HasSubstr("modprobe i2c-dev"));
  EXPECT_THAT(open_problem("/dev/i2c-3", ENXIO), HasSubstr("modprobe i2c-dev"));
}

}  // namespace
}  // namespace vhost_device::linux_i2c
