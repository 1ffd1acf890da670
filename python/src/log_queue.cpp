// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/log_queue.hpp"

#include <pybind11/pybind11.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "python/src/process_wide.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python::log_queue {
namespace {

constexpr std::size_t max_waiting = 1000;

struct Record {
  Level level;
  std::string text;
};

void deliver(const Record& record) {
  const py::gil_scoped_acquire gil;
  try {
    py::module_::import("vhost_device._log")
        .attr("deliver")(static_cast<int>(record.level), to_text(record.text));
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable("vhost_device: writing a log record");
  }
}

class Queue {
 public:
  static Queue& instance() { return ProcessWide<Queue>::instance(); }

  void push(Level level, std::string text) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    if (records_.size() >= max_waiting) {
      ++dropped_;
      return;
    }
    if (dropped_ > 0) {
      const std::string note = std::to_string(std::exchange(dropped_, 0)) + " records are missing";
      add({Level::warning, note});
    }
    add({level, std::move(text)});
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_all();
  }

  void flush(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (std::this_thread::get_id() == thread_.get_id()) return;
    changed_.wait_for(lock, limit, [this, end = pushed_] { return delivered_ >= end || ended_; });
  }

  void shut_down(std::chrono::milliseconds limit) {
    flush(limit);
    std::unique_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
    if (!thread_.joinable()) return;
    const bool idle = changed_.wait_for(lock, limit, [this] { return !delivering_; });
    lock.unlock();
    // A handler that never returns keeps its thread until the end of the process.
    idle ? thread_.join() : thread_.detach();
  }

 private:
  void add(Record record) {
    records_.push_back(std::move(record));
    ++pushed_;
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ended_ || !records_.empty(); });
      if (ended_) return;
      const Record record = std::move(records_.front());
      records_.pop_front();
      delivering_ = true;
      lock.unlock();
      deliver(record);
      lock.lock();
      delivering_ = false;
      ++delivered_;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Record> records_;
  std::size_t dropped_ = 0;
  std::uint64_t pushed_ = 0;
  std::uint64_t delivered_ = 0;
  bool delivering_ = false;
  bool ended_ = false;
  std::thread thread_;
};

Level level_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return Level::debug;
    case spdlog::level::info:
      return Level::info;
    case spdlog::level::warn:
      return Level::warning;
    case spdlog::level::critical:
      return Level::critical;
    default:
      return Level::error;
  }
}

// Needs no lock of its own: the queue has one.
class Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    push(level_of(message.level), std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}
};

}  // namespace

void push(Level level, std::string text) { Queue::instance().push(level, std::move(text)); }

void flush(std::chrono::milliseconds limit) { Queue::instance().flush(limit); }

void shut_down(std::chrono::milliseconds limit) { Queue::instance().shut_down(limit); }

void take_over_spdlog() {
  auto logger = std::make_shared<spdlog::logger>("vhost_device", std::make_shared<Sink>());
  logger->set_level(spdlog::level::debug);  // Python's logger has the say
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace vhost_device::python::log_queue
