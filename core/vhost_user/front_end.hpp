// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/vhost_user/message.hpp"
#include "core/vhost_user/requests.hpp"
#include "core/vhost_user/script.hpp"
#include "core/virtio/features.hpp"
#include "core/virtio/refusal.hpp"

namespace vhost_device::vhost_user {

/// The front-end's side of a vhost-user connection, in the order in which QEMU talks to a
/// vhost-user device. It says what to send and understands what comes back; the caller owns the
/// socket, the memory and the descriptors.
///
/// Scripts refer to the front-end, which has to outlive them. Each is run to its end before the
/// next one is asked for.
class FrontEnd {
 public:
  /// Whose order of messages: QEMU 7.2 sends a ring's call fd before SET_FEATURES at each start and
  /// after each stop; QEMU 10 sends it after the kick fd, and has SET_VRING_ENABLE acknowledged.
  enum class Order { qemu_7_2, qemu_10 };

  /// A queue's descriptors, borrowed for as long as the front-end is used. Negative: none.
  struct QueueFds {
    int kick = -1;
    int call = -1;
    int error = -1;
  };

  struct Options {
    Order order = Order::qemu_10;
    /// What the driver accepts of the features that are offered. Whoever adds RING_PACKED has to
    /// lay out packed rings when it is offered, as `features()` says.
    std::uint64_t features = ~virtio::feature::ring_packed;
    /// What the front-end accepts of the protocol features that are offered.
    std::uint64_t protocol_features = protocol_feature::mq | protocol_feature::reply_ack |
                                      protocol_feature::config |
                                      protocol_feature::configure_mem_slots;
  };

  /// A ring to start; the addresses are user addresses in the shared memory.
  struct Ring {
    std::uint16_t size = 0;
    std::uint64_t descriptors = 0;
    std::uint64_t available = 0;
    std::uint64_t used = 0;
  };

  /// For a device with as many queues as there are `queues` (at most 256).
  FrontEnd(std::vector<QueueFds> queues, Options options);
  FrontEnd(const FrontEnd&) = delete;
  FrontEnd& operator=(const FrontEnd&) = delete;

  /// Negotiates on a new connection. Refused: a back-end with fewer queues.
  [[nodiscard]] Script connect();

  /// Shares `memory` and starts and enables all queues, each where it was when `stop` ended (at
  /// first, and after `reset`, at the beginning). As many `rings` as queues, and no more regions
  /// than `max_memory_regions`.
  [[nodiscard]] Script start(std::vector<SharedRegion> memory, std::vector<Ring> rings);

  /// Replaces the memory that is shared, while queues run.
  [[nodiscard]] Script change_memory(std::vector<SharedRegion> memory);

  /// Disables and stops all queues, and remembers where they are.
  [[nodiscard]] Script stop();

  /// The guest was reset: queues start at the beginning again.
  void reset();

  /// Feature bits accepted by both sides, without VHOST_USER_F_PROTOCOL_FEATURES.
  [[nodiscard]] std::uint64_t features() const;
  /// Protocol features accepted by both sides.
  [[nodiscard]] std::uint64_t protocol_features() const { return protocol_features_; }
  /// The answer to GET_MAX_MEM_SLOTS; `max_memory_table_regions` without CONFIGURE_MEM_SLOTS.
  [[nodiscard]] std::uint64_t max_memory_regions() const { return max_memory_regions_; }
  /// Whether RING_PACKED is among `features()`, so that rings are packed ones.
  [[nodiscard]] bool has_packed_rings() const;
  /// Where queue `index` goes on at the next start, as SET_VRING_BASE has it.
  [[nodiscard]] std::uint32_t base(std::uint16_t index) const;

 private:
  /// What to do with an answer.
  template <typename T>
  using Use = std::function<std::optional<virtio::Refusal>(T)>;

  [[nodiscard]] bool has_protocol_features() const;
  [[nodiscard]] bool has_queue_number() const;
  [[nodiscard]] bool has_memory_slots() const;
  /// Has the back-end acknowledge the request, if it can.
  [[nodiscard]] OutgoingRequest acknowledged(OutgoingRequest request) const;

  /// Adds a request that is sent if, when its turn has come, it is needed.
  void ask(Script& script, bool (FrontEnd::*needed)() const, OutgoingRequest (*make)(),
           Use<std::uint64_t> use);
  void add_protocol_negotiation(Script& script);
  void add_calls(Script& script);
  void add_memory(Script& script, std::vector<SharedRegion> memory);
  void add_ring(Script& script, std::uint8_t index, const Ring& ring);
  void add_enable(Script& script, bool enabled);
  [[nodiscard]] std::optional<virtio::Refusal> take_base(std::size_t index, std::uint32_t base);

  std::vector<QueueFds> queues_;
  Options options_;
  std::uint64_t offered_features_ = 0;
  std::uint64_t protocol_features_ = 0;
  std::uint64_t max_memory_regions_ = max_memory_table_regions;
  std::vector<std::optional<std::uint32_t>> bases_;  // empty: at the beginning
  std::vector<virtio::MemoryRegion> sent_;  // regions that the back-end has from ADD_MEM_REG
};

}  // namespace vhost_device::vhost_user
