// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/i2c/address.hpp"
#include "core/i2c/replay/held_file.hpp"
#include "core/i2c/transfer_result.hpp"

namespace vhost_device::i2c {

/// One message of a recorded transaction.
struct RecordedMessage {
  static constexpr std::uint32_t no_data = 0xffffffff;

  Address address;
  bool read = false;
  std::uint32_t length = 0;      ///< In bytes, as it was asked for; up to `max_message_length`.
  std::uint32_t data = no_data;  ///< Where its bytes begin; `no_data` for a read that brought none.
};

/// One recorded transaction: what was asked, and how it ended.
struct RecordedTransaction {
  std::uint32_t line = 0;  ///< Of the file, counted from 1.
  std::uint32_t first_message = 0;
  std::uint32_t message_count = 0;
  std::uint32_t completed = 0;
  TransferError error = TransferError::none;
  std::uint32_t acknowledged = TransferResult::not_known;

  [[nodiscard]] TransferResult result() const { return {completed, error, acknowledged}; }
};

/// Everything that was recorded on one bus, in its order. It does not change once it is parsed.
class Recording {
 public:
  explicit Recording(std::string bus) : bus_(std::move(bus)) {}

  /// What the file calls the bus; empty if it has only one.
  [[nodiscard]] const std::string& bus() const { return bus_; }

  [[nodiscard]] std::span<const RecordedTransaction> transactions() const { return transactions_; }

  [[nodiscard]] std::span<const RecordedMessage> messages(const RecordedTransaction& of) const {
    return std::span(messages_).subspan(of.first_message, of.message_count);
  }

  /// What it sent or received; empty for a read that brought nothing.
  [[nodiscard]] std::span<const std::byte> data(const RecordedMessage& of) const {
    if (of.data == RecordedMessage::no_data) return {};
    return std::span(bytes_).subspan(of.data, of.length);
  }

  /// Takes a transaction as the last one. The messages' `data` are offsets into `bytes`.
  void add(RecordedTransaction transaction, std::span<const RecordedMessage> messages,
           std::span<const std::byte> bytes);

  /// The file that it is from, which is not written over as long as the recording or a copy of it
  /// lives.
  void hold(std::shared_ptr<const HeldFile> file) { file_ = std::move(file); }

 private:
  std::string bus_;
  std::vector<RecordedTransaction> transactions_;
  std::vector<RecordedMessage> messages_;
  std::vector<std::byte> bytes_;
  std::shared_ptr<const HeldFile> file_;
};

/// "line 7: 0x48 W 00  Sr 0x48 R [2]": what was asked in a recorded transaction, cut if it is long.
[[nodiscard]] std::string describe(const Recording& recording, const RecordedTransaction& of);

/// The addresses of a recording, in their order.
struct RecordedAddresses {
  std::vector<Address> all;
  std::vector<Address> answered;  ///< Those of them that acknowledged anything.
};
[[nodiscard]] RecordedAddresses addresses_of(const Recording& recording);

}  // namespace vhost_device::i2c
