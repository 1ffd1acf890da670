// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <optional>

#include "core/virtio/queue.hpp"

namespace vhost_device::i2c {

/// The waiting of one turn of a device for the rest of groups that it has seen a part of.
///
/// Linux's driver makes the messages of a transfer available one by one, and kicks after the last.
/// Who looks meanwhile, for whatever reason, sees a part of them, and would put a STOP where a
/// repeated START belongs. The limit is for a virtual processor that loses its turn in the middle;
/// a group that a driver never finishes takes so long. It is one for the whole turn, however many
/// groups a driver leaves open, and however slowly it adds to them: messages of the front-end wait
/// as long.
class RestOfGroup {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds usual_limit{10};

  explicit RestOfGroup(Clock::duration limit = usual_limit) : limit_(limit) {}

  /// Waits until there are requests. False when the limit is used up.
  [[nodiscard]] bool wait(const virtio::Queue& queue);

 private:
  const Clock::duration limit_;
  std::optional<Clock::time_point> begin_;  // of the first wait
};

}  // namespace vhost_device::i2c
