// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "core/i2c/replay/replayer.hpp"

namespace vhost_device::daemon {

/// The message for CLI11 if a file has no name.
inline std::string refuse_no_file(const std::string& path) {
  if (path.empty()) return "needs a value, and has an empty one";
  return path == "-" ? "needs the name of a file, and - is none" : "";
}

/// --record.
inline void add_record_option(CLI::App& app, std::string& record) {
  app.add_option("--record", record,
                 "Record every transaction on the guests' buses in a file that\n"
                 "--replay takes; what was in it is gone. Should the file not\n"
                 "take all of them, the exit status is 3")
      ->option_text("FILE")
      ->check(refuse_no_file);
}

/// --replay, which is one of the things that can be on the bus, and --replay-mode.
inline void add_replay_options(CLI::App& app, std::string& replay, i2c::ReplayOrder& order,
                               const char* group) {
  auto* const file = app.add_option("--replay", replay,
                                    "Replayed chips: a file that --record has written. What a\n"
                                    "guest does that is not in it is logged, once for each kind,\n"
                                    "and all together at the end")
                         ->option_text("FILE")
                         ->check(refuse_no_file)
                         ->group(group);
  const std::map<std::string, i2c::ReplayOrder> orders{{"state", i2c::ReplayOrder::state},
                                                       {"strict", i2c::ReplayOrder::strict}};
  app.add_option("--replay-mode", order,
                 "state: each chip answers what was last seen of it, in any\n"
                 "order; strict: the same transactions in the same order, and\n"
                 "everything else fails [state]")
      ->option_text("MODE")
      ->transform(CLI::CheckedTransformer(orders).description(""))
      ->needs(file)
      ->group(group);
}

}  // namespace vhost_device::daemon
