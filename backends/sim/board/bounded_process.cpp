// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/bounded_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <span>
#include <system_error>

#include "core/support/unique_fd.hpp"

namespace vhost_device::sim {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) check(errno, "pipe");
    reader = support::UniqueFd(ends[0]);
    writer = support::UniqueFd(ends[1]);
    if (::fcntl(reader.get(), F_SETFL, O_NONBLOCK) != 0) check(errno, "pipe");
  }

  /// The errno that the new process sends when it cannot become the program; zero at the end of the
  /// stream.
  [[nodiscard]] int wait_for_error() const {
    pollfd readable{reader.get(), POLLIN, 0};
    int error = 0;
    ssize_t count = -1;
    while (count < 0) {
      (void)::poll(&readable, 1, -1);
      count = ::read(reader.get(), &error, sizeof error);
    }
    return count == sizeof error ? error : 0;
  }

  support::UniqueFd reader;
  support::UniqueFd writer;
};

/// Reads what is there, or, from one that writes faster than this reads, more than a pipe can hold
/// (64 KiB, pipe(7)). False at the end of the stream.
template <typename Sink>
bool drain(const support::UniqueFd& from, Sink&& sink) {
  std::array<char, 16384> chunk;
  for (int chunks = 0; chunks < 16; ++chunks) {
    const ssize_t count = ::read(from.get(), chunk.data(), chunk.size());
    if (count > 0) {
      sink(chunk.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
  return true;
}

/// What the new process does until it becomes the program: it gets its pipes, and signals as a
/// shell would start it with, whatever this process has blocked or ignored. It ends with the thread
/// that began it, should that be killed; nobody else would then end a program that waits for ever.
///
/// Other threads may have held any lock at the fork, so this makes system calls and nothing else.
/// It returns only when one of them failed, with errno.
void become(char* const* arguments, const Pipe& output, const Pipe& messages, pid_t parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return;
  if (::getppid() != parent) ::_exit(EXIT_FAILURE);  // it was killed before it could be told
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 ||
      ::dup2(output.writer.get(), STDOUT_FILENO) < 0 ||
      ::dup2(messages.writer.get(), STDERR_FILENO) < 0) {
    return;
  }
  if (nothing > STDERR_FILENO) ::close(nothing);
  struct sigaction defaults {};
  defaults.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) (void)::sigaction(signal, &defaults, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  (void)::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::execvp(arguments[0], arguments);
}

/// While it lives, this thread blocks all signals: no handler of this process shall run in a new
/// one.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// Starts a program. Not with posix_spawn, which cannot ask for the end with the parent.
pid_t start(const std::vector<std::string>& command, const Pipe& output, const Pipe& messages) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Pipe failure;  // closed without a word when the program starts
  const pid_t parent = ::getpid();
  pid_t pid = -1;
  {
    const SignalsBlocked blocked;
    pid = ::fork();
    if (pid == 0) {
      become(arguments.data(), output, messages, parent);
      const int error = errno;
      (void)!::write(failure.writer.get(), &error, sizeof error);
      ::_exit(EXIT_FAILURE);
    }
  }
  check(pid < 0 ? errno : 0, "fork");
  failure.writer.reset();
  if (const int error = failure.wait_for_error(); error != 0) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
    check(error, command[0].c_str());
  }
  return pid;
}

/// A process that does not outlive this object. Named by a pidfd where it is killed, since its
/// number may be reused where someone else reaps children.
class Child {
 public:
  explicit Child(pid_t pid)
      : pid_(pid), process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
    // It has ended already, and nobody had to reap it: this process ignores SIGCHLD.
    if (process_ || errno == ESRCH) return;
    const int error = errno;
    ::kill(pid_, SIGKILL);
    (void)reap();
    check(error, "pidfd_open");
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (reaped_ || !process_) return;
    ::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
    (void)reap();
  }

  /// A limit that cannot be set is one that a process already at its end does not need.
  void limit(decltype(RLIMIT_CPU) what, std::uint64_t value) const {
    const rlimit both{value, value};
    (void)::prlimit(pid_, what, &both, nullptr);
  }

  /// Readable once it has ended; -1 if it had from the beginning.
  [[nodiscard]] int descriptor() const { return process_.get(); }

  /// The status of waitpid; 0 where this process ignores SIGCHLD and so cannot know.
  int reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0) {
      if (errno == EINTR) continue;
      status = 0;
      break;
    }
    reaped_ = true;
    return status;
  }

 private:
  pid_t pid_;
  support::UniqueFd process_;
  bool reaped_ = false;
};

/// Waits for something to happen on any of them. False when the deadline has passed.
bool wait_for_any(std::array<pollfd, 3>& events, Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const int count = ::poll(events.data(), events.size(), static_cast<int>(left.count()));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) check(errno, "poll");
  }
}

/// Collects what the process writes until it has ended.
ProcessOutcome::End follow(const Child& child, Pipe& output, Pipe& messages,
                           const ProcessLimits& limits, ProcessOutcome& outcome) {
  const Deadline deadline = std::chrono::steady_clock::now() + limits.wall_time;
  bool overflow = false;
  const auto keep_output = [&](const char* data, std::size_t size) {
    const std::size_t room = limits.output_bytes - outcome.output.size();
    overflow = overflow || size > room;
    const auto bytes = std::as_bytes(std::span(data, std::min(size, room)));
    outcome.output.insert(outcome.output.end(), bytes.begin(), bytes.end());
  };
  const auto keep_message = [&](const char* data, std::size_t size) {
    outcome.messages.append(data, std::min(size, limits.message_bytes - outcome.messages.size()));
  };

  bool ended = false;
  while (!ended) {
    // poll passes over the -1 of a closed descriptor.
    std::array<pollfd, 3> events{{{output.reader.get(), POLLIN, 0},
                                  {messages.reader.get(), POLLIN, 0},
                                  {child.descriptor(), POLLIN, 0}}};
    const bool ended_before = child.descriptor() < 0;
    if (!ended_before && !wait_for_any(events, deadline)) return ProcessOutcome::End::timed_out;
    // Asked before the pipes are drained: all that it wrote is in them by then.
    ended = ended_before || events[2].revents != 0;
    if (output.reader && !drain(output.reader, keep_output)) output.reader.reset();
    if (messages.reader && !drain(messages.reader, keep_message)) messages.reader.reset();
    if (overflow) return ProcessOutcome::End::overflowed;
  }
  return ProcessOutcome::End::exited;
}

}  // namespace

ProcessOutcome run_bounded(const std::vector<std::string>& command, const ProcessLimits& limits) {
  Pipe output;
  Pipe messages;
  Child child(start(command, output, messages));
  child.limit(RLIMIT_CPU, limits.cpu_seconds);
  child.limit(RLIMIT_AS, limits.address_space_bytes);
  child.limit(RLIMIT_FSIZE, 0);
  child.limit(RLIMIT_CORE, 0);
  output.writer.reset();
  messages.writer.reset();

  ProcessOutcome outcome;
  outcome.end = follow(child, output, messages, limits, outcome);
  if (outcome.end != ProcessOutcome::End::exited) return outcome;
  const int status = child.reap();
  if (WIFSIGNALED(status)) {
    outcome.end = ProcessOutcome::End::signalled;
    outcome.code = WTERMSIG(status);
  } else {
    outcome.code = WEXITSTATUS(status);
  }
  return outcome;
}

}  // namespace vhost_device::sim
