// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

struct Jc42Row;

/// The temperature sensors of JEDEC JC-42.4, on memory modules and beside them: MCP9804, MCP9808,
/// MCP9843, MCP98243, SE97. "jc42", which is the driver's name for them all, is a MCP98243.
///
/// Datasheets: MCP9808, Microchip DS25095A; MCP9843/98243, DS22153C; MCP9804, DS22203C; SE97, NXP.
/// The registers, by pointer, 16 bits each, big-endian: 0 capability, 1 configuration, 2 T_UPPER,
/// 3 T_LOWER, 4 T_CRIT (all 0 at power-up), 5 temperature, 6 manufacturer, 7 device and revision;
/// Microchip's have 8, resolution, of 8 bits. Bytes read behind a register are ff.
///
/// Conversions follow each other, of 250, 130, 65 or 30 ms each (typical) from the finest
/// resolution to the coarsest; in shutdown there is none, and the EVENT pin stays as it is. Limits
/// are compared when one ends, and when they are written.
///
/// Not modelled: that an MCP9843 or MCP98243 lets go of the pin in shutdown (bit 7 of its
/// capability), the EEPROM in some packages (at24 and ee1004 are chips of their own), the SMBus
/// alert response, the bus time-out and its register 22.
class Jc42 final : public RegisterDevice {
 public:
  static constexpr double room_temperature_c = 25.0;

  /// The chip as it is when its first conversion is over. Throws std::invalid_argument for an
  /// unknown part, an address outside 0x18 to 0x1f, and a temperature that `set_temperature`
  /// refuses.
  Jc42(std::string_view part, i2c::Address address, double temperature_c = room_temperature_c);

  /// What the sensor is at, in degrees Celsius: -40 to 125. Setting it completes a conversion at
  /// once, except in shutdown. Throws std::invalid_argument outside the range.
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);

  /// What the temperature register says, in degrees Celsius.
  [[nodiscard]] double reported_temperature();

  /// The EVENT pin (Microchip: Alert), open drain with a pull-up.
  [[nodiscard]] Level event_level();

  /// T_UPPER, T_LOWER and T_CRIT, and the hysteresis below each, in degrees Celsius.
  [[nodiscard]] double upper_limit();
  [[nodiscard]] double lower_limit();
  [[nodiscard]] double critical_limit();
  [[nodiscard]] double hysteresis();

  /// How fine a conversion is, in degrees Celsius: 0.5, 0.25, 0.125 or 0.0625.
  [[nodiscard]] double resolution();

  /// The configuration register.
  [[nodiscard]] std::uint16_t configuration();

 private:
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(Time offset) override { timer_.clock_changed(offset); }
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] double hysteresis_c() const;
  [[nodiscard]] unsigned resolution_code() const;
  [[nodiscard]] bool event_is_active() const;
  void configure(std::uint32_t written, std::uint32_t before);
  [[nodiscard]] Time conversion_time() const;
  void start_conversions();
  void convert();
  void compare();
  void show_event();

  const Jc42Row& row_;
  double temperature_c_;
  bool interrupt_ = false;  // asserted in interrupt mode, and not cleared yet
  ConversionTimer timer_;
};

extern const Family jc42_family;

}  // namespace vhost_device::sim
