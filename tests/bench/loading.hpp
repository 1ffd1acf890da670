// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "tests/bench/guest_load.hpp"
#include "tests/bench/process_clock.hpp"

namespace vhost_device::bench {

/// How long a load lasts.
struct LoadPlan {
  std::chrono::nanoseconds warm_up = std::chrono::milliseconds(50);
  std::chrono::nanoseconds measured = std::chrono::milliseconds(300);
  std::uint64_t transactions = 0;  ///< Zero: until the time is over.
  /// Looks at the rings over and over, with interrupts suppressed, instead of waiting for them.
  bool spin = false;
  std::optional<pid_t> daemon;
  std::chrono::nanoseconds patience = std::chrono::seconds(5);  ///< For the next answer.
};

/// What came of it.
struct LoadResult {
  std::uint64_t transactions = 0;
  std::chrono::nanoseconds time{};
  Histogram latencies;
  Mistakes mistakes;
  std::uint64_t kicks = 0;
  std::uint64_t interrupts = 0;
  std::chrono::nanoseconds own_processor{};
  std::optional<std::chrono::nanoseconds> daemon_processor;
  std::optional<ResidentMemory> daemon_memory;  ///< While the guests were connected.
};

/// Runs the loads of some guests in this thread. Throws std::runtime_error when answers do not
/// come, or make no sense.
[[nodiscard]] LoadResult run_loads(std::span<const std::unique_ptr<GuestLoad>> loads,
                                   const LoadPlan& plan);

}  // namespace vhost_device::bench
