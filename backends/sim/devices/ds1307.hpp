// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/calendar.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/devices/second_ticks.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

struct Ds1307Row;

/// The DS1307, DS3231 and DS1339: real-time clocks, with memory (DS1307), two alarms (the others)
/// and a thermometer (DS3231).
///
/// Datasheets: Maxim 19-5045 (DS1307), 19-5170 (DS3231), 19-5769 (DS1339). Registers of 8 bits; 0
/// to 6 are seconds to year in BCD, 12 or 24 hours, read as they were at START. The pointer counts
/// on, and from the last register to 0. Writing the seconds begins a new second.
///
/// Seconds are those of the bus's clock, without drift.
///
/// Not modelled: going on from a date that does not exist (the nearest goes on), the battery and
/// what differs while the chip runs from it, the aging offset's and the trickle charger's effects,
/// BSY during the conversions every 64 s, and its delay of 2 ms after CONV, the 32 kHz pin.
class Ds1307 final : public RegisterDevice {
 public:
  static constexpr double room_temperature_c = 25.0;

  /// The chip as it is when power is first applied or, with a `time`, as it is when that was set.
  /// Throws std::invalid_argument for an unknown part, an address other than 0x68, and a time that
  /// `set_time` refuses.
  Ds1307(std::string_view part, i2c::Address address, std::optional<DateTime> time = std::nullopt);

  /// The time in the counters, with the century bit for the year 2100 and later. Always one that
  /// exists, whatever the bus has written: the nearest. So 29 February 2100, which the counters
  /// have and the calendar has not, is told as the 28th.
  [[nodiscard]] DateTime time();
  /// Sets it, as a driver would: the oscillator runs, and OSF is 0. Throws std::invalid_argument
  /// outside the years 2000 to 2099 (DS1307) or 2199 (the others).
  void set_time(const DateTime& time);

  /// Whether the chip says that its time is not to be trusted: CH of the DS1307, OSF of the others.
  [[nodiscard]] bool lost_time();

  /// Takes the supply and the battery away for a moment: all registers are as at first.
  void lose_power();

  /// The pin SQW/OUT (DS1307), INT/SQW (DS3231) or SQW/INT (DS1339), open drain with a pull-up.
  [[nodiscard]] Level sqw_level();
  /// The square wave at that pin; 0 if it has another use.
  [[nodiscard]] unsigned square_wave_hz();

  /// What the DS3231 is at, in degrees Celsius: -40 to 85. Setting it completes a conversion at
  /// once. Throws std::invalid_argument outside the range, and for the other parts.
  [[nodiscard]] double temperature() const;
  void set_temperature(double temperature_c);

 private:
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(Time offset) override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  void power_up();
  [[nodiscard]] Calendar calendar() const;
  void show(const Calendar& calendar);
  [[nodiscard]] AlarmTime alarm(const Register* seconds, const Register& minutes,
                                const Register& hours, const Register& day) const;
  [[nodiscard]] unsigned wave_hz() const;
  void check_has_thermometer() const;
  void convert();

  const Ds1307Row& row_;
  SecondTicks ticks_;
  double temperature_c_ = room_temperature_c;
  Time next_conversion_{0};
  std::optional<Time> demanded_conversion_;  // its end
};

extern const Family ds1307_family;

}  // namespace vhost_device::sim
