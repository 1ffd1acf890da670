// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace vhost_device::daemon {

/// --trace, which may be given several times.
inline void add_trace_option(CLI::App& app, std::vector<std::string>& traces) {
  app.add_option("--trace", traces,
                 "Write every transaction on the guests' buses to a file, and\n"
                 "what was in it is gone: as one line of text each, for\n"
                 "*.pcapng as packets (Wireshark), for *.vcd as waveforms\n"
                 "(PulseView, GTKWave); - is text on standard output. May be\n"
                 "given several times")
      ->option_text("FILE")
      ->allow_extra_args(false)
      ->check([](const std::string& path) {
        return std::string(path.empty() ? "needs a value, and has an empty one" : "");
      });
}

}  // namespace vhost_device::daemon
