// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/i2c/address.hpp"
#include "core/i2c/message.hpp"
#include "core/i2c/trace/notes.hpp"
#include "core/i2c/transfer_result.hpp"

namespace vhost_device::i2c {

/// What became of one message of a transaction.
enum class MessageOutcome {
  done,
  failed,       ///< The transaction's error is about this one.
  not_reached,  ///< It comes after the one that failed, and was never on the wire.
};

/// One message of a transaction that was recorded.
struct TracedMessage {
  Address address;
  bool read = false;
  MessageOutcome outcome = MessageOutcome::done;
  std::size_t length = 0;  ///< In bytes, as it was asked for.

  /// What was on the wire. Of a write in which a byte was refused that is the last one here; if it
  /// is not known how far a write came, everything that was to be sent. Empty when nothing moved.
  std::span<const std::byte> data;

  /// How many of them went through; empty if that is not known. Less than `data.size()` when the
  /// last byte was refused.
  std::optional<std::size_t> acknowledged;

  std::string register_name;  ///< What a write begins with, for chips whose registers are known.
};

/// One transaction that was recorded: from START to STOP. It does not change any more once it is in
/// the trace.
struct Transaction {
  Transaction() = default;
  Transaction(const Transaction&) = delete;  // messages point into it
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() = default;

  /// Copies what is known before a transaction: messages, and what is to be sent.
  void begin(std::span<const Message> asked);

  /// Completes it with what happened: `asked` is what it began with, with received data in it.
  void finish(std::span<const Message> asked, const TransferResult& outcome);

  /// The bytes of all messages one after the other, each with its whole length: what was to be
  /// sent, whether or not it was, and what was received, or zeros.
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  /// About how much memory it takes, in bytes.
  [[nodiscard]] std::size_t size() const;

  std::uint64_t number = 0;          ///< Counts from 0, in the order in which they ended.
  unsigned bus = 0;                  ///< Of the Tracer that recorded it.
  std::chrono::nanoseconds start{};  ///< On the Tracer's clock. It may have waited for the bus.
  std::chrono::nanoseconds end{};
  TransferResult result;
  std::vector<TracedMessage> messages;
  std::vector<Note> notes;

 private:
  std::vector<std::byte> bytes_;  // of all messages
};

/// "address NACK", "data NACK at byte 2" (counted from 0), "timeout" ...; empty for a success.
[[nodiscard]] std::string describe_error(const Transaction& transaction);

}  // namespace vhost_device::i2c
