// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"

namespace vhost_device::sim {

/// The MCP4725: a digital-to-analog converter of 12 bits that starts with what is in its EEPROM.
///
/// Datasheet: Microchip DS22039D. It has no registers to select: a write begins with a command
/// (6.1), and each further command in the same message counts, too; a read gives five bytes over
/// and over (6.2). A write to the EEPROM takes 25 ms (typical), in which further commands are
/// acknowledged and ignored (5.6). The EEPROM reads as before until then.
///
/// Not modelled: the general call (reset and wake-up; `power_cycle` does what the reset does),
/// High-Speed mode, the output's settling time.
class Mcp4725 final : public Device {
 public:
  static constexpr double usual_supply_v = 3.3;

  /// As delivered, at half the supply voltage. Throws std::invalid_argument for an unknown part, an
  /// address outside 0x60 to 0x67, and a supply that `set_supply_voltage` refuses.
  Mcp4725(std::string_view part, i2c::Address address, double supply_v = usual_supply_v);

  /// VDD, which is the reference, in volts: 2.7 to 5.5. Throws std::invalid_argument outside.
  [[nodiscard]] double supply_voltage() const;
  void set_supply_voltage(double volts);

  /// VOUT in volts: 0 while it is powered down, as the pull-down resistor has it.
  [[nodiscard]] double output_voltage() const;

  /// The DAC register and what the EEPROM will put there: 0 to 4095.
  [[nodiscard]] unsigned dac_code() const;
  [[nodiscard]] unsigned eeprom_code();

  /// The resistor from VOUT to ground, in kilohms: 1, 100 or 500; 0 when it is not powered down.
  [[nodiscard]] unsigned power_down_kilohms() const;

  /// Whether the EEPROM is being written: RDY/BSY is low.
  [[nodiscard]] bool is_busy();

  /// Power off and on: the EEPROM's content goes to the DAC register, a write to the EEPROM that is
  /// under way is lost.
  void power_cycle();

 private:
  /// 12 bits of data and the two power-down bits.
  struct Setting {
    std::uint16_t code = 0;
    std::uint8_t power_down = 0;
  };

  Ack start(Direction direction) override;
  Ack write(std::byte value) override;
  std::byte read() override;
  void clock_changed(Time offset) override { timer_.clock_changed(offset); }
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  void catch_up();
  void run_command();

  const std::string_view part_;
  double supply_v_;
  Setting dac_;
  Setting eeprom_;
  Setting to_eeprom_;  // what is being written there
  ConversionTimer timer_;

  // The message under way.
  std::uint32_t command_ = 0;  // the bytes of it so far
  unsigned length_ = 0;
  unsigned place_ = 0;  // of the next byte to be read
};

extern const Family mcp4725_family;

}  // namespace vhost_device::sim
