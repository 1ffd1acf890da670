// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/axes.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

/// The ADXL345: an accelerometer of three axes with a FIFO and two interrupt pins.
///
/// Datasheet: Analog Devices ADXL345, rev. G. Registers of 8 bits at 00 to 39, the pointer goes on
/// from one to the next; the three readings, at 32 to 37, are little-endian.
///
/// In measurement mode there is a sample at the rate that BW_RATE says. A read that touches the
/// readings takes them from the FIFO when it goes on to 38, or ends. The FIFO holds 32 samples, and
/// the output filter one more.
///
/// Not modelled: tap, inactivity and free-fall, ac-coupled activity, link and auto-sleep, sleep,
/// the self-test, less noise at normal power, and SPI.
class Adxl345 final : public RegisterDevice {
 public:
  /// The chip after power-up: in standby. Throws std::invalid_argument for an unknown part, and for
  /// an address other than 0x53 and 0x1d.
  Adxl345(std::string_view part, i2c::Address address, Axes acceleration_g = lying_flat);

  /// What the sensor feels: -16 to 16 g on each axis. Setting it takes a sample at once, in
  /// measurement mode. Throws std::invalid_argument outside the range.
  [[nodiscard]] Axes acceleration() const;
  void set_acceleration(Axes acceleration_g);

  /// The INT1 and INT2 pins, push-pull.
  [[nodiscard]] Level int1_level();
  [[nodiscard]] Level int2_level();

  /// How many samples wait to be read: 0 to 33.
  [[nodiscard]] unsigned fifo_entries();

  /// Samples a second, as BW_RATE says, in hertz.
  [[nodiscard]] double data_rate();

 private:
  struct Sample {
    std::array<std::uint16_t, 3> words{};
  };
  static constexpr std::size_t fifo_depth = 32;
  static constexpr std::size_t max_entries = fifo_depth + 1;

  Ack start(Direction direction) override;
  void stop() override;
  std::uint32_t on_read(const Register& reg, std::uint32_t value) override;
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(Time offset) override { timer_.clock_changed(offset); }
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] bool is_measuring() const;
  [[nodiscard]] Time period() const;
  [[nodiscard]] bool keeps_when_full() const;
  [[nodiscard]] std::uint16_t reading(std::size_t axis) const;
  [[nodiscard]] bool is_active() const;
  [[nodiscard]] Level pin(bool is_second);
  void power_changed();
  void sample();
  void push(const Sample& taken);
  void drop_oldest(std::size_t count);
  void trigger();
  void data_was_read();
  void show();

  Axes acceleration_g_;
  ConversionTimer timer_;
  std::array<Sample, max_entries> samples_{};  // the oldest first
  std::size_t entries_ = 0;
  bool overrun_ = false;
  bool activity_ = false;
  bool triggered_ = false;
  bool reads_data_ = false;  // the message under way
};

extern const Family adxl345_family;

}  // namespace vhost_device::sim
