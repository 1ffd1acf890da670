// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/recording.hpp"

#include <algorithm>
#include <map>

#include "core/i2c/trace/notation.hpp"

namespace vhost_device::i2c {
namespace {

constexpr std::size_t shown_bytes = 32;
constexpr std::size_t shown_messages = 8;

}  // namespace

void Recording::add(RecordedTransaction transaction, std::span<const RecordedMessage> messages,
                    std::span<const std::byte> bytes) {
  transaction.first_message = static_cast<std::uint32_t>(messages_.size());
  transaction.message_count = static_cast<std::uint32_t>(messages.size());
  const auto offset = static_cast<std::uint32_t>(bytes_.size());
  for (RecordedMessage message : messages) {
    if (message.data != RecordedMessage::no_data) message.data += offset;
    messages_.push_back(message);
  }
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  transactions_.push_back(transaction);
}

std::string describe(const Recording& recording, const RecordedTransaction& of) {
  std::string text = "line " + std::to_string(of.line) + ":";
  const auto messages = recording.messages(of);
  const char* between = " ";
  for (const auto& message : messages.first(std::min(messages.size(), shown_messages))) {
    text += between;
    between = "  Sr ";
    append_address(message.address, text);
    if (message.read) {
      text += " R [" + std::to_string(message.length) + "]";
      continue;
    }
    text += " W";
    const auto data = recording.data(message);
    append_bytes(data.first(std::min(data.size(), shown_bytes)), text);
    if (data.size() > shown_bytes) {
      text += " ...(" + std::to_string(data.size() - shown_bytes) + " more)";
    }
  }
  if (messages.size() > shown_messages) {
    text += "  and " + std::to_string(messages.size() - shown_messages) + " messages more";
  }
  return text;
}

RecordedAddresses addresses_of(const Recording& recording) {
  std::map<Address, bool> answered;
  for (const auto& transaction : recording.transactions()) {
    const auto messages = recording.messages(transaction);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const bool data_was_refused =
          i == transaction.completed && transaction.error == TransferError::data_nack;
      answered[messages[i].address] |= i < transaction.completed || data_was_refused;
    }
  }
  RecordedAddresses addresses;
  for (const auto& [address, has_answered] : answered) {
    addresses.all.push_back(address);
    if (has_answered) addresses.answered.push_back(address);
  }
  return addresses;
}

}  // namespace vhost_device::i2c
