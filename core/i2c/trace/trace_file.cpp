// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/trace_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/support/forks.hpp"

namespace vhost_device::i2c {
namespace {

constexpr std::chrono::milliseconds close_limit{500};
// So much text is made before it is written.
constexpr std::size_t chunk_size = std::size_t{64} << 10;

/// errno, or 0.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // whoever gave it to us made it so
      pollfd wanted{fd, POLLOUT, 0};
      ::poll(&wanted, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

/// A signal shall not end up on a thread that does not wait for it, and a reader that left shall
/// be an error of `write`.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all{};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

struct TraceFile::State {
  State(support::UniqueFd its_fd, std::unique_ptr<TraceFormat> its_format, Options its_options)
      : fd(std::move(its_fd)), format(std::move(its_format)), options(std::move(its_options)) {}

  // The thread's alone.
  support::UniqueFd fd;
  const std::unique_ptr<TraceFormat> format;
  const Options options;
  const unsigned forks = support::forks();

  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  struct Waiting {
    std::shared_ptr<const Transaction> transaction;
    std::size_t size = 0;
    std::uint64_t missing_before = 0;
  };
  std::deque<Waiting> queue;
  std::size_t waiting = 0;  // bytes
  std::uint64_t missing = 0;
  std::uint64_t dropped = 0;
  bool failed = false;
  bool ending = false;
  bool ended = false;

  void drop() {
    ++missing;
    ++dropped;
  }

  void warn(const std::string& text) const {
    if (options.on_warning) options.on_warning(text);
  }

  /// Takes all that waits. Empty at the end.
  std::deque<Waiting> take() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return ending || !queue.empty(); });
    waiting = 0;
    return std::exchange(queue, {});
  }

  /// False, and everything is left out from now on, when `text` cannot be written.
  bool write(const std::string& text, std::size_t transactions) {
    const int error = write_all(fd.get(), text);
    if (error == 0) return true;
    warn("trace " + options.name + ": " + std::generic_category().message(error) +
         "; nothing more is written to it");
    const std::scoped_lock lock(mutex);
    failed = true;
    dropped += transactions + queue.size();
    queue.clear();
    return false;
  }
};

TraceFile::TraceFile(support::UniqueFd fd, std::unique_ptr<TraceFormat> format, Options options)
    : state_(std::make_shared<State>(std::move(fd), std::move(format), std::move(options))) {
  const BlockedSignals blocked;
  std::thread([state = state_] { run(state); }).detach();
}

TraceFile::~TraceFile() { close(close_limit); }

bool TraceFile::close(std::chrono::milliseconds limit) {
  if (support::forks() != state_->forks) return true;  // its thread is the parent's
  std::unique_lock lock(state_->mutex);
  state_->ending = true;
  state_->changed.notify_all();
  return state_->changed.wait_for(lock, limit, [this] { return state_->ended; });
}

void TraceFile::put(const std::shared_ptr<const Transaction>& transaction) {
  if (support::forks() != state_->forks) return;
  State& state = *state_;
  const std::size_t size = transaction->size();
  const std::scoped_lock lock(state.mutex);
  if (state.failed || state.ending || state.waiting + size > state.options.queue_limit) {
    state.drop();
    return;
  }
  state.waiting += size;
  state.queue.push_back({transaction, size, std::exchange(state.missing, 0)});
  state.changed.notify_all();
}

std::uint64_t TraceFile::dropped() const {
  if (support::forks() != state_->forks) return 0;
  const std::scoped_lock lock(state_->mutex);
  return state_->dropped;
}

void TraceFile::run(const std::shared_ptr<State>& shared) {
  State& state = *shared;
  std::string text;
  state.format->begin(text);
  bool good = state.write(text, 0);
  bool warned = false;
  while (good) {
    const auto batch = state.take();
    if (batch.empty()) break;
    text.clear();
    std::size_t in_text = 0;
    for (std::size_t i = 0; good && i < batch.size(); ++i) {
      const auto& each = batch[i];
      if (each.missing_before > 0) {
        state.format->add_gap(each.missing_before, text);
        if (!std::exchange(warned, true)) {
          state.warn("trace " + state.options.name +
                     ": it is written more slowly than the bus is used; transactions are left out");
        }
      }
      state.format->add(*each.transaction, text);
      ++in_text;
      if (text.size() < chunk_size && i + 1 < batch.size()) continue;
      good = state.write(text, in_text + (batch.size() - i - 1));
      text.clear();
      in_text = 0;
    }
  }
  state.fd.reset();
  const std::scoped_lock lock(state.mutex);
  state.ended = true;
  state.changed.notify_all();
}

support::UniqueFd open_trace_file(const std::string& path) {
  constexpr mode_t mode = 0666;  // less the umask
  support::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd) throw std::system_error(errno, std::generic_category(), path);
  return fd;
}

}  // namespace vhost_device::i2c
