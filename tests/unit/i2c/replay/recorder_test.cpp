// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <system_error>

#include "core/i2c/replay/recording_parser.hpp"
#include "tests/unit/i2c/trace/traced_bus.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace vhost_device::i2c {
namespace {

using ::testing::SizeIs;

constexpr std::chrono::seconds limit{10};

TEST(Recorder, writes_what_is_transferred_until_it_is_closed) {
  const vhost_device::testing::TemporaryFolder folder;
  const std::string path = folder / "r.txt";
  Recorder recorder(std::make_shared<testing::ScriptedAdapter>(), path, {});
  testing::Bytes received(2);
  const Message message{testing::at(0x48), true, received};

  EXPECT_TRUE(recorder.transfer({&message, 1}).ok());
  EXPECT_TRUE(recorder.close(limit));
  EXPECT_TRUE(recorder.transfer({&message, 1}).ok());

  EXPECT_EQ(received, testing::bytes({0xa5, 0xa5}));
  EXPECT_THAT(load_recording(path).buses.at(0).transactions(), SizeIs(1));
  EXPECT_EQ(recorder.dropped(), 0U);
}

TEST(Recorder, of_a_file_that_cannot_be_made_throws) {
  EXPECT_THROW(Recorder(std::make_shared<testing::ScriptedAdapter>(), "/nonexistent/r.txt", {}),
               std::system_error);
}

}  // namespace
}  // namespace vhost_device::i2c
