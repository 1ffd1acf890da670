// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/i2c/trace/transaction.hpp"

namespace vhost_device::i2c {

/// How transactions are written, live or afterwards; docs/TRACE.md describes each of them. A format
/// does no I/O: what it has to say is appended to `out`, and can be written at once.
class TraceFormat {
 public:
  TraceFormat() = default;
  TraceFormat(const TraceFormat&) = delete;
  TraceFormat& operator=(const TraceFormat&) = delete;
  virtual ~TraceFormat() = default;

  /// What comes first. To be called once, before everything else.
  virtual void begin(std::string& out) = 0;

  /// A transaction. Its `bus` has to be one of those that the format was made for.
  virtual void add(const Transaction& transaction, std::string& out) = 0;

  /// That `count` transactions are missing here.
  virtual void add_gap(std::uint64_t count, std::string& out) = 0;

  /// Why nothing more can be added: what would be the next words after the file's name and a colon.
  /// Empty as long as there is room.
  [[nodiscard]] virtual std::string full() const { return {}; }
};

/// What a trace calls things.
struct TraceLabels {
  std::vector<std::string> buses{"i2c"};  ///< By `Transaction::bus`; at least one, at most 128.

  /// The moment on the Tracers' clock that text counts its time from.
  std::chrono::nanoseconds origin{0};
  std::string begun;  ///< When that was, for people; may be empty.
};

enum class TraceFileType { text, pcapng, vcd };

/// By the end of a file's name: .pcapng, .vcd, and text for everything else.
[[nodiscard]] TraceFileType trace_file_type(std::string_view path);

[[nodiscard]] std::unique_ptr<TraceFormat> make_trace_format(TraceFileType type,
                                                             TraceLabels labels);

}  // namespace vhost_device::i2c
