// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/pmbus_commands.hpp"
#include "backends/sim/devices/registry.hpp"

namespace vhost_device::sim {

/// A made-up power supply with PMBus: 48 V in, and out 12 V, 5 V and 3.3 V on the pages 0 to 2,
/// with a thermometer and a fan.
///
/// PMBus Power System Management Protocol Specification part II, rev. 1.2, on SMBus 2.0 with packet
/// error codes. The commands are those of pmbus_commands.hpp; others are not acknowledged. Outputs
/// are in LINEAR16 with an exponent of their own each, everything else in LINEAR11. A reading
/// beyond its limit sets a bit in a status register, which stays until CLEAR_FAULTS or a 1 written
/// to it, and comes back at once while the reading stays there. PAGE ff writes to all pages, and
/// reads 0. A write takes effect with its last byte.
///
/// Not modelled: what a fault does to the outputs, SMBALERT_MASK and the alert response address,
/// margins and trims, what the fan does to the temperature, QUERY and COEFFICIENTS.
class PmbusSupply final : public Device {
 public:
  static constexpr unsigned rail_count = 3;
  static constexpr double max_input_v = 100;
  static constexpr double max_a = 100;  ///< At the input, and at each output.
  static constexpr double min_c = -55;
  static constexpr double max_c = 150;
  static constexpr double max_fan_rpm = 30000;

  /// The supply as it is when it has just come up, without load, at 25 C. Throws
  /// std::invalid_argument for an unknown part and an address outside 0x10 to 0x77.
  PmbusSupply(std::string_view part, i2c::Address address);

  /// At the input, in volts (0 to `max_input_v`) and amperes (0 to `max_a`). Every member that sets
  /// something throws std::invalid_argument outside its range.
  [[nodiscard]] double input_voltage() const;
  void set_input_voltage(double volts);
  [[nodiscard]] double input_current() const;
  void set_input_current(double amperes);

  /// In degrees Celsius: `min_c` to `max_c`.
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);

  /// In turns per minute: 0, which is a fault, to `max_fan_rpm`.
  [[nodiscard]] double fan_speed() const;
  void set_fan_speed(double rpm);

  /// At the output of a page, in volts: 0 to what its LINEAR16 can say. VOUT_COMMAND changes it.
  /// Throws std::invalid_argument for a page that is none; so do the other members with a `page`.
  [[nodiscard]] double output_voltage(unsigned page) const;
  void set_output_voltage(unsigned page, double volts);
  /// In amperes: 0 to `max_a`.
  [[nodiscard]] double output_current(unsigned page) const;
  void set_output_current(unsigned page, double amperes);

  /// Whether OPERATION has the output on. It reads 0 V and 0 A while it is off.
  [[nodiscard]] bool is_on(unsigned page) const;
  [[nodiscard]] std::uint16_t status_word(unsigned page) const;

  /// The SMBALERT# pin, open drain with a pull-up: low while a status register has a bit set.
  [[nodiscard]] Level alert_level() const;

  void stop() override;
  [[nodiscard]] std::string_view register_name(std::span<const std::byte> written) const override;

 private:
  struct Rail {
    double volts = 0;
    double amperes = 0;
  };
  struct Limit;
  enum class Quantity { vin, iin, pin, temperature, vout, iout, pout };
  static const std::array<Limit, 18> limits;
  [[nodiscard]] static double max_output_v(unsigned page);

  [[nodiscard]] i2c::TransferError do_message(const i2c::Message& message) override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] i2c::TransferError receive(std::span<const std::byte> data);
  void respond(std::span<std::byte> data);
  void write_command(const pmbus::Command& command, std::uint16_t value);
  void store(const pmbus::Command& command, unsigned page, std::uint16_t value);
  [[nodiscard]] bool is_protected(const pmbus::Command& command) const;
  void fault_cml(std::uint8_t bit) { value(pmbus::status_cml) |= bit; }
  void clear_faults(unsigned page);
  void check_limits();

  [[nodiscard]] std::uint16_t& value(const pmbus::Command& command, unsigned page = 0);
  [[nodiscard]] std::uint16_t value(const pmbus::Command& command, unsigned page = 0) const;
  [[nodiscard]] std::uint16_t encoded(const pmbus::Command& command, unsigned page,
                                      double number) const;
  [[nodiscard]] double decoded(const pmbus::Command& command, unsigned page,
                               std::uint16_t word) const;
  void set_number(const pmbus::Command& command, unsigned page, double number);
  [[nodiscard]] double quantity(Quantity quantity, unsigned page) const;
  [[nodiscard]] std::uint16_t reading(const pmbus::Command& command, unsigned page) const;
  [[nodiscard]] std::uint16_t status_of(unsigned page) const;
  [[nodiscard]] bool is_rail_on(unsigned page) const;
  void check_page(unsigned page) const;
  void set_quantity(double& quantity, std::string_view what, double to, double min, double max,
                    std::string_view unit);

  double input_volts_;
  double input_amperes_ = 0;
  double temperature_c_;
  double fan_rpm_;
  std::array<Rail, rail_count> rails_;
  std::array<std::array<std::uint16_t, rail_count>, pmbus::commands.size()> values_{};

  // The transaction under way.
  const pmbus::Command* command_ = nullptr;
  std::uint8_t crc_ = 0;
};

extern const Family pmbus_family;

}  // namespace vhost_device::sim
