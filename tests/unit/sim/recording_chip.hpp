// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "backends/sim/bus/device.hpp"

namespace vhost_device::sim {

/// What chips saw on the wire, in order: "a W", "a 12", "a R", "a STOP".
using WireLog = std::vector<std::string>;

/// A chip that writes down what it sees, and can be told to do something at a moment of it.
class RecordingChip final : public Device {
 public:
  RecordingChip(std::string name, std::vector<i2c::Address> addresses, WireLog& log)
      : Device(std::move(name), std::move(addresses)), log_(log) {}

  std::function<void()> at_start = [] {};
  std::function<void()> at_byte = [] {};
  std::function<void()> at_stop = [] {};
  Ack start_answer = Ack::ack;
  std::size_t bytes_taken = 1000;  ///< The next one is refused.
  std::byte answer{0x5a};

  void stop() override {
    log("STOP");
    at_stop();
  }

  using Device::selected_address;

 private:
  Ack start(Direction direction) override {
    log(direction == Direction::read ? "R" : "W");
    at_start();
    return start_answer;
  }
  Ack write(std::byte value) override {
    char text[3];
    std::snprintf(text, sizeof text, "%02x", std::to_integer<unsigned>(value));
    log(text);
    at_byte();
    if (bytes_taken == 0) return Ack::nack;
    --bytes_taken;
    return Ack::ack;
  }
  std::byte read() override {
    at_byte();
    return answer;
  }
  void log(const std::string& event) { log_.push_back(name() + " " + event); }

  WireLog& log_;
};

}  // namespace vhost_device::sim
