// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "core/io/front_end_connection.hpp"
#include "core/support/unique_fd.hpp"
#include "core/vhost_user/front_end.hpp"
#include "core/virtio/driver_queue.hpp"

namespace vhost_device::bench {

/// A guest with a front-end and one queue. It is io::InProcessGuest with what a load has to get at:
/// the interrupt's descriptor, and the numbers of notifications.
class BenchGuest {
 public:
  struct Options {
    std::uint16_t ring_size = 1024;
    bool packed = false;
    bool event_idx = true;
    bool indirect = true;              ///< As Linux does where it is offered.
    std::size_t buffer_bytes = 65536;  ///< Of memory behind the ring.
    std::chrono::milliseconds limit{5000};
  };

  /// Connects, and starts the queue. Throws io::FrontEndError, or std::system_error.
  BenchGuest(const std::filesystem::path& socket, const Options& options);
  ~BenchGuest();
  BenchGuest(const BenchGuest&) = delete;
  BenchGuest& operator=(const BenchGuest&) = delete;

  [[nodiscard]] virtio::DriverQueue& ring() { return *ring_; }
  /// The memory behind the ring, and the guest's address of its first byte.
  [[nodiscard]] std::span<std::byte> buffers() const { return buffers_; }
  [[nodiscard]] std::uint64_t buffers_address() const;

  /// Makes the pieces available, by way of `table` where indirect tables are used (16 bytes for
  /// each piece, within the buffers). Empty when the ring is full.
  [[nodiscard]] std::optional<std::uint16_t> add(std::span<const virtio::DriverQueue::Piece> pieces,
                                                 std::span<std::byte> table);

  /// Kicks if the device wants it.
  void kick_if_wanted();
  /// Interrupts since the last call: what the device added to the eventfd, which nobody else reads.
  [[nodiscard]] std::uint64_t take_interrupts() const;
  [[nodiscard]] std::uint64_t kicks() const { return kicks_; }
  [[nodiscard]] int call_fd() const { return call_.get(); }
  /// Whether the back-end has gone, or goes within that time.
  [[nodiscard]] bool is_gone(std::chrono::milliseconds within = {}) const;

  /// What both sides have accepted.
  [[nodiscard]] std::uint64_t features() const { return front_end_.features(); }
  [[nodiscard]] bool is_indirect() const { return indirect_; }
  /// From the call of connect to the answer to the last message of the start.
  [[nodiscard]] std::chrono::nanoseconds connect_to_ready() const { return connect_to_ready_; }

 private:
  void lay_out(const Options& options);
  void start();
  void synchronise();

  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  support::UniqueFd kick_;
  support::UniqueFd call_;
  support::UniqueFd error_;
  io::FrontEndConnection connection_;
  vhost_user::FrontEnd front_end_;
  support::UniqueFd file_;
  std::span<std::byte> memory_;
  std::span<std::byte> buffers_;
  std::unique_ptr<virtio::DriverQueue> ring_;
  std::uint64_t kicks_ = 0;
  bool indirect_ = false;
  std::chrono::nanoseconds connect_to_ready_{};
};

}  // namespace vhost_device::bench
