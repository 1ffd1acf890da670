// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "backends/sim/bus/state.hpp"

namespace vhost_device::sim {

/// The alerts of a SHT3x ("Alert Mode of SHT3x-DIS"): for temperature and for humidity a limit on
/// either side where one begins, and one where it ends. Low limits above the high ones are no
/// limits.
class Sht3xAlert {
 public:
  enum Limit : std::size_t { high_set, high_clear, low_clear, low_set };

  /// 80 % and 60 C, 79 % and 58 C, 22 % and -9 C, 20 % and -10 C: seven bits of humidity, then
  /// nine of temperature.
  static constexpr std::array<std::uint16_t, 4> defaults{0xcd33, 0xcb2d, 0x3869, 0x3466};

  [[nodiscard]] std::uint16_t limit(Limit limit) const { return limits_[limit]; }
  void set_limit(Limit limit, std::uint16_t word) { limits_[limit] = word; }

  /// A limit as readings are.
  [[nodiscard]] std::uint16_t temperature(Limit limit) const {
    constexpr unsigned missing_bits = 7;
    return static_cast<std::uint16_t>(limits_[limit] << missing_bits);
  }
  [[nodiscard]] std::uint16_t humidity(Limit limit) const {
    constexpr unsigned bits = 0xfe00;
    return static_cast<std::uint16_t>(limits_[limit] & bits);
  }

  void reading(std::uint16_t raw_temperature, std::uint16_t raw_humidity) {
    temperature_.follow(raw_temperature, {temperature(high_set), temperature(high_clear),
                                          temperature(low_clear), temperature(low_set)});
    humidity_.follow(raw_humidity, {humidity(high_set), humidity(high_clear), humidity(low_clear),
                                    humidity(low_set)});
  }

  [[nodiscard]] bool of_temperature() const { return temperature_.is_on(); }
  [[nodiscard]] bool of_humidity() const { return humidity_.is_on(); }

  /// Out of periodic mode there is none.
  void end() {
    temperature_ = {};
    humidity_ = {};
  }

  void visit_state(StateVisitor& visitor) {
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      visitor.value("alert.limit" + std::to_string(i), limits_[i]);
    }
    temperature_.visit_state(visitor, "alert.temperature");
    humidity_.visit_state(visitor, "alert.humidity");
  }

 private:
  class Side {
   public:
    void follow(std::uint16_t raw, const std::array<std::uint16_t, 4>& limits) {
      const bool is_off = limits[low_set] > limits[high_set];
      high_ = !is_off && (raw > limits[high_set] || (high_ && raw >= limits[high_clear]));
      low_ = !is_off && (raw < limits[low_set] || (low_ && raw <= limits[low_clear]));
    }
    [[nodiscard]] bool is_on() const { return high_ || low_; }
    void visit_state(StateVisitor& visitor, const std::string& name) {
      visitor.value(name + "_high", high_);
      visitor.value(name + "_low", low_);
    }

   private:
    bool high_ = false;
    bool low_ = false;
  };

  std::array<std::uint16_t, 4> limits_ = defaults;
  Side temperature_;
  Side humidity_;
};

}  // namespace vhost_device::sim
