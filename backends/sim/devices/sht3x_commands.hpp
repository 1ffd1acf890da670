// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "backends/sim/bus/clock.hpp"
#include "backends/sim/devices/sht3x_alert.hpp"

// The commands of a SHT3x; for sht3x.cpp alone.

namespace vhost_device::sim {

struct Sht3xCommand {
  enum class Kind {
    single_shot,
    stretched,
    periodic,
    fetch,
    end_periodic,
    soft_reset,
    heater_on,
    heater_off,
    read_status,
    clear_status,
    read_limit,
    write_limit,
  };

  std::uint16_t code;
  Kind kind;
  std::string_view name;
  Time duration = Time(0);
  Time period = Time(0);
  Sht3xAlert::Limit limit = Sht3xAlert::high_set;
};

/// Tables 9 to 19 of the datasheet, and table 2 of the application note.
inline constexpr auto sht3x_commands = [] {
  using namespace std::chrono_literals;
  using Kind = Sht3xCommand::Kind;
  // Table 4, typical.
  constexpr Time high = 12500us;
  constexpr Time medium = 4500us;
  constexpr Time low = 2500us;
  constexpr auto limit_command = [](std::uint16_t code, Kind kind, std::string_view name,
                                    Sht3xAlert::Limit limit) {
    return Sht3xCommand{code, kind, name, Time(0), Time(0), limit};
  };
  return std::to_array<Sht3xCommand>({
      {0x2c06, Kind::stretched, "measure_high_stretched", high},
      {0x2c0d, Kind::stretched, "measure_medium_stretched", medium},
      {0x2c10, Kind::stretched, "measure_low_stretched", low},
      {0x2400, Kind::single_shot, "measure_high", high},
      {0x240b, Kind::single_shot, "measure_medium", medium},
      {0x2416, Kind::single_shot, "measure_low", low},
      {0x2032, Kind::periodic, "periodic_0.5_high", high, 2s},
      {0x2024, Kind::periodic, "periodic_0.5_medium", medium, 2s},
      {0x202f, Kind::periodic, "periodic_0.5_low", low, 2s},
      {0x2130, Kind::periodic, "periodic_1_high", high, 1s},
      {0x2126, Kind::periodic, "periodic_1_medium", medium, 1s},
      {0x212d, Kind::periodic, "periodic_1_low", low, 1s},
      {0x2236, Kind::periodic, "periodic_2_high", high, 500ms},
      {0x2220, Kind::periodic, "periodic_2_medium", medium, 500ms},
      {0x222b, Kind::periodic, "periodic_2_low", low, 500ms},
      {0x2334, Kind::periodic, "periodic_4_high", high, 250ms},
      {0x2322, Kind::periodic, "periodic_4_medium", medium, 250ms},
      {0x2329, Kind::periodic, "periodic_4_low", low, 250ms},
      {0x2737, Kind::periodic, "periodic_10_high", high, 100ms},
      {0x2721, Kind::periodic, "periodic_10_medium", medium, 100ms},
      {0x272a, Kind::periodic, "periodic_10_low", low, 100ms},
      {0x2b32, Kind::periodic, "accelerated_response", high, 250ms},
      {0xe000, Kind::fetch, "fetch_data"},
      {0x3093, Kind::end_periodic, "break"},
      {0x30a2, Kind::soft_reset, "soft_reset"},
      {0x306d, Kind::heater_on, "heater_on"},
      {0x3066, Kind::heater_off, "heater_off"},
      {0xf32d, Kind::read_status, "read_status"},
      {0x3041, Kind::clear_status, "clear_status"},
      limit_command(0xe11f, Kind::read_limit, "read_high_set", Sht3xAlert::high_set),
      limit_command(0xe114, Kind::read_limit, "read_high_clear", Sht3xAlert::high_clear),
      limit_command(0xe109, Kind::read_limit, "read_low_clear", Sht3xAlert::low_clear),
      limit_command(0xe102, Kind::read_limit, "read_low_set", Sht3xAlert::low_set),
      limit_command(0x611d, Kind::write_limit, "write_high_set", Sht3xAlert::high_set),
      limit_command(0x6116, Kind::write_limit, "write_high_clear", Sht3xAlert::high_clear),
      limit_command(0x610b, Kind::write_limit, "write_low_clear", Sht3xAlert::low_clear),
      limit_command(0x6100, Kind::write_limit, "write_low_set", Sht3xAlert::low_set),
  });
}();

}  // namespace vhost_device::sim
