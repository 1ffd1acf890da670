// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/devices/thermostat.hpp"

namespace vhost_device::sim {

struct Lm75Row;

/// The LM75 family: temperature sensors with a thermostat.
///
/// | part | datasheet | resolution | one conversion | fault queue | trips |
/// |---|---|---|---|---|---|
/// | lm75 | LM75B/C, TI SNIS153B | 9 bits | 100 ms | 1, 2, 4, 6 | above T_OS |
/// | lm75a | LM75A, TI SNOS808O | 9 bits | 100 ms | 1, 2, 4, 6 | above T_OS |
/// | tmp75 | TMP75, TI SBOS288M | 9 to 12 bits | 27.5 to 220 ms | 1, 2, 3, 4 | at T_HIGH |
/// | tmp275 | TMP275, TI SBOS363D | 9 to 12 bits | 27.5 to 220 ms | 1, 2, 4, 6 | at T_HIGH |
///
/// The registers, by pointer: 0 temperature, 1 configuration (power-up 00), 2 T_HYST or T_LOW
/// (75 C), 3 T_OS or T_HIGH (80 C). Temperatures are left-justified and big-endian. The pointer
/// stays where it was last put. Pointers 4 to 7, which tell the older parts apart (they are what
/// Linux's lm75_detect looks at): the LM75 gives the register last read, the LM75A ff, and a1, its
/// product ID, at 7. Higher bits of the pointer are ignored.
///
/// Each byte written takes effect by itself (SBOS288J, p. 9, "Slave Receiver Mode"), bytes beyond a
/// register's are acknowledged and ignored. Bytes read beyond a register's are ff, since the chip
/// does not drive the line any more.
///
/// Not a RegisterDevice: there a register of 16 bits takes effect as a whole, or has an address for
/// each byte. This one has one address for both, and each byte takes effect.
///
/// Not modelled: the general call, the SMBus alert response, High-Speed mode, and the bus time-out.
class Lm75 final : public Device {
 public:
  static constexpr double room_temperature_c = 25.0;

  /// The chip as it is when its first conversion is over. Throws std::invalid_argument for an
  /// unknown part, an address outside 0x48 to 0x4f, and a temperature that `set_temperature`
  /// refuses.
  Lm75(std::string_view part, i2c::Address address, double temperature_c = room_temperature_c);

  /// What the sensor's package is at, in degrees Celsius.
  ///
  /// Setting it completes a conversion at once, with its effects on the fault queue, so that the
  /// next read is of the new temperature; after that the chip goes on converting it, each time for
  /// the part's conversion time on the bus's clock. In shutdown nothing is converted: the register
  /// keeps its value until the chip is woken up, or told to do one conversion (TMP75, TMP275), and
  /// the conversion time is over.
  ///
  /// Throws std::invalid_argument outside what the part can express: -55 to 125 (LM75, LM75A),
  /// -128 to 128 (TMP75, TMP275; SBOS288M, table 7-1).
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);

  /// What the temperature register says: the last conversion's result, rounded to its resolution.
  [[nodiscard]] double reported_temperature();

  /// The O.S. (ALERT) pin, open drain with a pull-up: low is active unless the configuration
  /// register says otherwise.
  [[nodiscard]] Level os_level();

  /// The registers T_OS (T_HIGH) and T_HYST (T_LOW), in degrees Celsius.
  [[nodiscard]] double limit() const;
  [[nodiscard]] double hysteresis() const;

  /// The configuration register.
  [[nodiscard]] std::uint8_t configuration() const;

 private:
  Ack start(Direction direction) override;
  Ack write(std::byte value) override;
  std::byte read() override;
  void clock_changed(Time offset) override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  void catch_up();
  void start_conversion();
  void convert(std::uint64_t count);
  void set_configuration(std::uint8_t value);
  [[nodiscard]] bool in_shutdown() const;
  [[nodiscard]] unsigned resolution_bits() const;
  [[nodiscard]] Time conversion_time() const;
  void select_for_reading();

  const Lm75Row& row_;
  double temperature_c_;

  std::uint16_t reading_;
  std::uint16_t limit_;
  std::uint16_t hysteresis_;
  std::uint8_t configuration_ = 0;
  Thermostat thermostat_;
  std::optional<Time> conversion_end_;  // empty: none under way

  std::uint8_t pointer_ = 0;
  std::uint8_t last_register_ = 0;  // the last one read
  std::size_t position_ = 0;        // in the message under way
  std::uint16_t word_ = 0;          // being read, the next byte in the upper half
};

extern const Family lm75_family;

}  // namespace vhost_device::sim
