// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/bounded_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using End = ProcessOutcome::End;

/// While it lives, this thread blocks a signal.
class Blocked {
 public:
  explicit Blocked(int signal) {
    sigset_t block;
    ::sigemptyset(&block);
    ::sigaddset(&block, signal);
    ::pthread_sigmask(SIG_BLOCK, &block, &before_);
  }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;
  ~Blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// While it lives, this process ignores a signal.
class Ignored {
 public:
  explicit Ignored(int signal) : signal_(signal) {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(signal_, &ignore, &before_);
  }
  Ignored(const Ignored&) = delete;
  Ignored& operator=(const Ignored&) = delete;
  ~Ignored() { ::sigaction(signal_, &before_, nullptr); }

 private:
  const int signal_;
  struct sigaction before_ {};
};

ProcessOutcome run_shell(const std::string& script, const ProcessLimits& limits = {}) {
  return run_bounded({"sh", "-c", script}, limits);
}

std::string text(const ProcessOutcome& outcome) {
  std::string text;
  for (const std::byte byte : outcome.output) text += static_cast<char>(byte);
  return text;
}

std::size_t open_descriptors() {
  using Iterator = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Iterator("/proc/self/fd"), Iterator()));
}

TEST(RunBounded, output_messages_and_status_are_kept_apart) {
  const ProcessOutcome outcome = run_shell("printf out; printf err >&2; exit 3");
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(text(outcome), "out");
  EXPECT_EQ(outcome.messages, "err");
}

TEST(RunBounded, output_beyond_a_pipes_capacity_is_complete) {
  const ProcessOutcome outcome = run_shell("head -c 1000000 /dev/zero");
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.output, std::vector<std::byte>(1'000'000));
}

TEST(RunBounded, standard_input_is_empty) { EXPECT_EQ(text(run_shell("cat; echo end")), "end\n"); }

TEST(RunBounded, no_such_program_is_told_as_enoent) {
  try {
    (void)run_bounded({"no-such-program-anywhere"}, {});
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
  }
}

TEST(RunBounded, signal_is_told) {
  const ProcessOutcome outcome = run_shell("kill -SEGV $$");
  EXPECT_EQ(outcome.end, End::signalled);
  EXPECT_EQ(outcome.code, SIGSEGV);
}

TEST(RunBounded, program_that_never_ends_is_killed_at_the_wall_limit) {
  ProcessLimits limits;
  limits.wall_time = std::chrono::milliseconds(50);
  const ProcessOutcome outcome = run_shell("printf begun; exec tail -f /dev/null", limits);
  EXPECT_EQ(outcome.end, End::timed_out);
}

// Its pipes are at their ends long before it is.
TEST(RunBounded, silent_program_that_never_ends_is_killed_at_the_wall_limit) {
  ProcessLimits limits;
  limits.wall_time = std::chrono::milliseconds(50);
  const ProcessOutcome outcome = run_shell("exec >&- 2>&-; kill -STOP $$", limits);
  EXPECT_EQ(outcome.end, End::timed_out);
}

// A grandchild keeps the pipes open, and its parent's end counts.
TEST(RunBounded, program_that_leaves_a_child_behind_has_ended) {
  const testing::TemporaryFolder folder;
  const std::string fifo = (folder.path() / "fifo").string();
  const ProcessOutcome outcome =
      run_shell("mkfifo " + fifo + "; (read line < " + fifo + ") & printf done");
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(text(outcome), "done");
  const int end = ::open(fifo.c_str(), O_WRONLY);  // lets the grandchild go
  EXPECT_EQ(::close(end), 0);
}

