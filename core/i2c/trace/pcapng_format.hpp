// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "core/i2c/trace/trace_format.hpp"

namespace vhost_device::i2c {

/// pcapng (draft-ietf-opsawg-pcapng) with LINKTYPE_I2C_LINUX (209): an interface for each bus, and
/// a packet for each message that was on the wire or failed. What failed, and notes, are comments
/// of packets, since the link type has no place for them.
class PcapngFormat final : public TraceFormat {
 public:
  explicit PcapngFormat(TraceLabels labels) : labels_(std::move(labels)) {}

  void begin(std::string& out) override;
  void add(const Transaction& transaction, std::string& out) override;
  /// Is told in a comment of the next packet.
  void add_gap(std::uint64_t count, std::string& out) override;

 private:
  TraceLabels labels_;
  std::uint64_t missing_ = 0;
};

}  // namespace vhost_device::i2c
