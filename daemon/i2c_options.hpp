// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

namespace vhost_device::daemon {

/// The command line of vhost-device-i2c.
struct I2cOptions {
  std::string socket_path;
  std::size_t socket_count = 1;
  mode_t socket_mode = 0600;
  std::optional<int> fd;
  std::string board;
  std::string log_level = "info";
};

/// What to do with a command line: serve with `options`, or leave at once with `exit_code`.
struct ParsedCommandLine {
  I2cOptions options;
  std::optional<int> exit_code;
};

/// Parses the command line. Prints what --help, --version and --print-capabilities ask for to
/// standard output, and errors to standard error.
[[nodiscard]] ParsedCommandLine parse_command_line(int argc, char** argv);

/// Exit codes, as --help documents them.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failure = 1;  ///< A socket or a board that cannot be used.
inline constexpr int exit_usage = 2;    ///< The command line itself.

}  // namespace vhost_device::daemon
