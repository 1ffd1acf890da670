// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/loading.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "core/support/unique_fd.hpp"

namespace vhost_device::bench {
namespace {

using Clock = GuestLoad::Clock;
using Loads = std::span<const std::unique_ptr<GuestLoad>>;

/// What is counted since some time before, to take the difference.
struct Counts {
  std::uint64_t kicks = 0;
  std::chrono::nanoseconds own_processor{};
  std::optional<std::chrono::nanoseconds> daemon_processor;

  Counts(Loads loads, std::optional<pid_t> daemon) {
    for (const auto& load : loads) kicks += load->guest().kicks();
    own_processor = own_processor_time();
    if (daemon) daemon_processor = processor_time(*daemon);
  }
};

class Run {
 public:
  Run(Loads loads, const LoadPlan& plan)
      : loads_(loads),
        plan_(plan),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        is_waiting_(loads.size()) {
    waiting_.reserve(loads.size());
    turn_.reserve(loads.size());
    if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    for (std::size_t i = 0; i < loads.size(); ++i) {
      // By edge: the counters need not be read, which saves a system call for each interrupt.
      epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = i}};
      if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, loads[i]->guest().call_fd(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
      }
    }
  }

  LoadResult run() {
    for (const auto& load : loads_) load->start(!plan_.spin);
    until(Clock::now() + plan_.warm_up, 0, nullptr);

    static_cast<void>(count_interrupts());
    const Counts before(loads_, plan_.daemon);
    const Clock::time_point start = Clock::now();
    result_.transactions = until(start + plan_.measured, plan_.transactions, &result_.latencies);
    result_.time = Clock::now() - start;
    const Counts after(loads_, plan_.daemon);
    result_.interrupts = count_interrupts();
    result_.kicks = after.kicks - before.kicks;
    result_.own_processor = after.own_processor - before.own_processor;
    if (plan_.daemon) {
      result_.daemon_processor = *after.daemon_processor - *before.daemon_processor;
      result_.daemon_memory = resident_memory(*plan_.daemon);
    }
    drain();
    for (const auto& load : loads_) {
      result_.mistakes.status += load->mistakes().status;
      result_.mistakes.length += load->mistakes().length;
      result_.mistakes.data += load->mistakes().data;
    }
    return result_;
  }

 private:
  /// Goes on until the time, or so many transactions (zero: no limit), have passed.
  std::uint64_t until(Clock::time_point end, std::uint64_t limit, Histogram* latencies) {
    std::uint64_t count = 0;
    last_answer_ = Clock::now();
    while (last_answer_ < end && (limit == 0 || count < limit)) {
      count += plan_.spin ? look(latencies, false) : wait(latencies, false);
    }
    return count;
  }

  void drain() {
    last_answer_ = Clock::now();
    while (!std::ranges::all_of(loads_, [](const auto& load) { return load->is_idle(); })) {
      static_cast<void>(plan_.spin ? look(nullptr, true) : wait(nullptr, true));
    }
  }

  /// Interrupts since the last call. Those that are taken here are not waited for any more, so
  /// that their answers have to be looked for.
  std::uint64_t count_interrupts() {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < loads_.size(); ++i) {
      count += loads_[i]->guest().take_interrupts();
      if (std::exchange(is_waiting_[i], 1) == 0) waiting_.push_back(i);
    }
    return count;
  }

  std::uint64_t look(Histogram* latencies, bool drain) {
    std::uint64_t count = 0;
    for (const auto& load : loads_) count += load->turn(latencies, drain);
    note(count);
    return count;
  }

  /// Waits for interrupts, and goes once over the guests that have had one.
  std::uint64_t wait(Histogram* latencies, bool drain) {
    constexpr int step_ms = 100;
    const int ready = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                   waiting_.empty() ? step_ms : 0);
    for (int i = 0; i < ready; ++i) {
      const std::size_t index = events_[static_cast<std::size_t>(i)].data.u64;
      if (std::exchange(is_waiting_[index], 1) == 0) waiting_.push_back(index);
    }
    std::uint64_t count = 0;
    turn_.swap(waiting_);
    for (const std::size_t index : turn_) {
      is_waiting_[index] = 0;
      count += answer(index, latencies, drain);
    }
    turn_.clear();
    note(count);
    return count;
  }

  /// As long as answers are there, no interrupt is needed for them. The other guests have their
  /// turn before what came meanwhile.
  std::uint64_t answer(std::size_t index, Histogram* latencies, bool drain) {
    GuestLoad& load = *loads_[index];
    std::uint64_t count = 0;
    load.silence();
    bool more = true;
    do {
      count += load.turn(latencies, drain);
      more = load.wait_again();
    } while (more && loads_.size() == 1);
    if (more) {
      is_waiting_[index] = 1;
      waiting_.push_back(index);
    }
    return count;
  }

  void note(std::uint64_t count) {
    // The clock costs less than a system call, but more than a look at a ring.
    if (count == 0 && plan_.spin && ++idle_looks_ % 256 != 0) return;
    const Clock::time_point now = Clock::now();
    if (count > 0) {
      last_answer_ = now;
    } else if (now - last_answer_ > plan_.patience) {
      throw std::runtime_error("no answer came any more");
    }
    if (count == 0) look_for_ends();
  }

  void look_for_ends() {
    for (const auto& load : loads_) {
      if (load->is_broken()) throw std::runtime_error("an answer to no request came");
      if (load->guest().is_gone()) throw std::runtime_error("the back-end has gone");
    }
  }

  Loads loads_;
  const LoadPlan& plan_;
  support::UniqueFd epoll_;
  std::array<epoll_event, 64> events_{};
  // Guests whose answers are to be looked for, in the order in which they were found.
  std::vector<std::size_t> waiting_;
  std::vector<std::size_t> turn_;
  std::vector<char> is_waiting_;  // by guest: whether it is among them
  LoadResult result_;
  Clock::time_point last_answer_;
  std::uint64_t idle_looks_ = 0;
};

}  // namespace

LoadResult run_loads(Loads loads, const LoadPlan& plan) { return Run(loads, plan).run(); }

}  // namespace vhost_device::bench
