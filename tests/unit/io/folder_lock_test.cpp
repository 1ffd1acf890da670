// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/folder_lock.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <future>
#include <memory>
#include <vector>

#include "core/io/socket_file.hpp"
#include "core/io/unix_address.hpp"
#include "tests/unit/io/served_bus.hpp"

namespace vhost_device::io {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct FolderLockTest : ::testing::Test {
  testing::TemporaryFolder folder;
  fs::path path = folder / "a.sock";
};

TEST_F(FolderLockTest, folder_that_is_locked_is_named_after_the_limit) {
  const FolderLock lock(path.parent_path(), 0ms);

  EXPECT_THAT([&] { FolderLock(path.parent_path(), 0ms); },
              ThrowsMessage<SocketError>(HasSubstr(path.parent_path().string())));
}

TEST_F(FolderLockTest, released_lock_can_be_taken_again_and_leaves_no_file) {
  { const FolderLock lock(path.parent_path(), 0ms); }
  { const FolderLock lock(path.parent_path(), 0ms); }

  EXPECT_TRUE(fs::is_empty(path.parent_path()));
}

TEST_F(FolderLockTest, forked_process_does_not_keep_it) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const support::UniqueFd reader(ends[0]);
  support::UniqueFd writer(ends[1]);
  pid_t child = -1;
  {
    const FolderLock lock(path.parent_path(), 0ms);
    child = ::fork();
    if (child == 0) {
      writer.reset();
      char until_closed = 0;
      ::_exit(static_cast<int>(::read(reader.get(), &until_closed, 1)));
    }
  }

  EXPECT_NO_THROW(FolderLock(path.parent_path(), 0ms));

  writer.reset();
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST_F(FolderLockTest, folder_that_is_not_there_is_none_to_lock) {
  EXPECT_NO_THROW(FolderLock(folder / "none", 0ms));
}

/// Whether somebody listens on the socket file at `path`.
bool is_listened_on(const fs::path& path) {
  const support::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = UnixAddress::from_path(path);
  return ::connect(probe.get(), address->get(), address->size()) == 0;
}

void leave_stale_socket(const fs::path& path) {
  const support::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = UnixAddress::from_path(path);
  ASSERT_EQ(::bind(fd.get(), address->get(), address->size()), 0);
}

std::unique_ptr<SocketFile> try_socket(const fs::path& path) {
  try {
    return std::make_unique<SocketFile>(path, 0600);
  } catch (const SocketError&) {
    return nullptr;
  }
}

// flock tells descriptors apart and not processes, so that threads are like processes here.
TEST_F(FolderLockTest, of_those_that_replace_a_stale_socket_at_once_one_has_it) {
  constexpr int rounds = 300;
  constexpr std::ptrdiff_t contenders = 3;
  for (int round = 0; round < rounds; ++round) {
    leave_stale_socket(path);
    std::barrier start(contenders);
    std::vector<std::future<std::unique_ptr<SocketFile>>> attempts;
    for (std::ptrdiff_t i = 0; i < contenders; ++i) {
      attempts.push_back(std::async(std::launch::async, [&] {
        start.arrive_and_wait();
        return try_socket(path);
      }));
    }
    std::vector<std::unique_ptr<SocketFile>> sockets;
    for (auto& attempt : attempts) sockets.push_back(attempt.get());

    ASSERT_EQ(std::erase(sockets, nullptr), std::size_t{contenders - 1}) << "in round " << round;
    ASSERT_TRUE(is_listened_on(path));
    sockets.clear();
    ASSERT_FALSE(fs::exists(path));
  }
}

}  // namespace
}  // namespace vhost_device::io
