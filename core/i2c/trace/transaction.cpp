// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/transaction.hpp"

#include <algorithm>

namespace vhost_device::i2c {
namespace {

/// Whether nothing of a message with this error was on the wire but its address, if at all.
bool moved_nothing(TransferError error) {
  switch (error) {
    case TransferError::address_nack:
    case TransferError::not_supported:
    case TransferError::too_long:
    case TransferError::not_permitted:
      return true;
    default:
      return false;
  }
}

void finish_failed(TracedMessage& message, const TransferResult& result) {
  message.outcome = MessageOutcome::failed;
  if (moved_nothing(result.error)) {
    message.acknowledged = 0;
    message.data = {};
  } else if (message.read) {
    message.data = {};  // the adapter does not say what it received
  } else if (result.error == TransferError::data_nack && result.acknowledged < message.length) {
    message.acknowledged = result.acknowledged;
    message.data = message.data.first(result.acknowledged + std::size_t{1});
  }
}

}  // namespace

void Transaction::begin(std::span<const Message> asked) {
  std::size_t total = 0;
  for (const Message& message : asked) total += message.data.size();
  bytes_.resize(total);
  messages.reserve(asked.size());
  std::span<std::byte> left(bytes_);
  for (const Message& message : asked) {
    const std::span<std::byte> place = left.first(message.data.size());
    left = left.subspan(message.data.size());
    if (!message.read) std::ranges::copy(message.data, place.begin());
    messages.push_back({.address = message.address,
                        .read = message.read,
                        .length = message.data.size(),
                        .data = place,
                        .acknowledged = std::nullopt,
                        .register_name = {}});
  }
}

void Transaction::finish(std::span<const Message> asked, const TransferResult& outcome) {
  result = outcome;
  std::span<std::byte> left(bytes_);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    TracedMessage& message = messages[i];
    const std::span<std::byte> place = left.first(message.length);
    left = left.subspan(message.length);
    if (outcome.ok() || i < outcome.completed) {
      if (message.read) std::ranges::copy(asked[i].data, place.begin());
      message.acknowledged = message.length;
    } else if (i == outcome.completed) {
      finish_failed(message, outcome);
    } else {
      message.outcome = MessageOutcome::not_reached;
      message.acknowledged = 0;
      message.data = {};
    }
  }
}

std::size_t Transaction::size() const {
  std::size_t total = sizeof(Transaction) + bytes_.capacity();
  total += messages.capacity() * sizeof(TracedMessage) + notes.capacity() * sizeof(Note);
  for (const Note& note : notes) total += note.text.capacity();
  for (const TracedMessage& message : messages) total += message.register_name.capacity();
  return total;
}

std::string describe_error(const Transaction& transaction) {
  const TransferResult& result = transaction.result;
  if (result.ok()) return {};
  std::string text(to_string(result.error));
  if (result.error == TransferError::data_nack &&
      result.acknowledged != TransferResult::not_known) {
    text += " at byte " + std::to_string(result.acknowledged);
  }
  return text;
}

}  // namespace vhost_device::i2c
