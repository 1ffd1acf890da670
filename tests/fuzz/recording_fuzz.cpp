// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// Recordings: read or refused. What is read is replayed, strictly and by state, with its own
// transactions: strictly, all of them are known.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/i2c/replay/recording_parser.hpp"
#include "core/i2c/replay/replayer.hpp"

namespace {

using namespace vhost_device::i2c;

void replay(const Recording& recording, ReplayOrder order) {
  Replayer replayer(recording, order);
  for (const RecordedTransaction& transaction : recording.transactions()) {
    std::vector<std::vector<std::byte>> buffers;
    std::vector<Message> messages;
    for (const RecordedMessage& message : recording.messages(transaction)) {
      const auto data = recording.data(message);
      auto& buffer = buffers.emplace_back(data.begin(), data.end());
      buffer.resize(message.length);
      messages.push_back({message.address, message.read, buffer});
    }
    const TransferResult result = replayer.transfer(messages);
    if (order == ReplayOrder::strict && result != transaction.result()) std::abort();
  }
  if (order == ReplayOrder::strict && replayer.difference_count() != 0) std::abort();
  if (replayer.differences().size() > Differences::max_kinds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Chars and bytes have the same representation.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    for (const Recording& bus : parse_recording(text, "input").buses) {
      replay(bus, ReplayOrder::strict);
      replay(bus, ReplayOrder::state);
    }
  } catch (const RecordingError&) {
    return 0;
  }
  return 0;
}
