// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"
#include "tests/unit/vhost_user/samples.hpp"
#include "tests/unit/vhost_user/transcripts.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using virtio::test::open_files;

class SessionTranscript : public testing::TestWithParam<Transcript> {};

std::string transcript_name(const testing::TestParamInfo<Transcript>& info) {
  return info.param.name;
}

TEST_P(SessionTranscript, from_connecting_on_gives_what_the_front_end_expects) {
  FakeDevice device(1, 0);
  Rig rig(device, GetParam().ring_size);

  run(rig, GetParam(), GetParam().steps.size());

  EXPECT_EQ(device.starts, GetParam().starts);
}

TEST_P(SessionTranscript, failing_after_each_step_leaves_no_descriptor_and_a_device_for_the_next) {
  FakeDevice device(1, 0);
  const auto files_before = open_files();

  for (std::size_t survived = 0; survived <= GetParam().steps.size(); ++survived) {
    SCOPED_TRACE("the connection fails after step " + std::to_string(survived));
    {
      Rig failing(device, GetParam().ring_size);
      run(failing, GetParam(), survived);
    }
    EXPECT_EQ(open_files(), files_before);
    device.starts.clear();
    Rig next(device, GetParam().ring_size);
    run(next, GetParam(), GetParam().steps.size());
    EXPECT_EQ(device.starts, GetParam().starts);
  }
}

// A message out of order is refused or does no harm; whichever it is, nothing is left open, and the
// device serves the next front-end.
TEST_P(SessionTranscript, interrupted_by_any_message_anywhere_leaves_a_device_for_the_next) {
  FakeDevice device(1, 0);
  const auto files_before = open_files();

  for (std::size_t position = 0; position <= GetParam().steps.size(); ++position) {
    for (const Sample& sample : samples()) {
      SCOPED_TRACE(sample_name(sample) + " after step " + std::to_string(position));
      Rig rig(device, GetParam().ring_size);
      run(rig, GetParam(), position);
      static_cast<void>(rig.send(sample.message));
      static_cast<void>(rig.send(asking(sample.message)));
      static_cast<void>(rig.serve(0));
    }
    EXPECT_EQ(open_files(), files_before);
  }
  device.starts.clear();
  Rig next(device, GetParam().ring_size);
  run(next, GetParam(), GetParam().steps.size());
  EXPECT_EQ(device.starts, GetParam().starts);
}

INSTANTIATE_TEST_SUITE_P(Sessions, SessionTranscript, testing::ValuesIn(transcripts()),
                         transcript_name);

}  // namespace
}  // namespace vhost_device::vhost_user::test
