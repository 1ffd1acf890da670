// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "daemon/tracing.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/i2c/replay/recording_format.hpp"
#include "core/i2c/trace/tracer.hpp"
#include "daemon/i2c_options.hpp"

namespace vhost_device::daemon {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

/// "2026-11-22T10:00:00Z".
std::string to_text(std::time_t seconds) {
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%FT%TZ", &parts);
  return {text.data(), length};
}

i2c::OutputFile open_to_write(const std::string& path) {
  if (path != standard_output) return i2c::OutputFile::open(path);
  support::UniqueFd copy(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw std::system_error(errno, std::generic_category(), "standard output");
  return i2c::OutputFile(std::move(copy));
}

/// What to do about a file that cannot be opened.
std::string remedy_for(const std::system_error& error) {
  if (error.code() == std::errc::no_such_file_or_directory)
    return "make its folder, or name another file";
  if (error.code() == std::errc::broken_pipe) return "start its reader first, or name a file";
  if (error.code() == std::errc::device_or_resource_busy) return "name another file";
  return "name a file that can be written";
}

std::shared_ptr<i2c::TraceFile> open_trace(const std::string& path, i2c::TraceLabels labels) {
  i2c::TraceFile::Options options;
  options.name = path == standard_output ? "trace to standard output" : "trace " + path;
  options.on_warning = [](const std::string& text) { spdlog::warn("{}", text); };
  try {
    return std::make_shared<i2c::TraceFile>(
        open_to_write(path), i2c::make_trace_format(i2c::trace_file_type(path), std::move(labels)),
        std::move(options));
  } catch (const std::system_error& error) {
    throw std::runtime_error(std::string("--trace: ") + error.what() + "; " + remedy_for(error) +
                             ", or - for standard output");
  }
}

std::shared_ptr<i2c::TraceFile> open_recording(const std::string& path, i2c::TraceLabels labels) {
  i2c::TraceFile::Options options;
  options.name = "recording " + path;
  options.on_warning = [](const std::string& text) { spdlog::error("{}", text); };
  try {
    return std::make_shared<i2c::TraceFile>(
        i2c::OutputFile::open(path), std::make_unique<i2c::RecordingFormat>(std::move(labels)),
        std::move(options));
  } catch (const std::system_error& error) {
    throw std::runtime_error(std::string("--record: ") + error.what() + "; " + remedy_for(error));
  }
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

  for (const std::string& path : traces) files_.push_back(open_trace(path, labels));
  if (recording.empty()) return;
  recording_ = open_recording(recording, labels);
  files_.push_back(recording_);
}

void Tracing::begin() {
  for (const auto& file : files_) file->begin();
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

bool Tracing::close(std::chrono::milliseconds limit) {
  bool is_whole = true;
  for (const auto& file : files_) {
    const bool is_recording = file == recording_;
    const bool is_closed = file->close(limit);
    if (!is_closed) {
      spdlog::log(
          is_recording ? spdlog::level::err : spdlog::level::warn,
          "{}: not finished within {} ms; {} transactions are not in it; its disk or reader "
          "is too slow, name a faster one",
          file->name(), limit.count(), file->unwritten() + file->dropped());
    }
    if (!is_recording || (is_closed && file->loss().empty())) continue;
    is_whole = false;
    if (!is_closed || file->dropped() == 0) continue;
    spdlog::error("{}: {} transactions of this session are not in it", file->name(),
                  file->dropped());
  }
  return is_whole;
}

}  // namespace vhost_device::daemon
