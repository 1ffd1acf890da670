// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <algorithm>
#include <cstddef>

#include "core/i2c/replay/replay_mode.hpp"
#include "core/i2c/trace/notation.hpp"

namespace vhost_device::i2c {
namespace {

class StrictReplay final : public ReplayMode {
 public:
  explicit StrictReplay(const Recording& recording) : recording_(recording) {}

  TransferResult transfer(std::span<const Message> messages, std::string& difference) override {
    const auto all = recording_.transactions();
    if (next_ == all.size()) {
      difference = "the recording is at its end; came: " + describe_asked(messages);
      return {0, TransferError::io_error};
    }
    const RecordedTransaction& expected = all[next_];
    const auto recorded = recording_.messages(expected);
    const auto same = [this](const Message& asked, const RecordedMessage& message) {
      return asked.address == message.address && asked.read == message.read &&
             asked.data.size() == message.length &&
             (asked.read || std::ranges::equal(asked.data, recording_.data(message)));
    };
    if (!std::ranges::equal(messages, recorded, same)) {
      difference =
          "expected " + describe(recording_, expected) + "; came: " + describe_asked(messages);
      return {0, TransferError::io_error};
    }
    ++next_;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].read)
        std::ranges::copy(recording_.data(recorded[i]), messages[i].data.begin());
    }
    return expected.result();
  }

  void rewind() override { next_ = 0; }

  [[nodiscard]] std::string progress() const override {
    return std::to_string(next_) + " of " + std::to_string(recording_.transactions().size()) +
           " recorded transactions were replayed";
  }

 private:
  const Recording& recording_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<ReplayMode> make_strict_replay(const Recording& recording) {
  return std::make_unique<StrictReplay>(recording);
}

}  // namespace vhost_device::i2c
