// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/recorder.hpp"

#include <utility>

#include "core/i2c/replay/recording_format.hpp"

namespace vhost_device::i2c {
namespace {

// A recording has no times.
std::chrono::nanoseconds no_time() { return {}; }

TraceFile::Options options_for(const std::string& path,
                               std::function<void(const std::string&)> on_warning) {
  TraceFile::Options options;
  options.name = "recording " + path;
  options.on_warning = std::move(on_warning);
  return options;
}

}  // namespace

Recorder::Recorder(std::shared_ptr<Adapter> adapter, const std::string& path,
                   std::function<void(const std::string&)> on_warning)
    : tracer_(std::move(adapter), no_time, {.limit = 0}),
      file_(std::make_shared<TraceFile>(OutputFile::open(path),
                                        std::make_unique<RecordingFormat>(TraceLabels()),
                                        options_for(path, std::move(on_warning)))) {
  file_->begin();
  tracer_.add_sink(file_);
}

bool Recorder::close(std::chrono::milliseconds limit) {
  tracer_.remove_sink(*file_);
  return file_->close(limit);
}

}  // namespace vhost_device::i2c
