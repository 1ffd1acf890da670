// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <string_view>

#include "core/i2c/trace/trace_format.hpp"

namespace vhost_device::i2c {

/// The first line of a recording, with the version of what follows.
inline constexpr std::string_view recording_header = "I2C recording 1";

/// A recording is never larger, in bytes, and a larger one is not read.
inline constexpr std::size_t max_recording_size = std::size_t{256} << 20;

/// Transactions as `Replayer` wants them: the notation of the text trace, but with every byte and
/// without the time, so that two recordings of the same are the same. docs/REPLAY.md has the
/// grammar.
///
/// Each line is whole by itself: what is there when the writer is killed can be replayed. One that
/// would be larger than `limit` ends with a line that says so.
class RecordingFormat final : public TraceFormat {
 public:
  explicit RecordingFormat(TraceLabels labels, std::size_t limit = max_recording_size);

  void begin(std::string& out) override;
  void add(const Transaction& transaction, std::string& out) override;
  void add_gap(std::uint64_t count, std::string& out) override;
  [[nodiscard]] std::string full() const override;

 private:
  void append(const std::string& line, std::string& out);

  const TraceLabels labels_;
  const std::size_t limit_;
  std::size_t size_ = 0;
  bool full_ = false;
};

}  // namespace vhost_device::i2c
