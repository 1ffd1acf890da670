// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/bus_mutex.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace vhost_device::sim {
namespace {

struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Takes one lock, and the other when told to. Returns how often that was a deadlock.
int take_both(BusMutex& first, BusMutex& second, std::promise<void>& has_first,
              std::future<void> go_on) {
  const std::lock_guard outer(first);
  has_first.set_value();
  go_on.wait();
  try {
    const std::lock_guard inner(second);
    return 0;
  } catch (const BusDeadlock&) {
    return 1;
  }
}

TEST(BusMutex, taken_twice_by_one_thread_stays_taken_after_one_unlock) {
  BusMutex mutex;
  const std::lock_guard outer(mutex);
  { const std::lock_guard inner(mutex); }
  auto other = std::async(std::launch::async, [&] { return mutex.try_lock(); });
  EXPECT_FALSE(other.get());
}

TEST(BusMutex, wait_beyond_its_end_is_false) {
  BusMutex mutex;
  const std::lock_guard held(mutex);
  auto other = std::async(std::launch::async,
                          [&] { return mutex.try_lock_until(std::chrono::steady_clock::now()); });
  EXPECT_FALSE(other.get());
}

TEST(BusMutex, exception_of_the_hook_ends_a_wait) {
  BusMutex mutex;
  BusMutex::on_wait([] { throw Interrupted("now"); });
  const std::lock_guard held(mutex);
  auto other = std::async(std::launch::async, [&] { mutex.lock(); });
  EXPECT_THROW(other.get(), Interrupted);
  BusMutex::on_wait(nullptr);
}

TEST(BusMutex, wait_for_a_thread_that_waits_for_this_one_is_a_deadlock) {
  BusMutex mine;
  BusMutex theirs;
  std::promise<void> have_mine;
  std::promise<void> have_theirs;
  auto one = std::async(std::launch::async, take_both, std::ref(mine), std::ref(theirs),
                        std::ref(have_mine), have_theirs.get_future());
  auto other = std::async(std::launch::async, take_both, std::ref(theirs), std::ref(mine),
                          std::ref(have_theirs), have_mine.get_future());

  EXPECT_EQ(one.get() + other.get(), 1);
  EXPECT_TRUE(mine.try_lock());
  mine.unlock();
}

}  // namespace
}  // namespace vhost_device::sim
