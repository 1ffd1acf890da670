// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>

namespace vhost_device::sim {

/// How often this thread has asked for memory until now.
[[nodiscard]] std::size_t allocations();

}  // namespace vhost_device::sim
