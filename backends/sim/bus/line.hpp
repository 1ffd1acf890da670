// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

namespace vhost_device::sim {

/// A digital pin at a moment: what a probe on it would see (open-drain pins with their pull-up).
enum class Level : bool { low = false, high = true };

}  // namespace vhost_device::sim
