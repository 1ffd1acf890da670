// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {

/// What the user wants.
struct Options {
  Settings settings;
  std::vector<std::string> only;     ///< Names of cases and areas; empty: all.
  std::vector<std::string> without;  ///< Names of cases and areas that are left out.
  std::string back_end;
  std::string json;   ///< Where to; empty: nowhere.
  std::string junit;  ///< Where to; empty: nowhere.
  bool list = false;
  bool markdown = false;
  bool verbose = false;
};

/// Reads the command line. What it returns is the exit status with which to end at once.
[[nodiscard]] std::optional<int> parse_options(int argc, char** argv, Options& options);

}  // namespace vhost_device::conformance
