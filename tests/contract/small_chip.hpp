// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <memory>

#include "backends/sim/devices/at24.hpp"

namespace vhost_device::i2c {

/// A chip as SMBus has them: 256 bytes behind a pointer of one. All one page, so that no write goes
/// round in it, and without a write cycle.
inline std::shared_ptr<sim::At24> small_chip(Address address) {
  const sim::At24Geometry geometry{
      .size = 256, .page_size = 256, .write_cycle = std::chrono::milliseconds(0)};
  return std::make_shared<sim::At24>("24c02", geometry, address);
}

}  // namespace vhost_device::i2c
