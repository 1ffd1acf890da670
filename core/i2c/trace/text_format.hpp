// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>

#include "core/i2c/trace/trace_format.hpp"

namespace vhost_device::i2c {

/// One line for each transaction, for people and grep. docs/TRACE.md has the grammar.
class TextFormat final : public TraceFormat {
 public:
  /// Of a longer message only that many bytes are shown.
  static constexpr std::size_t max_shown = 256;

  explicit TextFormat(TraceLabels labels);

  void begin(std::string& out) override;
  void add(const Transaction& transaction, std::string& out) override;
  void add_gap(std::uint64_t count, std::string& out) override;

 private:
  TraceLabels labels_;
};

/// "0x48 W 01 60 (configuration)", "0x48 R 1a 00", "0x50 W 00 10 NACK [5]": one message as a line
/// shows it. `ends_in_nack` tells that its last byte, or its address, was refused.
void append_message(const TracedMessage& message, bool ends_in_nack, std::string& out);

}  // namespace vhost_device::i2c