// As a compiler is that waits for a pipe which the source names, when the daemon is killed.
TEST(RunBounded, program_ends_with_a_process_that_is_killed) {
  const testing::TemporaryFolder folder;
  const std::string fifo = (folder.path() / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const int held_by_program = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const pid_t killed = ::fork();
  if (killed == 0) {
    (void)run_shell("exec 9> " + fifo + "; echo >&9; exec tail -f /dev/null");
    ::_exit(1);
  }
  constexpr int limit_ms = 10'000;
  pollfd begun{held_by_program, POLLIN, 0};
  ASSERT_EQ(::poll(&begun, 1, limit_ms), 1);
  char line = 0;
  ASSERT_EQ(::read(held_by_program, &line, 1), 1);

  ::kill(killed, SIGKILL);

  pollfd end{held_by_program, 0, 0};
  EXPECT_EQ(::poll(&end, 1, limit_ms), 1);
  EXPECT_EQ(end.revents, POLLHUP);
  EXPECT_EQ(::waitpid(killed, nullptr, 0), killed);
  ::close(held_by_program);
}

TEST(RunBounded, busy_program_is_ended_at_the_limit_of_cpu_time) {
  ProcessLimits limits;
  limits.cpu_seconds = 1;
  const ProcessOutcome outcome = run_shell("while :; do :; done", limits);
  EXPECT_EQ(outcome.end, End::signalled);
}

TEST(RunBounded, endless_output_is_ended_at_the_limit_of_output) {
  ProcessLimits limits;
  limits.output_bytes = 100'000;
  const ProcessOutcome outcome = run_shell("exec cat /dev/zero", limits);
  EXPECT_EQ(outcome.end, End::overflowed);
  EXPECT_EQ(outcome.output.size(), 100'000U);
}

TEST(RunBounded, messages_beyond_their_limit_are_dropped) {
  ProcessLimits limits;
  limits.message_bytes = 10;
  const ProcessOutcome outcome = run_shell("head -c 300000 /dev/zero >&2; printf done", limits);
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(text(outcome), "done");
  EXPECT_EQ(outcome.messages.size(), 10U);
}

TEST(RunBounded, program_cannot_write_to_files) {
  const testing::TemporaryFolder folder;
  const std::string file = (folder.path() / "file").string();
  const ProcessOutcome outcome = run_shell("while :; do echo x >> " + file + "; done");
  EXPECT_EQ(outcome.end, End::signalled);
  EXPECT_EQ(outcome.code, SIGXFSZ);
}

TEST(RunBounded, program_cannot_have_more_memory_than_the_limit) {
  ProcessLimits limits;
  limits.address_space_bytes = 64U << 20U;
  // A variable that doubles until the shell is refused more.
  const ProcessOutcome outcome = run_shell("x=0123456789; while :; do x=$x$x; done", limits);
  EXPECT_NE(outcome.code, 0);
}

TEST(RunBounded, blocked_and_ignored_signals_are_not_passed_on) {
  const Blocked blocked(SIGTERM);
  const ProcessOutcome outcome = run_shell("kill -TERM $$; exec tail -f /dev/null");
  EXPECT_EQ(outcome.end, End::signalled);
  EXPECT_EQ(outcome.code, SIGTERM);
}

// The kernel forgets its children as they end, sometimes before they can be asked about.
TEST(RunBounded, process_that_ignores_sigchld_can_still_run_programs) {
  const Ignored ignored(SIGCHLD);
  for (int round = 0; round < 50; ++round) {
    const ProcessOutcome outcome = run_shell("printf out");
    EXPECT_EQ(outcome.end, End::exited);
    EXPECT_EQ(text(outcome), "out");
  }
}

TEST(RunBounded, process_that_ignores_sigchld_still_kills_what_never_ends) {
  const Ignored ignored(SIGCHLD);
  ProcessLimits limits;
  limits.wall_time = std::chrono::milliseconds(50);
  EXPECT_EQ(run_shell("exec tail -f /dev/null", limits).end, End::timed_out);
}

TEST(RunBounded, descriptors_are_all_closed_after_it) {
  const std::size_t before = open_descriptors();
  ProcessLimits limits;
  limits.output_bytes = 10;
  (void)run_shell("exit 1");
  (void)run_shell("exec cat /dev/zero", limits);
  (void)testing::error_of([] { (void)run_bounded({"no-such-program-anywhere"}, {}); });
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace vhost_device::sim
