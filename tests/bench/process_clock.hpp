// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>

namespace vhost_device::bench {

/// Processor time of a process since its start, all of its threads together, those that have ended
/// included. Throws std::system_error when there is no such process.
[[nodiscard]] std::chrono::nanoseconds processor_time(pid_t process);

/// Processor time of this process.
[[nodiscard]] std::chrono::nanoseconds own_processor_time();

/// Resident memory of a process in KiB, as /proc/PID/status has it (proc_pid_status(5)).
struct ResidentMemory {
  std::uint64_t total = 0;   ///< VmRSS
  std::uint64_t own = 0;     ///< RssAnon
  std::uint64_t files = 0;   ///< RssFile: programs and libraries
  std::uint64_t shared = 0;  ///< RssShmem: what it has touched of its guests' memory
};

/// Empty when there is no such process.
[[nodiscard]] std::optional<ResidentMemory> resident_memory(pid_t process);

}  // namespace vhost_device::bench
