// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "backends/sim/devices/eeprom.hpp"

namespace vhost_device::python {

/// What every EEPROM's constructor takes besides its address.
struct EepromArguments {
  std::optional<long> write_cycle_ms;
  std::optional<std::filesystem::path> image;
  bool save = false;
};

/// Gives a new chip what it was made with. Throws a Python ValueError or ImageError.
void set_up(sim::Eeprom& chip, const EepromArguments& arguments);

}  // namespace vhost_device::python
