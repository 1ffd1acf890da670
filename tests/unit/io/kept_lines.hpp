// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace vhost_device::io::testing {

/// While it lives, log lines are kept here.
class KeptLines {
 public:
  explicit KeptLines(spdlog::level::level_enum level = spdlog::level::info)
      : before_(spdlog::default_logger()) {
    const auto logger = std::make_shared<spdlog::logger>(
        "kept", std::make_shared<spdlog::sinks::ostream_sink_mt>(stream_));
    logger->set_pattern("%v");
    logger->set_level(level);
    spdlog::set_default_logger(logger);
  }
  KeptLines(const KeptLines&) = delete;
  KeptLines& operator=(const KeptLines&) = delete;
  ~KeptLines() { spdlog::set_default_logger(before_); }

  /// Those since the last call. Nothing may be writing meanwhile.
  [[nodiscard]] std::vector<std::string> take() {
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream_, line);) lines.push_back(line);
    stream_.clear();
    return lines;
  }

 private:
  std::shared_ptr<spdlog::logger> before_;
  std::stringstream stream_;
};

}  // namespace vhost_device::io::testing
