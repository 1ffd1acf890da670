// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <memory>

#include "core/i2c/router.hpp"
#include "tests/bench/paths/path.hpp"

namespace vhost_device::bench {

/// A guest's bus as the daemon builds it (daemon/guest_buses.cpp), with the chips that `Work` is
/// about: simulated ones that are granted as a whole, or single addresses of a host's adapter,
/// which is the stand-in.
[[nodiscard]] std::shared_ptr<i2c::Router> make_bus(Bus bus);

}  // namespace vhost_device::bench
