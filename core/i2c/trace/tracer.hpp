// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/i2c/adapter.hpp"
#include "core/i2c/trace/trace_sink.hpp"
#include "core/i2c/trace/transaction.hpp"
#include "core/support/forks.hpp"

namespace vhost_device::i2c {

/// Records what moves on any adapter: the last transactions in memory, and each of them, as it
/// ends, to the sinks. Transactions that the adapter refuses are recorded, too; not those that
/// `Adapter::transfer` refuses before any adapter is asked.
///
/// Sent bytes are recorded as they were when the transaction began. A guest that changes its own
/// buffer meanwhile makes them other ones than those on the wire.
///
/// In a process that was forked off it records nothing.
class Tracer final : public Adapter {
 public:
  /// The time now, since an arbitrary start. Called from any thread.
  using Clock = std::function<std::chrono::nanoseconds()>;

  static constexpr std::size_t default_limit = std::size_t{4} << 20;

  struct Options {
    std::size_t limit = default_limit;  ///< Of the memory for transactions, in bytes; 0: none.
    unsigned bus = 0;                   ///< What `Transaction::bus` is.
  };

  Tracer(std::shared_ptr<Adapter> adapter, Clock clock, Options options);

  [[nodiscard]] Functionality functionality() const override { return adapter_->functionality(); }

  /// The last transactions, in the order in which they ended, as far as the limit allows.
  [[nodiscard]] std::vector<std::shared_ptr<const Transaction>> transactions() const;

  /// How many are missing before those, since the start or the last `clear`.
  [[nodiscard]] std::uint64_t dropped() const;

  /// Forgets what was recorded, also `dropped`. Sinks do not notice.
  void clear();

  [[nodiscard]] std::size_t limit() const;
  /// The oldest are forgotten if they are over it.
  void set_limit(std::size_t bytes);

  /// Whether it records at all; it does to begin with.
  [[nodiscard]] bool enabled() const { return enabled_.load(std::memory_order_relaxed); }
  void set_enabled(bool enabled) { enabled_.store(enabled, std::memory_order_relaxed); }

  void add_sink(std::shared_ptr<TraceSink> sink);
  /// From its return on the sink hears nothing more.
  void remove_sink(const TraceSink& sink);

 private:
  [[nodiscard]] TransferResult do_transfer(std::span<const Message> messages) override;

  [[nodiscard]] bool records() const;
  void keep(std::shared_ptr<Transaction> transaction);
  void shrink_to(std::size_t bytes);
  /// The lock may have been held by a thread that this process does not have.
  [[nodiscard]] bool is_forked() const { return support::forks() != forks_; }

  const std::shared_ptr<Adapter> adapter_;
  const Clock clock_;
  const unsigned bus_;
  const unsigned forks_ = support::forks();
  std::atomic<bool> enabled_{true};
  std::atomic<bool> wanted_;  // there is somebody to record for

  mutable std::mutex mutex_;  // guards what follows
  std::size_t limit_;
  std::deque<std::shared_ptr<const Transaction>> transactions_;
  std::size_t bytes_ = 0;  // of those
  std::uint64_t count_ = 0;
  std::uint64_t dropped_ = 0;
  std::vector<std::shared_ptr<TraceSink>> sinks_;
};

}  // namespace vhost_device::i2c
