// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "backends/linux/device_list.hpp"
#include "core/i2c/replay/replayer.hpp"
#include "core/io/poll_window.hpp"

namespace vhost_device::daemon {

/// What --trace calls standard output.
inline constexpr auto standard_output = "-";

/// The command line of vhost-device-i2c.
struct I2cOptions {
  // Where guests connect: one of the first three.
  std::string socket_path;
  std::vector<std::string> connect;  ///< Sockets on which virtual machine monitors listen.
  std::optional<int> fd;
  std::size_t socket_count = 1;
  mode_t socket_mode = 0600;

  // What is on the bus: at least one of the first three.
  std::vector<std::vector<linux_i2c::BusGrant>> device_lists;  ///< One for all guests, or for each.
  std::string board;
  std::string replay;  ///< A recording.
  i2c::ReplayOrder replay_order = i2c::ReplayOrder::state;
  bool force = false;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<unsigned> retries;

  io::PollPolicy poll;
  std::string log_level = "info";
  std::vector<std::string> traces;  ///< Files, and `standard_output`.
  std::string record;               ///< A file; empty for none.

  /// How many guests there can be at the same time.
  [[nodiscard]] std::size_t guest_count() const {
    return connect.empty() ? socket_count : connect.size();
  }
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
inline constexpr int exit_failure = 1;  ///< A socket, a chip's source or a file cannot be used.
inline constexpr int exit_usage = 2;    ///< The command line itself.
inline constexpr int exit_not_recorded =
    3;  ///< The end is that of 0, but the recording is not whole.

}  // namespace vhost_device::daemon
