// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/trace_format.hpp"

#include <utility>

#include "core/i2c/trace/pcapng_format.hpp"
#include "core/i2c/trace/text_format.hpp"
#include "core/i2c/trace/vcd_format.hpp"

namespace vhost_device::i2c {

TraceFileType trace_file_type(std::string_view path) {
  if (path.ends_with(".pcapng")) return TraceFileType::pcapng;
  if (path.ends_with(".vcd")) return TraceFileType::vcd;
  return TraceFileType::text;
}

std::unique_ptr<TraceFormat> make_trace_format(TraceFileType type, TraceLabels labels) {
  switch (type) {
    case TraceFileType::pcapng:
      return std::make_unique<PcapngFormat>(std::move(labels));
    case TraceFileType::vcd:
      return std::make_unique<VcdFormat>(labels);
    case TraceFileType::text:
      break;
  }
  return std::make_unique<TextFormat>(std::move(labels));
}

}  // namespace vhost_device::i2c
