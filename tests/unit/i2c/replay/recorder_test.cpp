// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <system_error>

#include "core/i2c/replay/recording_format.hpp"
#include "core/i2c/replay/recording_parser.hpp"
#include "tests/unit/i2c/trace/traced_bus.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace vhost_device::i2c {
namespace {

using ::testing::HasSubstr;
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

TEST(Recorder, that_has_everything_has_lost_nothing) {
  const vhost_device::testing::TemporaryFolder folder;
  Recorder recorder(std::make_shared<testing::ScriptedAdapter>(), folder / "r.txt", {});

  EXPECT_TRUE(recorder.close(limit));

  EXPECT_EQ(recorder.loss(), "");
}

TEST(Recorder, of_a_full_disk_tells_what_is_lost) {
  Recorder recorder(std::make_shared<testing::ScriptedAdapter>(), "/dev/full", {});

  EXPECT_TRUE(recorder.close(limit));

  EXPECT_EQ(recorder.loss(),
            "recording /dev/full: No space left on device; nothing more is written to it");
}

TEST(Recorder, file_that_reached_the_size_of_the_largest_recording_has_lost_the_rest) {
  constexpr std::size_t size = 54;  // the header, two lines, and the one that says so
  const vhost_device::testing::TemporaryFolder folder;
  const std::string path = folder / "r.txt";
  const auto file = std::make_shared<TraceFile>(
      OutputFile::open(path), std::make_unique<RecordingFormat>(TraceLabels(), size),
      TraceFile::Options{"recording", TraceFile::default_queue_limit, {}});
  testing::TracedBus bus;
  bus.tracer.add_sink(file);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(bus.write(0x48, testing::bytes({1})).ok());

  file->begin();

  EXPECT_TRUE(file->close(limit));
  EXPECT_THAT(file->loss(), HasSubstr("and a larger one cannot be replayed; nothing more"));
  EXPECT_EQ(file->dropped(), 3U);
  EXPECT_THAT(load_recording(path).buses.at(0).transactions(), SizeIs(2));
}

TEST(Recorder, of_a_file_that_cannot_be_made_throws) {
  EXPECT_THROW(Recorder(std::make_shared<testing::ScriptedAdapter>(), "/nonexistent/r.txt", {}),
               std::system_error);
}

}  // namespace
}  // namespace vhost_device::i2c
