// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace vhost_device::daemon {

/// --trace, which may be given several times.
inline void add_trace_option(CLI::App& app, std::vector<std::string>& traces) {
  app.add_option("--trace", traces,
                 "Write every transaction on the guests' buses to a file: as\n"
                 "one line of text each, for *.pcapng as packets (Wireshark),\n"
                 "for *.vcd as waveforms (PulseView, GTKWave); - is text on\n"
                 "standard output. May be given several times")
      ->option_text("FILE")
      ->allow_extra_args(false)
      ->check([](const std::string& path) {
        return std::string(path.empty() ? "needs a value, and has an empty one" : "");
      });
}

}  // namespace vhost_device::daemon
