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

/// The PCF8563: a real-time clock with an alarm and a countdown timer.
///
/// Datasheet: NXP PCF8563, rev. 11. Sixteen registers of 8 bits: 0 and 1 control and status, 2 to 8
/// seconds (with VL) to year in BCD, 9 to 12 the alarm's minute, hour, day and weekday, 13 the
/// clock output, 14 and 15 the timer. The time is read as it was at START. The pointer counts on,
/// and from 15 to 0. Seconds are those of the bus's clock; only STOP begins a new one, not a write.
///
/// Not modelled: going on from a date that does not exist (the nearest goes on), an alarm in the
/// minute that is written as the time, the external clock test mode, the power-on reset override,
/// the pulses of TI_TP (the pin stays high), CLKOUT, STOP's effect on the timer.
class Pcf8563 final : public RegisterDevice {
 public:
  /// The chip as it is when power is first applied or, with a `time`, as it is when that was set.
  /// Throws std::invalid_argument for an unknown part, an address other than 0x51, and a time that
  /// `set_time` refuses.
  Pcf8563(std::string_view part, i2c::Address address, std::optional<DateTime> time = std::nullopt);

  /// The time in the counters, with the century bit for the year 2100 and later. Always one that
  /// exists, whatever the bus has written: the nearest. So 29 February 2100, which the counters
  /// have and the calendar has not, is told as the 28th.
  [[nodiscard]] DateTime time();
  /// Sets it, as a driver would: VL and STOP are 0, and a second begins. Throws
  /// std::invalid_argument outside the years 2000 to 2199.
  void set_time(const DateTime& time);

  /// VL: whether the chip says that its time is not to be trusted.
  [[nodiscard]] bool lost_time();

  /// Takes the supply away for a moment: all registers are as at first.
  void lose_power();

  /// The INT pin, open drain with a pull-up: low while an alarm or the end of a countdown is
  /// flagged and enabled.
  [[nodiscard]] Level interrupt_level();

 private:
  std::uint32_t on_read(const Register& reg, std::uint32_t value) override;
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(Time offset) override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  void power_up();
  [[nodiscard]] Calendar calendar() const;
  void show(const Calendar& calendar);
  [[nodiscard]] std::optional<AlarmTime> alarm() const;
  void count_down();
  void flag(std::uint32_t bit);

  SecondTicks ticks_;
  std::optional<Time> countdown_;  // when it began; empty: it does not run
};

extern const Family pcf8563_family;

}  // namespace vhost_device::sim
