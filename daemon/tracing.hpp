// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/i2c/adapter.hpp"
#include "core/i2c/trace/trace_file.hpp"

namespace vhost_device::daemon {

/// What --trace and --record ask for: files that everything is written to that moves on the guests'
/// buses. The bus of the guest on the first socket is "guest0" in them.
class Tracing {
 public:
  /// Opens the files: `traces`, of which "-" is standard output, as text, and `recording`, unless
  /// that is empty. What is in them stays up to `begin`. Throws std::runtime_error, with what to do
  /// about it in the text, for one that cannot be written.
  Tracing(const std::vector<std::string>& traces, const std::string& recording,
          std::size_t guest_count);

  /// A guest's bus with a Tracer over it; the bus itself if there is nothing to write to.
  [[nodiscard]] std::shared_ptr<i2c::Adapter> trace(std::shared_ptr<i2c::Adapter> bus,
                                                    std::size_t guest) const;

  /// Begins to write; what was in the files is gone.
  void begin();

  /// Writes what waits still, for `limit` at most in each file, and closes them. False if the
  /// recording is not whole; why is logged.
  [[nodiscard]] bool close(std::chrono::milliseconds limit);

 private:
  std::vector<std::shared_ptr<i2c::TraceFile>> files_;
  std::shared_ptr<i2c::TraceFile> recording_;  // one of those; empty for none
  std::chrono::nanoseconds offset_{0};  // of a clock that never goes back, to that of the calendar
};

}  // namespace vhost_device::daemon
