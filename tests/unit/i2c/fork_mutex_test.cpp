// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/support/fork_mutex.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

namespace vhost_device::support {
namespace {

/// What `use` returns in a process that is forked off here; -1 if it ended in another way.
template <class Use>
int in_child(Use use) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(use());
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

/// 0 when it could be locked, 1 when that was refused as it should be, 2 with another text.
int try_once(ForkMutex& mutex) {
  try {
    const std::scoped_lock lock(mutex);
    return 0;
  } catch (const std::runtime_error& error) {
    constexpr std::string_view expected =
        "it was in use when this process was forked off, and stays so in it; make a new one, or "
        "fork before";
    return error.what() == expected ? 1 : 2;
  }
}

TEST(ForkMutex, lets_one_thread_in_at_a_time) {
  ForkMutex mutex("it");
  constexpr int count_of_threads = 4;
  constexpr int rounds = 20'000;
  int count = 0;
  std::vector<std::thread> threads;
  threads.reserve(count_of_threads);
  for (int i = 0; i < count_of_threads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        const std::scoped_lock lock(mutex);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(count, count_of_threads * rounds);
}

TEST(ForkMutex, unlocked_at_the_fork_can_be_locked_by_the_child) {
  ForkMutex mutex("it");
  mutex.lock();
  mutex.unlock();

  EXPECT_EQ(in_child([&] { return try_once(mutex); }), 0);
}

TEST(ForkMutex, locked_at_the_fork_is_refused_in_the_child) {
  ForkMutex mutex("it");
  const std::scoped_lock lock(mutex);

  EXPECT_EQ(in_child([&] { return try_once(mutex); }), 1);
}

TEST(ForkMutex, locked_by_the_child_is_nothing_to_the_parent) {
  ForkMutex mutex("it");

  EXPECT_EQ(in_child([&] {
              mutex.lock();
              return 0;
            }),
            0);
  EXPECT_EQ(try_once(mutex), 0);
}

}  // namespace
}  // namespace vhost_device::support
