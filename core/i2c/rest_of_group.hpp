// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>

#include "core/virtio/queue.hpp"

namespace vhost_device::i2c {

/// How long a device waits for the rest of a group that it has seen a part of.
///
/// Linux's driver makes the messages of a transfer available one by one, and kicks after the last.
/// Who looks meanwhile, for whatever reason, sees a part of them, and would put a STOP where a
/// repeated START belongs. The limit is for a virtual processor that loses its turn in the middle;
/// a group that a driver never finishes takes so long.
inline constexpr std::chrono::milliseconds rest_of_group_limit{10};

/// Waits until there are requests. False when none came within the limit.
[[nodiscard]] bool wait_for_rest_of_group(const virtio::Queue& queue);

}  // namespace vhost_device::i2c
