// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "core/vhost_user/payload.hpp"
#include "core/virtio/guest_memory.hpp"
#include "core/virtio/packed_queue.hpp"
#include "core/virtio/refusal.hpp"
#include "core/virtio/split_queue.hpp"

namespace vhost_device::vhost_user {

/// One ring as the front-end sets it up, and the queue over it while it is started. Its format is
/// decided by the features that the driver accepted; they are told where it matters.
///
/// A ring is stopped or started and, independently, disabled or enabled (vhost-user.rst, "Ring
/// states"); it begins stopped and disabled. The front-end may take memory away from under a
/// started ring and give it back (REM_MEM_REG, then ADD_MEM_REG): until then the ring is `lost`.
class Vring {
 public:
  /// SET_VRING_NUM. Refused: a size that is not 1 to 32768 and, for a split ring, a power of two; a
  /// started ring.
  [[nodiscard]] std::optional<virtio::Refusal> set_size(std::uint32_t size, std::uint64_t features);

  /// SET_VRING_ADDR. A started ring moves there. Refused: logging; for a started ring, what `start`
  /// refuses.
  [[nodiscard]] std::optional<virtio::Refusal> set_addresses(const VringAddress& addresses,
                                                             const virtio::GuestMemory& memory);

  /// SET_VRING_BASE. Refused: above 65535 for a split ring; a started ring.
  [[nodiscard]] std::optional<virtio::Refusal> set_base(std::uint32_t base, std::uint64_t features);

  void set_enabled(bool enabled) { enabled_ = enabled; }
  [[nodiscard]] bool enabled() const { return enabled_; }

  /// Starts a stopped ring for a driver that accepted `features`. Refused: size or addresses that
  /// were never set; areas that are not aligned (VIRTIO 1.3, 2.7 and 2.8) or not in memory; a base
  /// outside a packed ring.
  [[nodiscard]] std::optional<virtio::Refusal> start(const virtio::GuestMemory& memory,
                                                     std::uint64_t features);
  [[nodiscard]] bool started() const { return queue() != nullptr; }

  /// Whether the last `start` went on exactly where `stop` had left the ring: same place, size,
  /// features and position. Never from the position where a guest begins after a reset.
  [[nodiscard]] bool resumed() const { return resumed_; }

  /// Stops the ring if it is started, and returns where it would go on.
  std::uint32_t stop();

  /// Stops a ring that broke. It can be started again, but that is not a resumption.
  void stop_broken();

  /// The driver gets an interrupt for all that was answered so far, as those before may have been
  /// lost. Nothing for a stopped ring: every start does that.
  void repeat_interrupt();

  /// What became of a started ring when memory changed.
  enum class Move { none, lost, found };
  Move memory_changed(const virtio::GuestMemory& memory);

  /// The queue, when it is to be served: started, enabled, and not lost.
  [[nodiscard]] virtio::Queue* serviceable();

 private:
  struct Setup {
    std::uint16_t size = 0;             // 0: not set
    std::optional<std::uint32_t> base;  // of a ring that was never used, if it is not set
    std::uint64_t descriptors = 0;
    std::uint64_t available = 0;
    std::uint64_t used = 0;
    std::uint64_t features = 0;

    friend bool operator==(const Setup&, const Setup&) = default;
  };

  /// A ring whose areas were found in memory, or why they were not.
  using Found = std::variant<virtio::Refusal, virtio::SplitRing, virtio::PackedRing>;
  [[nodiscard]] static Found find(const Setup& setup, const virtio::GuestMemory& memory);

  [[nodiscard]] virtio::Queue* queue();
  [[nodiscard]] const virtio::Queue* queue() const;
  /// A started ring moves.
  void rebase(const Found& ring);

  Setup setup_;
  bool has_addresses_ = false;
  bool enabled_ = false;
  bool lost_ = false;
  bool resumed_ = false;
  std::optional<Setup> left_;  // at the last `stop`
  std::variant<std::monostate, virtio::SplitQueue, virtio::PackedQueue> queue_;
};

}  // namespace vhost_device::vhost_user
