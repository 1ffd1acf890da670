// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/trace_file.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/support/forks.hpp"

namespace vhost_device::i2c {
namespace {

constexpr std::chrono::milliseconds close_limit{500};
// So much text is made before it is written.
constexpr std::size_t chunk_size = std::size_t{64} << 10;

/// A signal shall not end up on a thread that does not wait for it, and a reader that left or a
/// file that reached its limit (SIGPIPE, SIGXFSZ) shall be an error of `write`.
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
  State(OutputFile its_file, std::unique_ptr<TraceFormat> its_format, Options its_options)
      : options(std::move(its_options)), file(std::move(its_file)), format(std::move(its_format)) {}

  struct Waiting {
    std::shared_ptr<const Transaction> transaction;
    std::size_t size = 0;
    std::uint64_t missing_before = 0;
  };

  const Options options;
  const unsigned forks = support::forks();

  // The thread's alone.
  OutputFile file;
  const std::unique_ptr<TraceFormat> format;
  std::string text;               // that is not written yet
  std::vector<std::size_t> ends;  // of the records in it
  bool gap_was_told = false;

  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<Waiting> queue;
  std::size_t waiting = 0;    // bytes
  std::size_t in_batch = 0;   // transactions that are not in the queue any more
  std::uint64_t missing = 0;  // behind all that is in the queue
  std::uint64_t dropped = 0;
  std::string loss;
  bool failed = false;
  bool ending = false;
  bool ended = true;  // there is no thread

  void run() {
    if (begin()) {
      while (write(take())) {
      }
      tell_last_gap();
    }
    end();
  }

  bool begin() {
    if (const int error = file.empty(); error != 0) return fail(error, 0);
    format->begin(text);
    ends.push_back(text.size());
    return flush(0);
  }

  /// All that waits. Empty at the end.
  std::deque<Waiting> take() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return ending || !queue.empty(); });
    waiting = 0;
    in_batch = queue.size();
    return std::exchange(queue, {});
  }

  /// False at the end, or when nothing more can be written.
  bool write(const std::deque<Waiting>& batch) {
    std::size_t left = batch.size();  // that are not in the file
    for (const Waiting& each : batch) {
      if (each.missing_before > 0) tell_gap(each.missing_before);
      format->add(*each.transaction, text);
      ends.push_back(text.size());
      const std::string full = format->full();
      if (text.size() < chunk_size && ends.size() < left && full.empty()) continue;
      const std::size_t records = ends.size();
      if (!flush(left)) return false;
      left -= records;
      is_written(records);
      if (!full.empty()) return fail(full, left + 1);  // the last one is not in it
    }
    return !batch.empty();
  }

  void is_written(std::size_t transactions) {
    const std::scoped_lock lock(mutex);
    in_batch -= transactions;
  }

  /// Writes the text. False if it cannot be written, and `left` transactions are not in the file,
  /// be they in the text or not.
  bool flush(std::size_t left) {
    const auto [records, error] = file.write(text, ends);
    text.clear();
    ends.clear();
    return error == 0 || fail(error, left - std::min(left, records));
  }

  void tell_gap(std::uint64_t count) {
    format->add_gap(count, text);
    if (std::exchange(gap_was_told, true)) return;
    lose("it is written more slowly than the bus is used; transactions are left out");
  }

  /// No transaction came after it.
  void tell_last_gap() {
    std::unique_lock lock(mutex);
    if (failed || missing == 0) return;
    const std::uint64_t count = std::exchange(missing, 0);
    lock.unlock();
    tell_gap(count);
    ends.push_back(text.size());
    flush(0);
  }

  bool fail(int error, std::size_t left) {
    return fail(std::generic_category().message(error), left);
  }

  /// Everything is left out from now on, beside `left` transactions.
  bool fail(const std::string& reason, std::size_t left) {
    {
      const std::scoped_lock lock(mutex);
      failed = true;
      dropped += left + queue.size();
      queue.clear();
      in_batch = 0;
    }
    lose(reason + "; nothing more is written to it");
    return false;
  }

  void lose(const std::string& reason) {
    const std::string warning = options.name + ": " + reason;
    {
      const std::scoped_lock lock(mutex);
      loss = warning;
    }
    if (options.on_warning) options.on_warning(warning);
  }

  void end() {
    // After an error, the next one is of no interest.
    if (const int error = file.close(); error != 0 && !failed) fail(error, 0);
    const std::scoped_lock lock(mutex);
    ended = true;
    changed.notify_all();
  }
};

TraceFile::TraceFile(OutputFile file, std::unique_ptr<TraceFormat> format, Options options)
    : state_(std::make_shared<State>(std::move(file), std::move(format), std::move(options))) {}

TraceFile::~TraceFile() { close(close_limit); }

void TraceFile::begin() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->ended = false;
  }
  const BlockedSignals blocked;
  std::thread([state = state_] { state->run(); }).detach();
}

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
  if (state.failed || state.ending) {
    ++state.dropped;
    return;
  }
  if (state.waiting + size > state.options.queue_limit) {
    ++state.dropped;
    ++state.missing;
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

std::uint64_t TraceFile::unwritten() const {
  if (support::forks() != state_->forks) return 0;
  const std::scoped_lock lock(state_->mutex);
  return state_->in_batch + state_->queue.size();
}

std::string TraceFile::loss() const {
  if (support::forks() != state_->forks) return {};
  const std::scoped_lock lock(state_->mutex);
  return state_->loss;
}

const std::string& TraceFile::name() const { return state_->options.name; }

}  // namespace vhost_device::i2c
