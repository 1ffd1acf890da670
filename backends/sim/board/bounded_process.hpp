// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vhost_device::sim {

/// What a helper program may use before it is stopped. It may not write to files at all.
struct ProcessLimits {
  std::chrono::milliseconds wall_time{30'000};
  std::uint64_t cpu_seconds = 10;
  std::uint64_t address_space_bytes = std::uint64_t{512} << 20U;
  std::size_t output_bytes = std::size_t{16} << 20U;
  /// What is kept of its messages; the rest is dropped.
  std::size_t message_bytes = std::size_t{64} << 10U;
};

struct ProcessOutcome {
  enum class End {
    exited,      ///< `code` is the exit status.
    signalled,   ///< `code` is the signal: its own fault, or SIGXCPU at the limit of CPU time.
    timed_out,   ///< Killed at the limit of wall time.
    overflowed,  ///< Killed at the limit of output.
  };
  End end = End::exited;
  int code = 0;
  std::vector<std::byte> output;  ///< Of standard output.
  std::string messages;           ///< Of standard error.
};

/// Runs a program (found in PATH) to its end, with nothing to read on its standard input. It does
/// not outlive this call, even when this process is killed.
///
/// Throws std::system_error when it cannot be started: ENOENT when there is no such program.
[[nodiscard]] ProcessOutcome run_bounded(const std::vector<std::string>& command,
                                         const ProcessLimits& limits);

}  // namespace vhost_device::sim
