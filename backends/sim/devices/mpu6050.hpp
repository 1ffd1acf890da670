// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/axes.hpp"
#include "backends/sim/devices/byte_fifo.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

/// The MPU6050: an accelerometer and a gyroscope of three axes each, with a thermometer and a FIFO.
///
/// Datasheets: InvenSense RM-MPU-6000A-00 rev. 4.2 (register map), PS-MPU-6000A-00 rev. 3.4.
/// Registers of 8 bits, the readings of 16, big-endian; the pointer goes on from one to the next,
/// except from FIFO_R_W (74). Registers that are not modelled read as 0.
///
/// After power-up and reset it sleeps. Awake there is a sample at the rate that SMPLRT_DIV and
/// CONFIG say, or LP_WAKE_CTRL in cycle mode.
///
/// Not modelled: how long a reset and waking up take, the effect of the filters, of the offset
/// registers (they keep what is written) and of the self-test, motion detection, the auxiliary I2C
/// bus, FSYNC, and the motion processor.
class Mpu6050 final : public RegisterDevice {
 public:
  static constexpr double room_temperature_c = 25.0;

  /// The chip after power-up: asleep. Throws std::invalid_argument for an unknown part, an address
  /// outside 0x68 to 0x69, and what the setters refuse.
  Mpu6050(std::string_view part, i2c::Address address, Axes acceleration_g = lying_flat,
          double temperature_c = room_temperature_c);

  // What the sensors are at. Setting one of these takes a sample at once, unless the chip sleeps.
  // Throws std::invalid_argument outside the range.

  /// In g: -16 to 16.
  [[nodiscard]] Axes acceleration() const;
  void set_acceleration(Axes acceleration_g);

  /// In degrees per second: -2000 to 2000.
  [[nodiscard]] Axes angular_velocity() const;
  void set_angular_velocity(Axes degrees_per_s);

  /// In degrees Celsius: -40 to 85.
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);

  /// The INT pin; with a pull-up where it is open drain.
  [[nodiscard]] Level interrupt_level();

  /// How many bytes are in the FIFO: 0 to 1024.
  [[nodiscard]] unsigned fifo_count();

  [[nodiscard]] bool is_asleep();

  /// Samples a second as configured, in hertz.
  [[nodiscard]] double sample_rate();

 private:
  std::uint32_t on_read(const Register& reg, std::uint32_t value) override;
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  std::uint32_t next_pointer(const PointerRules& rules, const Register* reg,
                             std::uint32_t pointer) const override;
  void catch_up() override;
  void clock_changed(Time offset) override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] bool sleeps() const;
  [[nodiscard]] Time period() const;
  void start_sampling();
  void inputs_changed();
  void sample(Time when);
  void measure();
  void fill_fifo(Time when);
  void raise(std::uint32_t interrupt, Time when);

  Axes acceleration_g_;
  Axes degrees_per_s_{};
  double temperature_c_;
  ConversionTimer timer_;
  std::optional<Time> pulse_end_;  // of the INT pin, where it is not latched
  ByteFifo<1024> fifo_;
};

extern const Family mpu6050_family;

}  // namespace vhost_device::sim
