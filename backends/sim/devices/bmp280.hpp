// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "backends/sim/devices/bmp280_compensation.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

struct Bmp280Row;

/// The BMP280, a pressure and temperature sensor, and the BME280, which measures humidity, too.
///
/// Datasheets: BST-BMP280-DS001, BST-BME280-DS002. The registers are bytes: 88 to 9f (BME280: also
/// a1 and e1 to e7) trim, little-endian; d0 id; e0 reset; f2 ctrl_hum (BME280), f3 status, f4
/// ctrl_meas, f5 config; f7 pressure, fa temperature, fd humidity (BME280), raw, big-endian. A read
/// goes on with the next register, a write has an address before each value.
///
/// The trim is the example of DS001, 3.12, which has none for humidity: those are made up. The raw
/// values are what the compensation of the physical ones makes of it.
///
/// A measurement takes the typical time of DS002, 9.1; in normal mode the next begins t_standby
/// after it. The start-up after a reset takes its maximum, 2 ms.
///
/// Not modelled: the IIR filter's delay, as readings follow at once (it does add its bits of
/// resolution), noise, SPI.
class Bmp280 final : public RegisterDevice {
 public:
  static constexpr double room_temperature_c = 25.0;
  static constexpr double sea_level_pa = 101325.0;
  static constexpr double room_humidity_percent = 50.0;

  /// Asleep, as after power-up. Throws std::invalid_argument for an unknown part and an address
  /// other than 0x76 and 0x77.
  Bmp280(std::string_view part, i2c::Address address);

  /// What the sensor is in: -40 to 85 degrees Celsius, 30000 to 110000 Pa, and for the BME280 0 to
  /// 100 % relative humidity. Setting one completes a measurement at once in normal mode. Throws
  /// std::invalid_argument outside the range; for humidity also where there is no such sensor.
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);
  [[nodiscard]] double pressure() const;
  void set_pressure(double pressure_pa);
  [[nodiscard]] double humidity() const;
  void set_humidity(double humidity_percent);

  /// The registers f4 and f5.
  [[nodiscard]] std::uint8_t control();
  [[nodiscard]] std::uint8_t configuration();

  /// A measurement is under way: bit 3 of the status.
  [[nodiscard]] bool is_measuring();

 private:
  enum class Mode : std::uint8_t { sleep = 0, forced = 1, normal = 3 };

  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(Time offset) override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  void set_quantity(double& quantity, double value);
  [[nodiscard]] Bmp280Trim trim() const;
  [[nodiscard]] Mode requested_mode() const;
  [[nodiscard]] Time measurement_time() const;
  [[nodiscard]] Time standby_time() const;
  [[nodiscard]] bool measures() const;
  [[nodiscard]] bool mode_change_is_awaited() const;
  void control_written(std::uint32_t before);
  void enter(Mode mode, Time start);
  void finish(Time end);
  void measure();
  void show_status();
  void reset();

  const Bmp280Row& row_;
  double temperature_c_ = room_temperature_c;
  double pressure_pa_ = sea_level_pa;
  double humidity_percent_ = room_humidity_percent;
  Mode mode_ = Mode::sleep;         // what is going on; the register has what comes next
  bool is_retimed_ = false;         // from the next measurement on its times are others
  unsigned humidity_sampling_ = 0;  // ctrl_hum as of the last write of ctrl_meas
  Time measurement_time_{0};        // of the measurement under way, or awaited
  ConversionTimer timer_;
  ConversionTimer start_up_;
};

extern const Family bmp280_family;

}  // namespace vhost_device::sim
