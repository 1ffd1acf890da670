// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/trace_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <future>

#include "tests/unit/content_of.hpp"
#include "tests/unit/i2c/trace/traced_bus.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace vhost_device::i2c {
namespace {

using namespace std::chrono_literals;
using testing::bytes;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using vhost_device::testing::content_of;

constexpr auto limit = 10s;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  /// Everything up to the end of the file.
  [[nodiscard]] std::string read_all() const {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 1; count > 0;) {
      count = ::read(read_end.get(), buffer.data(), buffer.size());
      if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  support::UniqueFd read_end;
  support::UniqueFd write_end;
};

class TraceFileTest : public ::testing::Test, protected testing::TracedBus {
 protected:
  std::shared_ptr<TraceFile> trace_to(support::UniqueFd fd,
                                      std::size_t queue_limit = TraceFile::default_queue_limit) {
    return trace_to(OutputFile(std::move(fd)), queue_limit);
  }
  std::shared_ptr<TraceFile> trace_to(OutputFile output,
                                      std::size_t queue_limit = TraceFile::default_queue_limit) {
    auto file = waiting_trace_to(std::move(output), queue_limit);
    file->begin();
    return file;
  }
  /// One that has not begun.
  std::shared_ptr<TraceFile> waiting_trace_to(
      OutputFile output, std::size_t queue_limit = TraceFile::default_queue_limit) {
    auto file = std::make_shared<TraceFile>(
        std::move(output), make_trace_format(TraceFileType::text, {}),
        TraceFile::Options{"trace of the test", queue_limit,
                           [this](const std::string& text) { warned.set_value(text); }});
    tracer.add_sink(file);
    return file;
  }

  Pipe pipe;
  std::promise<std::string> warned;  // a second warning would throw
};

TEST_F(TraceFileTest, every_transaction_is_written_and_the_file_is_closed) {
  const auto file = trace_to(std::move(pipe.write_end));
  ASSERT_TRUE(write(0x48, bytes({1})).ok());
  ASSERT_TRUE(write(0x49, bytes({2})).ok());

  EXPECT_TRUE(file->close(limit));

  EXPECT_EQ(pipe.read_all(),
            "# I2C trace: seconds, bus, messages\n"
            "     0.000000000  i2c  0x48 W 01\n"
            "     0.000000000  i2c  0x49 W 02\n");
  EXPECT_EQ(file->dropped(), 0U);
}

TEST_F(TraceFileTest, transaction_is_written_without_waiting_for_more) {
  const auto file = trace_to(std::move(pipe.write_end));
  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  std::string text;
  while (text.find("0x48 W 01\n") == std::string::npos) {  // the test's own limit ends this
    char character = 0;
    ASSERT_EQ(::read(pipe.read_end.get(), &character, 1), 1);
    text += character;
  }
}

TEST_F(TraceFileTest, reader_that_does_not_read_stalls_nobody) {
  constexpr std::size_t queue_limit = 200'000;
  const auto file = trace_to(std::move(pipe.write_end), queue_limit);

  for (int i = 0; i < 2'000; ++i) ASSERT_TRUE(write(0x48, testing::Bytes(200)).ok());

  EXPECT_GT(file->dropped(), 0U);
  EXPECT_FALSE(file->close(0ms));
  pipe.read_end.reset();  // lets the file's thread end
  EXPECT_TRUE(file->close(limit));
}

TEST_F(TraceFileTest, gap_is_told_where_it_is) {
  const auto file = trace_to(std::move(pipe.write_end), 200'000);
  while (file->dropped() == 0) ASSERT_TRUE(write(0x48, testing::Bytes(200)).ok());
  auto reading = std::async(std::launch::async, [this] { return pipe.read_all(); });
  const auto warning = warned.get_future();
  while (warning.wait_for(1ms) != std::future_status::ready) {
    ASSERT_TRUE(write(0x49, bytes({1})).ok());
  }

  EXPECT_TRUE(file->close(limit));

  EXPECT_THAT(reading.get(), HasSubstr("transactions are missing here\n"));
}

TEST_F(TraceFileTest, reader_that_left_is_warned_of_once_and_everything_is_dropped) {
  const auto file = trace_to(std::move(pipe.write_end));
  pipe.read_end.reset();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(write(0x48, bytes({1})).ok());

  EXPECT_TRUE(file->close(limit));

  EXPECT_EQ(warned.get_future().get(),
            "trace of the test: Broken pipe; nothing more is written to it");
  EXPECT_EQ(file->dropped(), 100U);
}

TEST_F(TraceFileTest, full_disk_is_warned_of) {
  const auto file = trace_to(OutputFile::open("/dev/full"));

  EXPECT_TRUE(file->close(limit));

  EXPECT_THAT(warned.get_future().get(), HasSubstr("No space left on device"));
}

TEST_F(TraceFileTest, what_comes_after_the_end_is_dropped) {
  const auto file = trace_to(std::move(pipe.write_end));
  ASSERT_TRUE(file->close(limit));

  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  EXPECT_EQ(file->dropped(), 1U);
}

TEST_F(TraceFileTest, gap_behind_the_last_transaction_is_told) {
  const auto file = waiting_trace_to(OutputFile(std::move(pipe.write_end)), 10'000);
  ASSERT_TRUE(write(0x48, bytes({1})).ok());
  while (file->dropped() < 3) ASSERT_TRUE(write(0x48, testing::Bytes(200)).ok());

  file->begin();

  EXPECT_TRUE(file->close(limit));
  EXPECT_THAT(pipe.read_all(), EndsWith("\n# 3 transactions are missing here\n"));
  EXPECT_EQ(file->loss(), warned.get_future().get());
}

TEST_F(TraceFileTest, file_is_left_alone_until_it_begins) {
  const vhost_device::testing::TemporaryFolder folder;
  const std::string path = folder / "old";
  std::ofstream(path) << "old";
  const auto file = waiting_trace_to(OutputFile::open(path));
  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  EXPECT_TRUE(file->close(limit));

  EXPECT_EQ(content_of(path), "old");
}

TEST_F(TraceFileTest, what_came_before_the_beginning_is_written) {
  const vhost_device::testing::TemporaryFolder folder;
  const std::string path = folder / "old";
  std::ofstream(path) << std::string(1'000, 'x');
  const auto file = waiting_trace_to(OutputFile::open(path));
  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  file->begin();

  EXPECT_TRUE(file->close(limit));
  EXPECT_EQ(content_of(path),
            "# I2C trace: seconds, bus, messages\n"
            "     0.000000000  i2c  0x48 W 01\n");
  EXPECT_EQ(file->loss(), "");
}

}  // namespace
}  // namespace vhost_device::i2c
