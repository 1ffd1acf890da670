// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/i2c/message.hpp"
#include "core/i2c/replay/recording.hpp"
#include "core/i2c/transfer_result.hpp"

namespace vhost_device::i2c {

/// How a recording is replayed: what is answered to a transaction. Not thread-safe.
class ReplayMode {
 public:
  ReplayMode() = default;
  ReplayMode(const ReplayMode&) = delete;
  ReplayMode& operator=(const ReplayMode&) = delete;
  virtual ~ReplayMode() = default;

  /// Answers a transaction, as `Adapter::transfer` does. If there was something in it that the
  /// recording does not have, `difference` says what and what became of it.
  virtual TransferResult transfer(std::span<const Message> messages, std::string& difference) = 0;

  /// Begins anew.
  virtual void rewind() = 0;

  /// "5 of 12 transactions were replayed", or empty.
  [[nodiscard]] virtual std::string progress() const = 0;
};

/// The same transactions in the same order. Anything else is an `io_error`, and the same recorded
/// transaction is waited for. The recording has to outlive it.
[[nodiscard]] std::unique_ptr<ReplayMode> make_strict_replay(const Recording& recording);

/// Each chip by itself, in any order; docs/REPLAY.md has the rules. The recording has to outlive
/// it.
[[nodiscard]] std::unique_ptr<ReplayMode> make_state_replay(const Recording& recording);

}  // namespace vhost_device::i2c
