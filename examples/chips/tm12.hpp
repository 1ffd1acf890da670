// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::examples {

/// The TM12, a made-up temperature sensor of 12 bits.
///
/// Its registers, by pointer, big-endian: 0 temperature (16 bits), 1 configuration (8 bits,
/// power-up 00). It converts every 100 ms, except in shutdown. Bytes read behind a register are ff.
///
/// Not modelled: noise.
class Tm12 final : public sim::RegisterDevice {
 public:
  static constexpr double room_temperature_c = 25.0;

  /// Throws std::invalid_argument for an address outside 0x48 to 0x4f, and for a temperature that
  /// `set_temperature` refuses.
  explicit Tm12(i2c::Address address, double temperature_c = room_temperature_c);

  /// What the sensor is at, in degrees Celsius: -55 to 125. The next conversion reports it. Throws
  /// std::invalid_argument outside the range.
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);

  /// What the temperature register says, in degrees Celsius.
  [[nodiscard]] double reported_temperature();

 private:
  [[nodiscard]] sim::Ack on_write(const sim::Register& reg, std::uint32_t written,
                                  std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(sim::Time offset) override { timer_.clock_changed(offset); }
  void visit_state(sim::StateVisitor& visitor) override;
  void check_state() const override;

  double temperature_c_;
  sim::ConversionTimer timer_;
};

extern const sim::Family tm12_family;

}  // namespace vhost_device::examples
