// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "core/i2c/replay/replay_mode.hpp"
#include "core/i2c/replay/replayed_chip.hpp"
#include "core/i2c/trace/notation.hpp"

namespace vhost_device::i2c {
namespace {

using Outcome = ReplayedChip::Outcome;

/// The length of the read that follows message `i` at the same address.
template <typename Messages, typename Length>
std::optional<std::uint32_t> next_read(const Messages& messages, std::size_t i, Length length) {
  if (i + 1 >= messages.size()) return std::nullopt;
  const auto& next = messages[i + 1];
  if (!next.read || next.address != messages[i].address || length(next) == 0) return std::nullopt;
  return static_cast<std::uint32_t>(length(next));
}

std::string in_text(Address address) {
  std::string text;
  append_address(address, text);
  return text;
}

class StateReplay final : public ReplayMode {
 public:
  explicit StateReplay(const Recording& recording) : recording_(recording) {
    for (const auto& transaction : recording.transactions()) learn(transaction);
    for (auto& [address, chip] : chips_) chip.finish();
  }

  TransferResult transfer(std::span<const Message> messages, std::string& difference) override {
    for (std::size_t i = 0; i < messages.size(); ++i) {
      std::string what;
      const Outcome outcome = answer(messages, i, what);
      if (!what.empty() && difference.empty()) difference = what;
      if (outcome.error != TransferError::none) return {i, outcome.error, outcome.acknowledged};
    }
    return {messages.size(), TransferError::none};
  }

  void rewind() override {
    for (auto& [address, chip] : chips_) chip.rewind();
  }

  [[nodiscard]] std::string progress() const override { return {}; }

 private:
  void learn(const RecordedTransaction& transaction) {
    const auto messages = recording_.messages(transaction);
    const std::size_t failed = transaction.error == TransferError::none ? 0 : 1;
    const auto reached = std::min(messages.size(), transaction.completed + failed);
    for (std::size_t i = 0; i < reached; ++i) {
      const RecordedMessage& message = messages[i];
      const Outcome outcome = i < transaction.completed
                                  ? Outcome{}
                                  : Outcome{transaction.error, transaction.acknowledged};
      ReplayedChip& chip = chips_[message.address];
      if (message.read) {
        chip.add_read(message, outcome);
      } else {
        const auto follows = next_read(messages, i, [](const auto& each) { return each.length; });
        chip.add_write(recording_.data(message), follows, outcome);
      }
    }
  }

  Outcome answer(std::span<const Message> messages, std::size_t i, std::string& difference) {
    const Message& message = messages[i];
    const auto found = chips_.find(message.address);
    if (found == chips_.end()) {
      difference = in_text(message.address) + ": not in the recording; not acknowledged";
      return {TransferError::address_nack};
    }
    ReplayedChip& chip = found->second;
    if (message.data.empty()) return chip.probe();
    return message.read ? answer_read(chip, messages, i, difference)
                        : answer_write(chip, messages, i, difference);
  }

  static Outcome answer_write(ReplayedChip& chip, std::span<const Message> messages, std::size_t i,
                              std::string& difference) {
    const auto follows = next_read(messages, i, [](const auto& each) { return each.data.size(); });
    if (const auto outcome = chip.write(messages[i].data, follows)) return *outcome;
    const Outcome outcome = chip.probe();
    // With a read behind it, it is that which is worth telling.
    if (outcome.error == TransferError::none && !follows) {
      difference = describe_asked(messages) + ": never written; acknowledged, to no effect";
    }
    return outcome;
  }

  Outcome answer_read(ReplayedChip& chip, std::span<const Message> messages, std::size_t i,
                      std::string& difference) const {
    const Outcome probed = chip.probe();
    RecordedMessage brought{.address = messages[i].address};
    const std::span<std::byte> place = messages[i].data;
    const auto outcome = chip.read(static_cast<std::uint32_t>(place.size()), brought);
    if (!outcome) {
      if (probed.error != TransferError::none) return probed;
      difference = describe_asked(messages) + ": never read so; fails";
      return {TransferError::io_error};
    }
    const auto data = recording_.data(brought);
    std::ranges::copy(data.first(std::min(data.size(), place.size())), place.begin());
    return *outcome;
  }

  const Recording& recording_;
  std::map<Address, ReplayedChip> chips_;
};

}  // namespace

std::unique_ptr<ReplayMode> make_state_replay(const Recording& recording) {
  return std::make_unique<StateReplay>(recording);
}

}  // namespace vhost_device::i2c
