// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// What two processes need at least to ask and answer, with nothing done in between: the floor that
// a daemon's latency is compared with (docs/BENCHMARK.md).

#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <new>
#include <system_error>

#include <CLI/CLI.hpp>

#include "core/support/unique_fd.hpp"
#include "tests/bench/histogram.hpp"

namespace {

using vhost_device::bench::Histogram;
using vhost_device::support::UniqueFd;
using Clock = std::chrono::steady_clock;

template <class Result>
Result check(Result result, const char* what) {
  if (result == Result(-1)) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

UniqueFd make_event() {
  return UniqueFd(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
}

UniqueFd wait_on(int descriptor, std::uint32_t events) {
  UniqueFd epoll(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
  epoll_event event{.events = events, .data = {.u64 = 0}};
  check(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
  return epoll;
}

void wait_for(const UniqueFd& epoll) {
  epoll_event event{};
  while (::epoll_wait(epoll.get(), &event, 1, -1) != 1) {
  }
}

/// By eventfds, which both sides wait for with epoll.
class Epoll {
 public:
  void answer_forever() {
    const UniqueFd epoll = wait_on(question_.get(), EPOLLIN);
    for (;;) {
      wait_for(epoll);
      eventfd_t count = 0;
      check(::eventfd_read(question_.get(), &count), "eventfd_read");
      check(::eventfd_write(answer_.get(), 1), "eventfd_write");
    }
  }

  void ask() {
    check(::eventfd_write(question_.get(), 1), "eventfd_write");
    wait_for(asker_epoll_);
  }

 private:
  UniqueFd question_ = make_event();
  UniqueFd answer_ = make_event();
  // By edge, so that nothing need be read: as the front-end of the benchmark does.
  UniqueFd asker_epoll_ = wait_on(answer_.get(), EPOLLIN | EPOLLET);
};

/// By two counters in shared memory, at which both sides look all the time.
class SharedMemory {
 public:
  void answer_forever() const {
    for (std::uint32_t seen = 0;; ++seen) {
      while (counters_->question.load(std::memory_order_acquire) == seen) {
      }
      counters_->answer.store(seen + 1, std::memory_order_release);
    }
  }

  void ask() {
    counters_->question.store(++asked_, std::memory_order_release);
    while (counters_->answer.load(std::memory_order_acquire) != asked_) {
    }
  }

 private:
  static constexpr std::size_t cache_line = 64;
  struct Counters {
    alignas(cache_line) std::atomic<std::uint32_t> question = 0;
    alignas(cache_line) std::atomic<std::uint32_t> answer = 0;
  };

  Counters* counters_ = new (check(
      ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
      "mmap")) Counters;
  std::uint32_t asked_ = 0;
};

/// Keeps this process on one processor; -1: on any.
void stay_on(int processor) {
  if (processor < 0) return;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(static_cast<std::size_t>(processor), &processors);
  check(::sched_setaffinity(0, sizeof processors, &processors), "sched_setaffinity");
}

/// Starts the side that answers as a process of its own, which ends with this one.
template <typename Way>
pid_t start_answering(Way& way, int processor) {
  const pid_t parent = ::getpid();
  const pid_t child = check(::fork(), "fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    stay_on(processor);
    if (::getppid() == parent) way.answer_forever();
    std::_Exit(1);
  }
  return child;
}

struct Options {
  std::string kind = "epoll";
  double seconds = 0.3;
  double warm_up = 0.05;
  int asker_processor = -1;
  int answerer_processor = -1;
};

template <typename Way>
Histogram measure(const Options& options) {
  Way way;
  const pid_t child = start_answering(way, options.answerer_processor);
  stay_on(options.asker_processor);
  const std::chrono::duration<double> warm_up(options.warm_up);
  const std::chrono::duration<double> seconds(options.seconds);
  for (const auto end = Clock::now() + warm_up; Clock::now() < end;) way.ask();
  Histogram times;
  const auto end = Clock::now() + seconds;
  for (auto before = Clock::now(); before < end;) {
    way.ask();
    const auto after = Clock::now();
    times.record(static_cast<std::uint64_t>(std::chrono::nanoseconds(after - before).count()));
    before = after;
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return times;
}

void print(const std::string& kind, const Histogram& times, double seconds) {
  std::printf(
      "{\"floor\": \"%s\", \"seconds\": %g, \"transactions\": %llu, \"rate\": %.10g, "
      "\"latency_mean_ns\": %.10g, \"latency_min_ns\": %llu, \"latency_p50_ns\": %llu, "
      "\"latency_p99_ns\": %llu, \"latency_p999_ns\": %llu, \"latency_max_ns\": %llu}\n",
      kind.c_str(), seconds, static_cast<unsigned long long>(times.count()),
      static_cast<double>(times.count()) / seconds, times.mean(),
      static_cast<unsigned long long>(times.min()),
      static_cast<unsigned long long>(times.permille(500)),
      static_cast<unsigned long long>(times.permille(990)),
      static_cast<unsigned long long>(times.permille(999)),
      static_cast<unsigned long long>(times.max()));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The least time in which two processes can ask and answer, as JSON.");
  Options options;
  app.add_option("kind", options.kind, "epoll: by eventfds; memory: by looking at shared memory")
      ->check(CLI::IsMember({"epoll", "memory"}));
  app.add_option("--seconds", options.seconds, "How long it is measured [0.3]")
      ->check(CLI::Range(0.001, 3600.0));
  app.add_option("--warm-up", options.warm_up, "Seconds before that [0.05]")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--asker-cpu", options.asker_processor, "The processor of the side that asks");
  app.add_option("--answerer-cpu", options.answerer_processor, "And of the one that answers");
  CLI11_PARSE(app, argc, argv);
  try {
    print(options.kind,
          options.kind == "epoll" ? measure<Epoll>(options) : measure<SharedMemory>(options),
          options.seconds);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "notification-floor: %s\n", error.what());
    return 1;
  }
}
