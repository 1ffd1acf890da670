// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {

/// A real-time clock at its only address, on a bus whose time the test advances.
template <unsigned address>
class ClockChipTest : public ::testing::Test {
 protected:
  template <typename Chip>
  std::shared_ptr<Chip> put_on_bus(std::shared_ptr<Chip> chip) {
    bus.attach(chip);
    return chip;
  }
  Bytes read(std::uint8_t first, std::size_t length) {
    return controller.write_read(address, bytes({first}), length);
  }
  void write(Bytes data) { controller.write(address, std::move(data)); }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
};

}  // namespace vhost_device::sim
