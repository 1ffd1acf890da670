// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/vhost_user/session.hpp"
#include "core/virtio/driver_ring.hpp"
#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/wire.hpp"
#include "tests/unit/virtio/shared_memory.hpp"

namespace vhost_device::vhost_user::test {

/// What a message carries besides bytes.
enum class Fd {
  memory,   ///< The guest's memory.
  eventfd,  ///< For notifications.
};

/// A message from the front-end.
struct Sent {
  std::uint32_t request = 0;
  Bytes payload;
  std::vector<Fd> fds;
  std::uint32_t flags = version_1;
};

inline Sent sent(Request request, Bytes payload = {}, std::vector<Fd> fds = {}) {
  return {static_cast<std::uint32_t>(request), std::move(payload), std::move(fds)};
}

/// The same with NEED_REPLY.
inline Sent asking(Sent message) {
  message.flags |= need_reply;
  return message;
}

/// An action in a line: "send 18/5 0000000000000000" (request/flags, payload), "kick 0 fd", "kick 0
/// none", "call 0 fd", "error 0 fd", "service 0", "warn", "close".
std::string describe(const Action& action);
std::vector<std::string> describe(const std::vector<Action>& actions);

/// A session, the device that it serves, and a guest with a ring for each of two queues.
class Rig {
 public:
  /// The guest's memory as QEMU would tell of it: one region.
  static constexpr std::uint64_t guest_base = 0;
  static constexpr std::uint64_t user_base = 0x7f12'0000'0000;
  static constexpr std::size_t memory_size = 1U << 20;
  static constexpr RegionFields region{guest_base, memory_size, user_base, 0};
  /// Where the rings lie in it, and a buffer.
  static constexpr std::uint64_t ring_stride = 0x1'0000;
  static constexpr std::uint64_t buffer_address = 0x8'0000;

  explicit Rig(FakeDevice& device, std::uint16_t ring_size = 4, SessionOptions options = {})
      : ring_size_(ring_size), memory_(memory_size), session_(device, options) {
    reset_guest();
  }

  /// The front-end sends a message; what the session wants done.
  std::vector<std::string> send(const Sent& message);

  /// The same, with the actions themselves.
  std::vector<Action> send_raw(const Sent& message);

  /// The reason of the one Close or Warn that a message brings about; empty without.
  std::string send_refused(const Sent& message);

  /// User addresses of a queue's ring, its areas one behind the other (VIRTIO 1.3, 2.7).
  [[nodiscard]] static AddressFields ring_addresses(std::uint16_t index,
                                                    std::uint16_t ring_size = 4);

  /// The guest makes a request of one writable byte; nobody is kicked.
  void add_request(std::uint16_t index);

  /// The back-end serves the queue: "used 1 interrupt", "used 0", "used 2 more error", ...
  std::string serve(std::uint16_t index);

  /// Lays out empty rings whose indices are at `first_index`: a new driver, or one whose requests
  /// were all served by another back-end.
  void reset_guest(std::uint16_t first_index = 0);

  /// As the owner of a connection does it: once, and again while requests came in meanwhile.
  [[nodiscard]] Service service(std::uint16_t index);
  [[nodiscard]] virtio::DriverRing& driver(std::uint16_t index) { return *drivers_.at(index); }
  [[nodiscard]] virtio::test::SharedMemory& memory() { return memory_; }

  /// Brings queue 0 up (and queue 1, if `queues` is 2), enabled, with a call descriptor.
  void start(std::uint16_t queues = 1);
  /// The messages that do.
  [[nodiscard]] std::vector<Sent> start_messages(std::uint16_t queues = 1) const;

 private:
  std::uint16_t ring_size_;
  virtio::test::SharedMemory memory_;
  std::vector<std::unique_ptr<virtio::DriverRing>> drivers_;
  Session session_;
};

}  // namespace vhost_device::vhost_user::test
