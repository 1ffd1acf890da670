// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/vhost_user/message_table.hpp"
#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"
#include "tests/unit/vhost_user/samples.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using virtio::test::open_files;
using Lines = std::vector<std::string>;

/// What comes of a message that is refused.
Lines refused(const Sample& sample, bool asked) {
  if (!asked || sample.has_reply) return {"close"};
  return {"warn", "send " + std::to_string(sample.message.request) + "/5 0100000000000000"};
}

/// Sends variants of one good message to sessions of a device with everything.
class HostileMessage : public testing::TestWithParam<Sample> {
 protected:
  HostileMessage() : files_before_(open_files()) {}

  /// To a session in which nothing has happened, and to one with a running queue, with and without
  /// NEED_REPLY: refused, nothing left open, and the next front-end is served.
  void expect_refused(const Sent& message) {
    for (const bool running : {false, true}) {
      for (const bool asked : {false, true}) {
        SCOPED_TRACE(std::string(running ? "running" : "new") + (asked ? ", NEED_REPLY" : ""));
        expect_refused(message, running, asked);
        EXPECT_EQ(open_files(), files_before_);
        expect_served();
      }
    }
  }

 private:
  void expect_refused(const Sent& message, bool running, bool asked) {
    Rig rig(device_);
    if (running) rig.start();
    const auto files_with_rig = open_files();
    EXPECT_EQ(rig.send(asked ? asking(message) : message), refused(GetParam(), asked));
    EXPECT_EQ(open_files(), files_with_rig);
    rig.add_request(0);
    EXPECT_EQ(rig.serve(0), running ? "used 1 interrupt" : "used 0");
  }

  void expect_served() {
    Rig rig(device_);
    rig.start(2);
    rig.add_request(1);
    EXPECT_EQ(rig.serve(1), "used 1 interrupt");
  }

  FakeDevice device_{2, 8};
  std::ptrdiff_t files_before_;
};

TEST_P(HostileMessage, longer_than_it_should_be_is_refused) {
  for (const std::size_t surplus : {1U, 8U, 40U}) {
    SCOPED_TRACE(std::to_string(surplus) + " bytes more");
    Sent message = GetParam().message;
    message.payload.resize(message.payload.size() + surplus);
    expect_refused(message);
  }
}

TEST_P(HostileMessage, as_long_as_is_read_is_refused) {
  Sent message = GetParam().message;
  message.payload.resize(max_payload);
  expect_refused(message);
}

TEST_P(HostileMessage, with_surplus_descriptors_is_refused) {
  for (std::size_t count = GetParam().most_fds + 1; count <= max_fds; ++count) {
    SCOPED_TRACE(std::to_string(count) + " descriptors");
    Sent message = GetParam().message;
    message.fds.assign(count, Fd::memory);
    expect_refused(message);
  }
}

INSTANTIATE_TEST_SUITE_P(Messages, HostileMessage, testing::ValuesIn(samples()),
                         [](const auto& tested) { return sample_name(tested.param); });

/// The samples for which `has` holds.
std::vector<Sample> samples_that(bool (*has)(const Sample&)) {
  std::vector<Sample> result;
  std::copy_if(samples().begin(), samples().end(), std::back_inserter(result), has);
  return result;
}

class HostileMessageWithPayload : public HostileMessage {};

TEST_P(HostileMessageWithPayload, truncated_at_any_byte_is_refused) {
  for (std::size_t size = 0; size < GetParam().message.payload.size(); ++size) {
    SCOPED_TRACE(std::to_string(size) + " bytes");
    Sent message = GetParam().message;
    message.payload.resize(size);
    expect_refused(message);
  }
}

INSTANTIATE_TEST_SUITE_P(Messages, HostileMessageWithPayload,
                         testing::ValuesIn(samples_that([](const Sample& sample) {
                           return !sample.message.payload.empty();
                         })),
                         [](const auto& tested) { return sample_name(tested.param); });

class HostileMessageWithDescriptors : public HostileMessage {};

TEST_P(HostileMessageWithDescriptors, without_them_is_refused) {
  Sent message = GetParam().message;
  message.fds.clear();
  expect_refused(message);
}

TEST_P(HostileMessageWithDescriptors, with_one_more_than_its_payload_says_is_refused) {
  Sent message = GetParam().message;
  message.fds.push_back(Fd::memory);
  expect_refused(message);
}

INSTANTIATE_TEST_SUITE_P(Messages, HostileMessageWithDescriptors,
                         testing::ValuesIn(samples_that([](const Sample& sample) {
                           return sample.needs_fds;
                         })),
                         [](const auto& tested) { return sample_name(tested.param); });

TEST(MessageTable, every_row_has_a_sample_in_these_tests) {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> sampled;
  for (const MessageRule& rule : message_table()) {
    rows.push_back(static_cast<std::uint32_t>(rule.request));
  }
  for (const Sample& sample : samples()) sampled.push_back(sample.message.request);

  EXPECT_EQ(rows, sampled);
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
}

/// Numbers that no row has: none, those of features not offered, and ones of no specification.
const std::vector<std::uint32_t> unserved{0,  6,  7,  19, 20, 21, 22,          23,         26, 27,
                                          28, 29, 30, 31, 32, 33, 34,          35,         39, 40,
                                          41, 42, 43, 44, 45, 99, 0x7fff'ffff, 0xffff'ffff};

TEST(UnservedRequest, without_need_reply_closes_the_connection) {
  for (const std::uint32_t request : unserved) {
    FakeDevice device(1, 0);
    Rig rig(device);

    EXPECT_EQ(rig.send({request, u64(0), {Fd::eventfd}}), Lines{"close"}) << request;
  }
}

TEST(UnservedRequest, with_need_reply_is_answered_with_a_failure_and_the_session_goes_on) {
  FakeDevice device(1, 0);
  Rig rig(device);
  rig.start();

  for (const std::uint32_t request : unserved) {
    const Lines expected{"warn", "send " + std::to_string(request) + "/5 0100000000000000"};
    EXPECT_EQ(rig.send(asking({request, u64(0), {Fd::eventfd}})), expected) << request;
  }

  rig.add_request(0);
  EXPECT_EQ(rig.serve(0), "used 1 interrupt");
}

TEST(UnservedRequest, is_named_in_the_reason) {
  FakeDevice device(1, 0);
  Rig rig(device);

  EXPECT_THAT(rig.send_refused({21, {}, {Fd::eventfd}}),
              StartsWith("VHOST_USER_SET_BACKEND_REQ_FD: "));
}

TEST(HostileHeader, with_the_flag_of_a_reply_closes_the_connection) {
  for (const std::uint32_t also : {0U, need_reply}) {
    FakeDevice device(1, 0);
    Rig rig(device);

    EXPECT_EQ(rig.send({1, {}, {}, version_1 | 0x4 | also}), Lines{"close"});
  }
}

TEST(HostileHeader, of_another_version_closes_the_connection) {
  for (const std::uint32_t version : {0U, 2U, 3U}) {
    FakeDevice device(1, 0);
    Rig rig(device);

    EXPECT_EQ(rig.send({1, {}, {}, version | need_reply}), Lines{"close"}) << version;
  }
}

TEST(HostileHeader, with_flags_that_mean_nothing_closes_the_connection) {
  FakeDevice device(1, 0);
  Rig rig(device);

  EXPECT_THAT(rig.send_refused({1, {}, {}, version_1 | 0x10}), HasSubstr("17"));
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
