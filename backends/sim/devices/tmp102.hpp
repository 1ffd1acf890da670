// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/devices/thermostat.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

/// The TMP102 and TMP112: temperature sensors of 12 bits, or 13 in extended mode, with an alert.
///
/// Datasheets: TMP102, TI SBOS397H; TMP112, TI SBOS473. The registers, by pointer, 16 bits each,
/// big-endian: 0 temperature, 1 configuration (power-up 60a0), 2 T_LOW (75 C), 3 T_HIGH (80 C).
/// Bytes read behind a register are ff.
///
/// Four conversions a second unless the configuration says otherwise, of 26 ms each (typical); in
/// shutdown one whenever OS is written.
///
/// Not modelled: the general call, the SMBus alert response, High-Speed mode, the bus time-out.
class Tmp102 final : public RegisterDevice {
 public:
  static constexpr double room_temperature_c = 25.0;

  /// The chip as it is when its first conversion is over. Throws std::invalid_argument for an
  /// unknown part, an address outside 0x48 to 0x4b, and a temperature that `set_temperature`
  /// refuses.
  Tmp102(std::string_view part, i2c::Address address, double temperature_c = room_temperature_c);

  /// What the sensor is at, in degrees Celsius: -55 to 150. Setting it completes a conversion at
  /// once, except in shutdown. Throws std::invalid_argument outside the range.
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);

  /// What the temperature register says, in degrees Celsius. 12 bits end at 127.9375.
  [[nodiscard]] double reported_temperature();

  /// The ALERT pin, open drain with a pull-up.
  [[nodiscard]] Level alert_level();

  /// T_HIGH and T_LOW, in degrees Celsius.
  [[nodiscard]] double high_limit();
  [[nodiscard]] double low_limit();

  /// The configuration register.
  [[nodiscard]] std::uint16_t configuration();

 private:
  std::uint32_t on_read(const Register& reg, std::uint32_t value) override;
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(Time offset) override { timer_.clock_changed(offset); }
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] double degrees(const Register& in) const;
  [[nodiscard]] Time period() const;
  void start_conversions();
  void finish_conversion();
  void convert(std::uint64_t count);
  void show_alert();

  double temperature_c_;
  Thermostat thermostat_;
  ConversionTimer timer_;
};

extern const Family tmp102_family;

}  // namespace vhost_device::sim
