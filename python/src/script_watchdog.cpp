// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/script_watchdog.hpp"

#include <pybind11/pybind11.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "python/src/errors.hpp"
#include "python/src/process_wide.hpp"

namespace vhost_device::python {
namespace {

// Code that caught the exception gets the next one after this time.
constexpr std::chrono::milliseconds repetition{20};

}  // namespace

// Its mutex is the last one to be taken: never is the GIL waited for with it held.
class ScriptWatchdog {
 public:
  static ScriptWatchdog& instance() { return ProcessWide<ScriptWatchdog>::instance(); }

  void add(ScriptTimeLimit* limit) {
    const std::lock_guard lock(mutex_);
    if (expired_) limit->deadline_ = ScriptTimeLimit::Clock::now();
    limits_.push_back(limit);
    if (!thread_.joinable() && !ending_) thread_ = std::thread([this] { run(); });
    if (limit->deadline_ < wakes_at_) changed_.notify_all();
  }

  void remove(ScriptTimeLimit* limit) {
    const std::lock_guard lock(mutex_);
    std::erase(limits_, limit);
  }

  void expire_all() {
    const std::lock_guard lock(mutex_);
    expired_ = true;
    for (ScriptTimeLimit* const limit : limits_) limit->deadline_ = ScriptTimeLimit::Clock::now();
    changed_.notify_all();
  }

  void shut_down() {
    std::unique_lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
    std::thread thread = std::move(thread_);
    lock.unlock();
    if (thread.joinable()) thread.join();
  }

 private:
  using TimePoint = ScriptTimeLimit::Clock::time_point;

  void run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      wakes_at_ = next_deadline();
      if (wakes_at_ == TimePoint::max()) {
        changed_.wait(lock);
      } else if (wakes_at_ > ScriptTimeLimit::Clock::now()) {
        changed_.wait_until(lock, wakes_at_);
      } else {
        lock.unlock();
        raise_in_overdue();
        lock.lock();
      }
    }
  }

  [[nodiscard]] TimePoint next_deadline() const {
    TimePoint next = TimePoint::max();
    for (const ScriptTimeLimit* const limit : limits_) next = std::min(next, limit->deadline_);
    return next;
  }

  void raise_in_overdue() {
    // A limit ends with the GIL held as well, so none can end between the look and the raise.
    const pybind11::gil_scoped_acquire gil;
    const std::lock_guard lock(mutex_);
    const TimePoint now = ScriptTimeLimit::Clock::now();
    for (ScriptTimeLimit* const limit : limits_) {
      if (limit->deadline_ > now) continue;
      limit->deadline_ = now + repetition;
      limit->exceeded_ = true;
      PyThreadState_SetAsyncExc(limit->thread_, error_class("ScriptTimeout").ptr());
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ScriptTimeLimit*> limits_;
  TimePoint wakes_at_ = TimePoint::max();
  bool expired_ = false;
  bool ending_ = false;
  std::thread thread_;
};

ScriptTimeLimit::ScriptTimeLimit(std::chrono::milliseconds limit)
    : thread_(PyThread_get_thread_ident()),
      deadline_(limit > std::chrono::milliseconds(0) ? Clock::now() + limit
                                                     : Clock::time_point::max()) {
  ScriptWatchdog::instance().add(this);
}

ScriptTimeLimit::~ScriptTimeLimit() {
  ScriptWatchdog::instance().remove(this);
  if (exceeded_) PyThreadState_SetAsyncExc(thread_, nullptr);
}

void ScriptTimeLimit::expire_all() { ScriptWatchdog::instance().expire_all(); }

void ScriptTimeLimit::shut_down() { ScriptWatchdog::instance().shut_down(); }

}  // namespace vhost_device::python
