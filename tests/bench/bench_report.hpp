// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <vector>

#include "tests/bench/loading.hpp"
#include "tests/bench/options.hpp"

namespace vhost_device::bench {

struct BenchReport {
  const Options& options;
  const LoadResult& result;
  std::uint64_t features = 0;                              ///< Accepted by both sides.
  std::vector<std::chrono::nanoseconds> connect_to_ready;  ///< Of each guest.
  bool came_through = true;  ///< Whether what was written could be read afterwards.

  /// Whether all answers were right.
  [[nodiscard]] bool is_right() const { return came_through && result.mistakes.total() == 0; }
};

/// One line of JSON: docs/BENCHMARK.md says what the fields mean.
void write_json(std::ostream& out, const BenchReport& report);
/// A few lines to read.
void write_text(std::ostream& out, const BenchReport& report);

}  // namespace vhost_device::bench
