// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include "core/i2c/trace/trace_format.hpp"

namespace vhost_device::i2c {

/// A value change dump (IEEE 1364, 18.2) with the wires SCL and SDA of each bus; those of several
/// have the bus's number at their end: SCL0, SDA0. In steps of 100 ns.
///
/// The edges are drawn as standard mode has them (UM10204, table 10: 100 kHz), for nobody saw the
/// real ones: a transaction begins when it did, or when the one before it is drawn to its end, also
/// if that was on another bus. Idle time is cut at `max_idle`, since programs that read these files
/// expand each step.
///
/// What cannot be known is not drawn: messages after an error, and one that failed with something
/// else than a NACK. There is no place for notes and errors.
class VcdFormat final : public TraceFormat {
 public:
  static constexpr std::chrono::milliseconds max_idle{10};

  explicit VcdFormat(const TraceLabels& labels);

  void begin(std::string& out) override;
  void add(const Transaction& transaction, std::string& out) override;
  void add_gap(std::uint64_t /*count*/, std::string& /*out*/) override {}

 private:
  class Drawing;  // vcd_format.cpp

  struct Wires {
    std::string scl;  ///< The identifier codes.
    std::string sda;
  };

  /// Moves to where a transaction is drawn that began at `start`.
  void move_to(std::chrono::nanoseconds start);

  std::vector<Wires> wires_;
  std::int64_t now_ = 0;  // in steps, up to where it is drawn
  std::int64_t cut_ = 0;  // of idle time, in steps
  std::optional<std::chrono::nanoseconds> first_;
};

}  // namespace vhost_device::i2c
