// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/registry.hpp"

namespace vhost_device::sim {

struct Lm75Row;

/// The LM75 family of temperature sensors with a thermostat.
class Lm75 final : public Device {
 public:
  static constexpr double room_temperature_c = 25.0;

  /// Throws std::invalid_argument for an unknown part, an address outside 0x48 to 0x4f, and a
  /// temperature that `set_temperature` refuses.
  Lm75(std::string_view part, i2c::Address address, double temperature_c = room_temperature_c);

  /// What the sensor's package is at. Setting it completes a conversion at once, so that the next
  /// read is of the new temperature, and starts the next conversion; in shutdown the register
  /// keeps its value. Throws std::invalid_argument outside the range that the part can express:
  /// -55 to 125 (LM75), -128 to 128 (TMP75, TMP275).
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);

  /// What the temperature register says, in degrees.
  [[nodiscard]] double reported_temperature();

  /// The O.S. (ALERT) pin.
  [[nodiscard]] Level os_level();

  /// The T_OS (T_HIGH) and T_HYST (T_LOW) registers, in degrees.
  [[nodiscard]] double limit() const;
  [[nodiscard]] double hysteresis() const;

 private:
  /// Comparison with the limits, the fault queue and the O.S. output.
  struct Thermostat {
    bool tripped = false;  // over the limit and not yet back under the hysteresis
    bool latched = false;  // an event that nobody has read yet
    std::uint64_t faults = 0;

    void conversions(std::uint64_t count, bool over, bool under, std::uint64_t queue);
  };

  Ack start(Direction direction) override;
  Ack write(std::byte value) override;
  std::byte read() override;
  void clock_changed(Time offset) override;

  void catch_up();
  void convert(std::uint64_t count);
  void set_configuration(std::uint8_t value);
  [[nodiscard]] bool in_shutdown() const;
  [[nodiscard]] unsigned resolution_bits() const;
  [[nodiscard]] Time conversion_time() const;
  [[nodiscard]] std::uint16_t register_word();

  const Lm75Row& row_;
  double temperature_c_;

  std::int16_t reading_ = 0;  // temperature register: left-justified, 1/256 degree
  std::int16_t limit_;
  std::int16_t hysteresis_;
  std::uint8_t configuration_ = 0;
  Thermostat thermostat_;
  std::optional<Time> conversion_end_;

  std::uint8_t pointer_ = 0;
  std::uint8_t last_register_ = 0;  // the last one read that exists
  std::size_t position_ = 0;        // in the message under way
  std::uint16_t word_ = 0;          // being read, or as far as written
};

extern const Family lm75_family;

}  // namespace vhost_device::sim
