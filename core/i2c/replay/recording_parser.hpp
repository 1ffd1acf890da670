// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/i2c/replay/recording.hpp"

namespace vhost_device::i2c {

/// A recording that cannot be used. The text has the file, the line, what is wrong with it, and
/// what to do.
class RecordingError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The recordings in a file: at least one, one for each bus.
struct RecordingFile {
  static constexpr std::size_t max_buses = 128;  ///< As in a trace.
  static constexpr std::size_t max_transactions = 10'000'000;

  std::vector<Recording> buses;  ///< In the order in which they come up.

  /// What somebody who replays it should know: transactions that the recorder has left out, and a
  /// last line that has no end, which is left out too.
  std::vector<std::string> warnings;

  bool is_incomplete = false;  ///< Transactions are missing, be it in the middle or at the end.
};

/// Reads a recording; docs/REPLAY.md has the grammar. The text may be anything: every number in it
/// is bounded, and the memory that it takes is a small multiple of its size. `name` is for
/// messages.
///
/// Throws RecordingError.
[[nodiscard]] RecordingFile parse_recording(std::string_view text, const std::string& name);

/// The same for a file, of `max_recording_size` bytes at most. It is not written over as long as a
/// Recording of it lives.
[[nodiscard]] RecordingFile load_recording(const std::string& path);

/// Throws the RecordingError of one that is larger.
[[noreturn]] void refuse_recording_size(const std::string& name);

}  // namespace vhost_device::i2c
