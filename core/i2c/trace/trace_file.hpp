// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/i2c/trace/output_file.hpp"
#include "core/i2c/trace/trace_format.hpp"
#include "core/i2c/trace/trace_sink.hpp"

namespace vhost_device::i2c {

/// A file, pipe or terminal that transactions are written to as they end, on a thread of its own:
/// a disk that is full or a reader that is slow does not hold up the bus. Whatever waits is written
/// at once; nothing is held back.
///
/// What does not fit into the queue is left out, and the trace tells how much that is. After an
/// error nothing more is written, and the file ends at a whole record.
class TraceFile final : public TraceSink {
 public:
  static constexpr std::size_t default_queue_limit = std::size_t{8} << 20;

  struct Options {
    std::string name;                               ///< What messages begin with: "trace a.vcd".
    std::size_t queue_limit = default_queue_limit;  ///< Of what waits, in bytes.
    /// Told from the file's thread, each at most once: when it cannot be written any more, and when
    /// a transaction is left out for the first time.
    std::function<void(const std::string&)> on_warning;
  };

  TraceFile(OutputFile file, std::unique_ptr<TraceFormat> format, Options options);

  /// Writes what waits still, for half a second at most, and closes the file.
  ~TraceFile() override;

  /// Begins to write; what was in the file is gone. Until then it is left alone, and what is put
  /// waits. To be called once.
  void begin();

  /// Writes what waits still, for `limit` at most, and closes the file. False if something was left
  /// to write; it goes on with that. What comes later is left out. May be called again.
  bool close(std::chrono::milliseconds limit);

  void put(const std::shared_ptr<const Transaction>& transaction) override;

  /// How many transactions are not in the file: left out, or after an error.
  [[nodiscard]] std::uint64_t dropped() const;

  /// How many transactions wait, or are being written.
  [[nodiscard]] std::uint64_t unwritten() const;

  /// Why some of those before `close` are not in it, as `on_warning` was told; empty if all are.
  [[nodiscard]] std::string loss() const;

  [[nodiscard]] const std::string& name() const;

 private:
  struct State;

  // Shared with the thread, which may be in a write that never ends.
  const std::shared_ptr<State> state_;
};

}  // namespace vhost_device::i2c
