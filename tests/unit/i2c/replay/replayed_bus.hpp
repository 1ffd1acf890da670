// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/i2c/replay/recording_format.hpp"
#include "core/i2c/replay/recording_parser.hpp"
#include "core/i2c/replay/replayer.hpp"

namespace vhost_device::i2c::testing {

using Bytes = std::vector<std::byte>;

inline Bytes bytes(std::initializer_list<std::uint8_t> values) {
  Bytes result;
  for (const std::uint8_t value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

inline Address at(unsigned address) { return Address::seven_bit(address).value(); }

/// The lines of a recording, without the first.
inline RecordingFile parse(const std::string& lines) {
  return parse_recording(std::string(recording_header) + '\n' + lines, "r.txt");
}

inline Recording recording(const std::string& lines) { return parse(lines).buses.at(0); }

/// A guest on a bus that is replayed.
struct ReplayedBus {
  ReplayedBus(const std::string& lines, ReplayOrder order) : replayer(recording(lines), order) {}

  TransferResult write(unsigned address, Bytes data) {
    const Message message{at(address), false, data};
    return replayer.transfer({&message, 1});
  }
  /// What it brings; empty when it fails.
  Bytes read(unsigned address, std::size_t length) {
    Bytes received(length);
    const Message message{at(address), true, received};
    return replayer.transfer({&message, 1}).ok() ? received : Bytes();
  }
  Bytes write_read(unsigned address, Bytes sent, std::size_t length) {
    Bytes received(length);
    const Message messages[]{{at(address), false, sent}, {at(address), true, received}};
    return replayer.transfer(messages).ok() ? received : Bytes();
  }
  [[nodiscard]] std::vector<std::string> differences() const {
    std::vector<std::string> texts;
    for (const auto& [text, count] : replayer.differences()) texts.push_back(text);
    return texts;
  }

  Replayer replayer;
};

}  // namespace vhost_device::i2c::testing
