// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <filesystem>
#include <fstream>

#include "tests/unit/i2c/replay/replayed_bus.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace vhost_device::i2c {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

TEST(LoadedRecording, is_what_is_in_the_file) {
  const vhost_device::testing::TemporaryFolder folder;
  const auto path = folder.path() / "r.txt";
  std::ofstream(path) << recording_header << "\n0x48 W 00\n0x48 R 01\n";

  EXPECT_THAT(load_recording(path).buses.at(0).transactions(), SizeIs(2));
}

TEST(LoadedRecording, that_is_not_there_is_refused_by_its_path) {
  EXPECT_THAT([] { static_cast<void>(load_recording("/nonexistent/r.txt")); },
              ThrowsMessage<RecordingError>(
                  AllOf(HasSubstr("/nonexistent/r.txt: No such file"), HasSubstr("--record"))));
}

TEST(LoadedRecording, that_is_no_file_is_refused) {
  EXPECT_THAT([] { static_cast<void>(load_recording("/dev/zero")); },
              ThrowsMessage<RecordingError>(HasSubstr("/dev/zero: it is no file")));
}

TEST(LoadedRecording, that_is_too_large_is_refused) {
  const vhost_device::testing::TemporaryFolder folder;
  const auto path = folder.path() / "r.txt";
  std::ofstream(path) << recording_header << '\n';
  std::filesystem::resize_file(path, max_recording_size + 1);  // a hole

  EXPECT_THAT([&] { static_cast<void>(load_recording(path)); },
              ThrowsMessage<RecordingError>(HasSubstr("larger than 256 MiB")));
}

}  // namespace
}  // namespace vhost_device::i2c
