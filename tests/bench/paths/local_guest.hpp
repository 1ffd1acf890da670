// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/vhost_user/front_end.hpp"
#include "core/vhost_user/script.hpp"
#include "core/vhost_user/session.hpp"
#include "core/virtio/driver_queue.hpp"
#include "tests/unit/virtio/shared_memory.hpp"

namespace vhost_device::bench {

/// A guest and the session that serves it, in one thread and without a socket: what the front-end
/// would send is handed over.
class LocalGuest {
 public:
  static constexpr std::uint16_t ring_size = 256;
  static constexpr std::size_t buffer_bytes = std::size_t{64} << 10;

  /// Negotiates all that is offered, and starts queue 0. Throws std::runtime_error when the session
  /// refuses something, or does not offer indirect descriptors or the ring's format.
  LocalGuest(virtio::Device& device, bool packed);

  [[nodiscard]] vhost_user::Session& session() { return session_; }
  [[nodiscard]] virtio::DriverQueue& ring() { return *ring_; }
  /// The memory behind the ring, and the guest's address of its first byte.
  [[nodiscard]] std::span<std::byte> buffers() const;
  [[nodiscard]] std::uint64_t buffers_address() const;

 private:
  void run(vhost_user::Script script);
  void lay_out(bool packed);

  virtio::test::SharedMemory memory_;
  support::UniqueFd event_;  // for all notifications, which nobody waits for
  vhost_user::Session session_;
  vhost_user::FrontEnd front_end_;
  std::unique_ptr<virtio::DriverQueue> ring_;
};

}  // namespace vhost_device::bench
