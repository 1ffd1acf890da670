// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "tests/bench/bench_guest.hpp"
#include "tests/bench/guest_load.hpp"
#include "tests/bench/loading.hpp"

namespace vhost_device::bench {

/// What the command line asks for.
struct Options {
  std::vector<std::filesystem::path> sockets;  ///< One for each guest.
  BenchGuest::Options guest;
  GuestLoad::Options load;
  LoadPlan plan;
  bool json = false;
  /// Instead of a load: connects, has one transaction done by each guest, and leaves the daemon
  /// alone for that long.
  std::optional<std::chrono::nanoseconds> idle;
};

/// An exit status when the program is to end at once.
[[nodiscard]] std::optional<int> parse_options(int argc, char** argv, Options& options);

}  // namespace vhost_device::bench
