// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/devices/sht3x_alert.hpp"

namespace vhost_device::sim {

struct Sht3xCommand;

/// The humidity and temperature sensors SHT30, SHT31 and SHT35, which differ in accuracy alone.
/// "sht3x" is the driver's name for them all.
///
/// Datasheet: Sensirion SHT3x-DIS, version 5; its alert mode: the application note "Alert Mode of
/// SHT3x-DIS". Commands are of 16 bits, words have a CRC-8 behind them (polynomial 31, from ff on).
/// A read for which there is no answer, or not yet, is not acknowledged.
///
/// A measurement takes the typical 12.5, 4.5 or 2.5 ms by its repeatability (table 4); a soft reset
/// 0.5 ms (table 5), in which the chip does not answer.
///
/// Not modelled: the time that clock stretching takes, as a measurement with it is over when it is
/// read; what the heater does to the readings; the general call's reset, the reset pin, the 1 ms
/// between commands.
class Sht3x final : public Device {
 public:
  static constexpr double room_temperature_c = 25.0;
  static constexpr double room_humidity_percent = 50.0;

  /// The chip as it is after power-up. Throws std::invalid_argument for an unknown part, an address
  /// other than 0x44 and 0x45, and values that the setters refuse.
  Sht3x(std::string_view part, i2c::Address address, double temperature_c = room_temperature_c,
        double humidity_percent = room_humidity_percent);

  /// What the sensor is in: -40 to 125 degrees Celsius, 0 to 100 % relative humidity. Setting one
  /// completes a measurement at once in periodic mode. Throws std::invalid_argument outside the
  /// range.
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);
  [[nodiscard]] double humidity() const;
  void set_humidity(double humidity_percent);

  /// The ALERT pin: high while an alert lasts.
  [[nodiscard]] Level alert_level();

  /// What an alert begins beyond, in degrees Celsius and percent.
  [[nodiscard]] double high_alert_temperature();
  [[nodiscard]] double high_alert_humidity();
  [[nodiscard]] double low_alert_temperature();
  [[nodiscard]] double low_alert_humidity();

  [[nodiscard]] bool heater_is_on();
  [[nodiscard]] bool measures_periodically();

  /// The status register.
  [[nodiscard]] std::uint16_t status();

  void stop() override;
  /// The name of the command.
  [[nodiscard]] std::string_view register_name(std::span<const std::byte> written) const override;

 private:
  enum class Mode : std::uint8_t { idle, single_shot, periodic };
  static constexpr std::size_t longest_write = 5;  // a command, a word and its CRC
  static constexpr std::size_t longest_reply = 6;  // two words with theirs

  [[nodiscard]] Ack start(Direction direction) override;
  [[nodiscard]] Ack write(std::byte value) override;
  [[nodiscard]] std::byte read() override;
  void clock_changed(Time offset) override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  void set_quantity(double& quantity, double value);
  void catch_up();
  void measure();
  void execute(const Sht3xCommand& command);
  void measure_as(const Sht3xCommand& command);
  void write_limit();
  void reset();
  void set_status(std::uint16_t bits, bool on);
  void reply_word(std::uint16_t word);
  void reply_data();

  double temperature_c_;
  double humidity_percent_;
  Mode mode_ = Mode::idle;
  bool stretches_ = false;  // the single shot under way
  bool has_data_ = false;
  std::uint16_t raw_temperature_ = 0;
  std::uint16_t raw_humidity_ = 0;
  std::uint16_t status_;
  Sht3xAlert alert_;
  ConversionTimer timer_;
  ConversionTimer reset_timer_;

  std::array<std::byte, longest_reply> reply_{};  // for the next read
  std::size_t reply_length_ = 0;                  // 0: there is none

  // The message under way.
  std::array<std::byte, longest_write> received_{};
  std::size_t received_length_ = 0;
  std::size_t sent_ = 0;
};

extern const Family sht3x_family;

}  // namespace vhost_device::sim
