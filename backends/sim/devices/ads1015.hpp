// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/ads1015_comparator.hpp"
#include "backends/sim/devices/conversion_timer.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

struct Ads1015Row;

/// The ADS1015 and TLA2024 (12 bits) and ADS1115 (16 bits): converters with four inputs and, but
/// for the TLA2024, a comparator.
///
/// Datasheets: ADS101x, TI SBAS473; ADS111x, TI SBAS444; TLA202x, TI SBAS846. The registers, by
/// pointer, 16 bits each, big-endian: 0 conversion, 1 configuration (power-up 8583), 2 Lo_thresh
/// (8000), 3 Hi_thresh (7fff); the TLA2024 has the first two. Bytes read behind a register are ff.
///
/// A conversion takes one period of the data rate. In continuous mode a new configuration counts
/// from the end of the conversion under way (SBAS444, "Continuous-Conversion Mode").
///
/// Not modelled: noise and offset, the 25 us to wake up, the 8 us pulses of RDY in continuous mode
/// (the pin is seen between them), the general call, the SMBus alert response, High-Speed mode.
class Ads1015 final : public RegisterDevice {
 public:
  static constexpr std::size_t input_count = 4;

  /// Asleep, as after power-up, with 0 V everywhere. Throws std::invalid_argument for an unknown
  /// part and an address outside 0x48 to 0x4b.
  Ads1015(std::string_view part, i2c::Address address);

  /// The voltage at AIN0 to AIN3, against ground: -0.3 to 5.8 V. Setting one completes a conversion
  /// at once in continuous mode. Throws std::invalid_argument for another input, and outside the
  /// range.
  [[nodiscard]] double voltage(unsigned input) const;
  void set_voltage(unsigned input, double volts);

  /// What the conversion register says, in volts, by the gain it was converted with.
  [[nodiscard]] double reported_voltage();

  /// The ALERT/RDY pin, open drain with a pull-up; always high for a TLA2024.
  [[nodiscard]] Level alert_level();

  /// Lo_thresh and Hi_thresh as the numbers they are, left-justified in 16 bits.
  [[nodiscard]] std::int16_t low_threshold();
  [[nodiscard]] std::int16_t high_threshold();

  /// The configuration register.
  [[nodiscard]] std::uint16_t configuration();

 private:
  std::uint32_t on_read(const Register& reg, std::uint32_t value) override;
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override;
  void catch_up() override;
  void clock_changed(Time offset) override { timer_.clock_changed(offset); }
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] bool pin_is_ready() const;
  [[nodiscard]] double input_difference() const;
  [[nodiscard]] Time active_period() const;
  void begin(Time start);
  void convert();
  void finish(std::uint64_t count);

  const Ads1015Row& row_;
  std::array<double, input_count> volts_{};
  std::uint32_t active_;           // the configuration of the conversion under way
  double converted_full_scale_v_;  // of the conversion register
  Ads1015Comparator comparator_;
  ConversionTimer timer_;
};

extern const Family ads1015_family;

}  // namespace vhost_device::sim
