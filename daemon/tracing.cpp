// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "daemon/tracing.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/i2c/replay/recording_format.hpp"
#include "core/i2c/trace/tracer.hpp"

namespace vhost_device::daemon {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr auto standard_output = "-";

/// "2026-11-22T10:00:00Z".
std::string to_text(std::time_t seconds) {
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%FT%TZ", &parts);
  return {text.data(), length};
}

support::UniqueFd open_to_write(const std::string& path) {
  if (path != standard_output) return i2c::open_trace_file(path);
  support::UniqueFd copy(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw std::system_error(errno, std::generic_category(), "standard output");
  return copy;
}

}  // namespace

Tracing::Tracing(const std::vector<std::string>& traces, const std::string& recording,
                 std::size_t guest_count) {
  const auto today = system_clock::now();
  offset_ =
      nanoseconds(today.time_since_epoch()) - nanoseconds(steady_clock::now().time_since_epoch());
  const std::time_t second = system_clock::to_time_t(today);

  i2c::TraceLabels labels;
  labels.buses.clear();
  for (std::size_t guest = 0; guest < guest_count; ++guest) {
    labels.buses.push_back("guest" + std::to_string(guest));
  }
  labels.origin = std::chrono::seconds(second);
  labels.begun = to_text(second);

  for (const std::string& path : traces) {
    open("--trace", path, i2c::make_trace_format(i2c::trace_file_type(path), labels));
  }
  if (!recording.empty()) {
    open("--record", recording, std::make_unique<i2c::RecordingFormat>(labels));
  }
}

void Tracing::open(const char* option, const std::string& path,
                   std::unique_ptr<i2c::TraceFormat> format) {
  i2c::TraceFile::Options options;
  options.name = path == standard_output ? "to standard output" : path;
  options.on_warning = [](const std::string& text) { spdlog::warn("{}", text); };
  try {
    files_.push_back(std::make_shared<i2c::TraceFile>(open_to_write(path), std::move(format),
                                                      std::move(options)));
  } catch (const std::system_error& error) {
    throw std::runtime_error(
        std::string(option) + ": " + error.what() + "; name a file that can be written" +
        (option == std::string_view("--trace") ? ", or - for standard output" : ""));
  }
}

std::shared_ptr<i2c::Adapter> Tracing::trace(std::shared_ptr<i2c::Adapter> bus,
                                             std::size_t guest) const {
  if (files_.empty()) return bus;
  const auto clock = [offset = offset_] {
    return nanoseconds(steady_clock::now().time_since_epoch()) + offset;
  };
  i2c::Tracer::Options options;
  options.limit = 0;
  options.bus = static_cast<unsigned>(guest);
  auto tracer = std::make_shared<i2c::Tracer>(std::move(bus), clock, options);
  for (const auto& file : files_) tracer->add_sink(file);
  return tracer;
}

void Tracing::close(std::chrono::milliseconds limit) {
  for (const auto& file : files_) {
    if (!file->close(limit)) spdlog::warn("a trace is not written to its end: nobody takes it");
  }
}

}  // namespace vhost_device::daemon
