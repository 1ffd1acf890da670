// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/vcd_format.hpp"

#include <algorithm>
#include <utility>

namespace vhost_device::i2c {
namespace {

constexpr std::chrono::nanoseconds step{100};
// A quarter of a bit. SCL is low for two of them and high for two, and START and STOP are held for
// two: 5 us each, where UM10204, table 10 asks for 4.7 us at most.
constexpr std::int64_t quarter = 25;
constexpr std::int64_t max_idle_steps = std::chrono::nanoseconds(VcdFormat::max_idle) / step;

}  // namespace

/// Draws one transaction. Between its calls SCL is low, since a quarter.
class VcdFormat::Drawing {
 public:
  Drawing(VcdFormat& format, const Wires& wires, std::string& out)
      : format_(format), wires_(wires), out_(out) {}

  void start() {
    if (started_) {
      set_sda(true);
      wait(1);
      set_scl(true);
      wait(2);
    }
    started_ = true;
    set_sda(false);
    wait(2);
    set_scl(false);
    wait(1);
  }

  void message(const TracedMessage& message, bool address_acknowledged, bool last_acknowledged) {
    start();
    address(message, address_acknowledged);
    if (!address_acknowledged) return;
    for (std::size_t i = 0; i < message.data.size(); ++i) {
      // The controller refuses the last byte of a read, to end it (UM10204, 3.1.6).
      const bool last = i + 1 == message.data.size();
      byte(std::to_integer<unsigned>(message.data[i]),
           !last || (last_acknowledged && !message.read));
    }
  }

  void stop() {
    if (!started_) return;
    set_sda(false);
    wait(1);
    set_scl(true);
    wait(2);
    set_sda(true);
    wait(2);
    mark();
  }

 private:
  void address(const TracedMessage& message, bool acknowledged) {
    const unsigned value = message.address.value();
    const unsigned direction = message.read ? 1 : 0;
    if (!message.address.is_ten_bit()) {
      byte(value << 1 | direction, acknowledged);
      return;
    }
    // UM10204, 3.1.11: a read begins as a write, to send both bytes.
    const unsigned first = 0xf0U | value >> 8 << 1;
    byte(first, acknowledged);
    if (!acknowledged) return;
    byte(value & 0xffU, true);
    if (!message.read) return;
    start();
    byte(first | 1U, true);
  }

  void byte(unsigned value, bool acknowledged) {
    for (unsigned mask = 0x80; mask != 0; mask >>= 1) bit((value & mask) != 0);
    bit(!acknowledged);
  }

  void bit(bool value) {
    set_sda(value);
    wait(1);
    set_scl(true);
    wait(2);
    set_scl(false);
    wait(1);
  }

  void set_scl(bool value) { set(scl_, value, wires_.scl); }
  void set_sda(bool value) { set(sda_, value, wires_.sda); }

  void set(bool& wire, bool value, const std::string& identifier) {
    if (wire == value) return;
    wire = value;
    mark();
    out_ += (value ? '1' : '0') + identifier + '\n';
  }

  void mark() { out_ += '#' + std::to_string(format_.now_) + '\n'; }
  void wait(std::int64_t quarters) { format_.now_ += quarters * quarter; }

  VcdFormat& format_;
  const Wires& wires_;
  std::string& out_;
  bool started_ = false;
  bool scl_ = true;
  bool sda_ = true;
};

VcdFormat::VcdFormat(const TraceLabels& labels) {
  for (std::size_t bus = 0; bus < labels.buses.size(); ++bus) {
    wires_.push_back({'c' + std::to_string(bus), 'd' + std::to_string(bus)});
  }
}

void VcdFormat::begin(std::string& out) {
  // Nowhere else: sigrok takes a comment between changes for the end of the file.
  out +=
      "$comment vhost-device: edges are drawn at 100 kHz, idle time is cut at 10 ms $end\n"
      "$timescale 100 ns $end\n$scope module i2c $end\n";
  for (std::size_t bus = 0; bus < wires_.size(); ++bus) {
    const std::string number = wires_.size() > 1 ? std::to_string(bus) : "";
    out += "$var wire 1 " + wires_[bus].scl + " SCL" + number + " $end\n";
    out += "$var wire 1 " + wires_[bus].sda + " SDA" + number + " $end\n";
  }
  out += "$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n";
  for (const Wires& wires : wires_) out += '1' + wires.scl + "\n1" + wires.sda + '\n';
  out += "$end\n";
  now_ = 2 * quarter;
}

void VcdFormat::move_to(std::chrono::nanoseconds start) {
  const std::int64_t offset = 2 * quarter;  // the bus is idle at first
  if (!first_) first_ = start;
  const std::int64_t wanted = (start - *first_) / step + offset - cut_;
  const std::int64_t idle = wanted - now_;
  if (idle <= 0) return;
  cut_ += std::max<std::int64_t>(idle - max_idle_steps, 0);
  now_ += std::min(idle, max_idle_steps);
}

void VcdFormat::add(const Transaction& transaction, std::string& out) {
  move_to(transaction.start);
  const TransferError error = transaction.result.error;
  Drawing drawing(*this, wires_.at(transaction.bus), out);
  for (const TracedMessage& message : transaction.messages) {
    const bool done = message.outcome == MessageOutcome::done;
    if (done || (message.outcome == MessageOutcome::failed &&
                 (error == TransferError::address_nack || error == TransferError::data_nack))) {
      drawing.message(message, done || error == TransferError::data_nack, done);
    }
  }
  drawing.stop();
}

}  // namespace vhost_device::i2c
