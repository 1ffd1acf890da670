// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/output_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <system_error>

#include "core/i2c/replay/held_file.hpp"
#include "tests/unit/content_of.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace vhost_device::i2c {
namespace {

using testing::content_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TemporaryFolder;

constexpr int limit_ms = 10'000;

/// The error of opening a file.
std::system_error error_of_opening(const std::string& path) {
  try {
    static_cast<void>(OutputFile::open(path));
  } catch (const std::system_error& error) {
    return error;
  }
  return {0, std::generic_category()};
}

/// For this process, no file may be larger than `bytes`, until the end of the scope; a signal that
/// would say so is ignored.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_ = SIG_DFL;
};

constexpr std::array<std::size_t, 3> ends{3, 6, 9};

TEST(OutputFile, full_in_the_middle_of_a_record_ends_at_the_one_before) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  OutputFile file = OutputFile::open(path);
  const FileSizeLimit limit(17);
  ASSERT_EQ(file.write("aabbccddd", ends).error, 0);

  const auto [records, error] = file.write("11\n22\n33\n", ends);

  EXPECT_EQ(records, 2U);
  EXPECT_EQ(error, EFBIG);
  EXPECT_EQ(content_of(path), "aabbccddd11\n22\n");
}

TEST(OutputFile, full_before_the_first_record_is_as_it_was) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  OutputFile file = OutputFile::open(path);
  const FileSizeLimit limit(11);
  ASSERT_EQ(file.write("aabbccddd", ends).error, 0);

  EXPECT_EQ(file.write("11\n22\n33\n", ends).records, 0U);

  EXPECT_EQ(content_of(path), "aabbccddd");
}

TEST(OutputFile, of_somebody_else_is_neither_emptied_nor_cut) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  std::ofstream(path) << "their text ";
  OutputFile file(support::UniqueFd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)));
  const FileSizeLimit limit(16);

  EXPECT_EQ(file.empty(), 0);
  EXPECT_EQ(file.write("11\n22\n33\n", ends).records, 1U);

  EXPECT_EQ(content_of(path), "their text 11\n22");
}

TEST(OutputFile, device_that_is_full_is_an_error_and_has_no_record) {
  OutputFile file = OutputFile::open("/dev/full");

  EXPECT_EQ(file.empty(), 0);
  const auto [records, error] = file.write("11\n22\n33\n", ends);

  EXPECT_EQ(records, 0U);
  EXPECT_EQ(error, ENOSPC);
  EXPECT_EQ(file.close(), 0);
}

TEST(OutputFile, open_keeps_what_is_there_and_empty_does_not) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  std::ofstream(path) << "old";

  OutputFile file = OutputFile::open(path);
  EXPECT_EQ(content_of(path), "old");
  EXPECT_EQ(file.empty(), 0);

  EXPECT_EQ(content_of(path), "");
}

TEST(OutputFile, that_is_open_already_is_refused_by_every_name) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  const std::string symbolic = folder / "symbolic";
  const std::string hard = folder / "hard";
  const OutputFile file = OutputFile::open(path);
  std::filesystem::create_symlink("f", symbolic);
  std::filesystem::create_hard_link(path, hard);

  EXPECT_EQ(error_of_opening(symbolic).code(), std::errc::device_or_resource_busy);
  EXPECT_THAT(error_of_opening(hard).what(),
              StartsWith(hard + ": another trace or recording is being written to it"));
}

TEST(OutputFile, that_was_closed_may_be_opened_again) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  OutputFile file = OutputFile::open(path);

  EXPECT_EQ(file.close(), 0);

  EXPECT_NO_THROW(static_cast<void>(OutputFile::open(path)));
  EXPECT_EQ(file.close(), 0);
}

TEST(OutputFile, that_was_closed_may_be_opened_though_a_fork_has_it_still) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  OutputFile file = OutputFile::open(path);
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }

  EXPECT_EQ(file.close(), 0);

  EXPECT_NO_THROW(static_cast<void>(OutputFile::open(path)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST(OutputFile, that_is_held_is_refused_until_it_is_not) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  std::ofstream(path) << "old";
  auto held =
      std::make_unique<HeldFile>(support::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));

  EXPECT_THAT(error_of_opening(path).what(), StartsWith(path + ": it is being replayed"));
  held.reset();

  EXPECT_NO_THROW(static_cast<void>(OutputFile::open(path)));
}

TEST(OutputFile, pipe_that_nobody_reads_is_refused) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);

  EXPECT_EQ(error_of_opening(path).code(), std::errc::broken_pipe);
  EXPECT_THAT(error_of_opening(path).what(), StartsWith(path + ": nobody reads this pipe"));
}

TEST(OutputFile, pipe_that_is_read_waits_for_its_reader) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const support::UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader);
  const std::string more_than_a_pipe_takes(std::size_t{1} << 20, 'x');
  const std::size_t end = more_than_a_pipe_takes.size();
  OutputFile file = OutputFile::open(path);

  auto written = std::async(std::launch::async, [&] {
    return file.write(more_than_a_pipe_takes, {&end, 1}).records;
  });
  std::size_t got = 0;
  std::array<char, 4096> buffer{};
  pollfd readable{reader.get(), POLLIN, 0};
  while (got < end && ::poll(&readable, 1, limit_ms) == 1) {
    got +=
        static_cast<std::size_t>(std::max<ssize_t>(::read(reader.get(), buffer.data(), 4096), 0));
  }

  EXPECT_EQ(got, end);
  EXPECT_EQ(written.get(), 1U);
}

TEST(OutputFile, that_it_made_and_nobody_used_is_removed) {
  const TemporaryFolder folder;
  const std::string unused = folder / "unused";
  const std::string closed = folder / "closed";

  static_cast<void>(OutputFile::open(unused));
  EXPECT_EQ(OutputFile::open(closed).close(), 0);

  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(OutputFile, that_it_made_and_emptied_stays) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";

  EXPECT_EQ(OutputFile::open(path).empty(), 0);

  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(OutputFile, that_was_there_before_and_is_not_used_stays) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  std::ofstream(path) << "";

  static_cast<void>(OutputFile::open(path));

  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(OutputFile, in_a_folder_that_is_not_there_is_named) {
  const std::system_error error = error_of_opening("/nowhere/trace.vcd");

  EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
  EXPECT_THAT(error.what(), HasSubstr("/nowhere/trace.vcd"));
}

}  // namespace
}  // namespace vhost_device::i2c
