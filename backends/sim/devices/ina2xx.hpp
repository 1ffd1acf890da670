// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

struct Ina2xxRow;

/// The INA219 and its relatives: what flows through a shunt resistor, the bus voltage behind it,
/// and the power of both.
///
/// Datasheets: INA219, TI SBOS448G; INA220, SBOS459; INA226, SBOS547B; INA230, SBOS601; INA231,
/// SBOS644. Registers of 16 bits, big-endian: 0 configuration, 1 shunt voltage, 2 bus voltage, 3
/// power, 4 current, 5 calibration; the INA226's kind has 6 mask/enable and 7 alert limit, and the
/// INA226 itself its ids at fe and ff. Bytes read behind a register are ff.
///
/// A conversion takes what the configuration says (SBOS448G, 8.6.2.1; SBOS547B, 7.1.1),
/// typical times. Current and power follow from it by the calibration register.
///
/// Not modelled: the coarser steps of the INA219 at 9 to 11 bits, noise, the ids of the INA230, the
/// SMBus alert response, High-Speed mode, the bus time-out.
class Ina2xx final : public RegisterDevice {
 public:
  static constexpr double usual_shunt_ohm = 0.01;  ///< What the Linux drivers take for granted.

  /// The chip as it is when its first conversion is over, with no voltage and no current. Throws
  /// std::invalid_argument for an unknown part, an address outside 0x40 to 0x4f, and a resistor
  /// outside 0.000001 to 1000 ohms.
  Ina2xx(std::string_view part, i2c::Address address, double shunt_ohm = usual_shunt_ohm);

  [[nodiscard]] double shunt_resistance() const { return shunt_ohm_; }  ///< In ohms.

  // What the chip is at. Setting one of these completes a conversion at once when the chip converts
  // continuously. Throws std::invalid_argument outside the range.

  /// In volts: 0 to 26 (INA219, INA220), 36 (INA226) or 28 (INA230, INA231).
  [[nodiscard]] double bus_voltage() const;
  void set_bus_voltage(double volts);

  /// In volts: what the converter can tell at most, -0.32 to 0.32 (INA219, INA220) or -0.08192 to
  /// 0.08192.
  [[nodiscard]] double shunt_voltage() const;
  void set_shunt_voltage(double volts);

  /// In amperes: the shunt voltage by the resistor.
  [[nodiscard]] double current() const;
  void set_current(double amperes);

  /// The ALERT pin, open drain with a pull-up; high for a part that has none.
  [[nodiscard]] Level alert_level();

  [[nodiscard]] std::uint16_t configuration();
  [[nodiscard]] std::uint16_t calibration();

 private:
  std::uint32_t on_read(const Register& reg, std::uint32_t value) override;
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(Time offset) override { timer_.clock_changed(offset); }
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] unsigned mode() const;
  [[nodiscard]] bool converts() const;
  [[nodiscard]] Time conversion_time() const;
  void start_conversions();
  void inputs_changed();
  void convert();
  void calculate();
  void judge();

  const Ina2xxRow& row_;
  const double shunt_ohm_;
  double shunt_v_ = 0;
  double bus_v_ = 0;
  ConversionTimer timer_;
};

extern const Family ina2xx_family;

}  // namespace vhost_device::sim
