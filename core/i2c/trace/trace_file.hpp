// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/i2c/trace/trace_format.hpp"
#include "core/i2c/trace/trace_sink.hpp"
#include "core/support/unique_fd.hpp"

namespace vhost_device::i2c {

/// A file, pipe or terminal that transactions are written to as they end, on a thread of its own:
/// a disk that is full or a reader that is slow does not hold up the bus. Whatever waits is written
/// at once; nothing is held back.
///
/// What does not fit into the queue is left out, and the trace tells how much that is. After an
/// error nothing more is written.
class TraceFile final : public TraceSink {
 public:
  static constexpr std::size_t default_queue_limit = std::size_t{8} << 20;

  struct Options {
    std::string name;                               ///< For warnings.
    std::size_t queue_limit = default_queue_limit;  ///< Of what waits, in bytes.
    /// Told once, from the file's thread, when it cannot be written any more, or when a transaction
    /// is left out for the first time.
    std::function<void(const std::string&)> on_warning;
  };

  TraceFile(support::UniqueFd fd, std::unique_ptr<TraceFormat> format, Options options);

  /// Writes what waits still, for half a second at most, and closes the file.
  ~TraceFile() override;

  /// The same with a limit of the caller's. False if something was left to write; it goes on with
  /// that. What comes later is left out. May be called again.
  bool close(std::chrono::milliseconds limit);

  void put(const std::shared_ptr<const Transaction>& transaction) override;

  /// How many transactions are not in the file: left out, or after an error.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct State;
  static void run(const std::shared_ptr<State>& shared);

  // Shared with the thread, which may be in a write that never ends.
  const std::shared_ptr<State> state_;
};

/// Opens a file to write a trace to; what was in it is gone. Throws std::system_error with the path
/// in its text.
[[nodiscard]] support::UniqueFd open_trace_file(const std::string& path);

}  // namespace vhost_device::i2c
