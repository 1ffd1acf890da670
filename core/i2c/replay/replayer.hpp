// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/i2c/adapter.hpp"
#include "core/i2c/replay/differences.hpp"
#include "core/i2c/replay/replay_mode.hpp"
#include "core/support/fork_mutex.hpp"

namespace vhost_device::i2c {

enum class ReplayOrder {
  state,   ///< Each chip answers what was last seen, in whatever order it is asked.
  strict,  ///< The same transactions in the same order, and nothing else.
};

/// A bus made of a recording, without hardware. What the recording does not have is a difference:
/// it is answered as far as the recording allows, counted, and told.
///
/// Nothing is made up: each byte that it answers was on the wire once, and what a guest writes
/// changes what is read later only as it did in the recording.
///
/// In a process that was forked off, it goes on where it was. std::runtime_error from what asks it
/// or rewinds it, and from `transfer`, if another thread used it at that moment.
class Replayer final : public Adapter {
 public:
  Replayer(Recording recording, ReplayOrder order);

  [[nodiscard]] Functionality functionality() const override { return func::any_message; }

  [[nodiscard]] const RecordedAddresses& addresses() const { return addresses_; }
  [[nodiscard]] ReplayOrder order() const { return order_; }

  /// What was different so far, each kind once, and how often; the first `Differences::max_kinds`.
  [[nodiscard]] std::vector<Difference> differences() const;
  /// How often there was a difference, of whatever kind.
  [[nodiscard]] std::uint64_t difference_count() const;

  /// All of it for people, in lines: how many transactions there were, what was different, and, if
  /// the order is strict, how far it came.
  [[nodiscard]] std::string report() const;

  /// Begins the recording anew, and forgets the differences.
  void rewind();

  /// Who hears of each kind of difference that is kept, once. Called from the thread of the
  /// transfer; it may use the Replayer. To be set before the first transfer.
  void on_difference(std::function<void(const std::string&)> handler) {
    handler_ = std::move(handler);
  }

 private:
  /// Whatever was recorded; `io_error` for a read that was not, or for anything that was not if
  /// the order is strict; `address_nack` for an address that is not in the recording.
  [[nodiscard]] TransferResult do_transfer(std::span<const Message> messages) override;

  const Recording recording_;
  const RecordedAddresses addresses_;
  const ReplayOrder order_;
  std::function<void(const std::string&)> handler_;

  mutable support::ForkMutex mutex_{"the replayer"};  // guards what follows
  std::unique_ptr<ReplayMode> mode_;
  Differences differences_;
  std::uint64_t count_ = 0;  // of transactions
};

}  // namespace vhost_device::i2c
