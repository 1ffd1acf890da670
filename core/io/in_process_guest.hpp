// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <vector>

#include "core/io/front_end_connection.hpp"
#include "core/support/unique_fd.hpp"
#include "core/vhost_user/front_end.hpp"
#include "core/virtio/driver_queue.hpp"
#include "core/virtio/driver_transport.hpp"

namespace vhost_device::io {

/// A guest without a virtual machine: memory, eventfds and a front-end in this process, connected
/// to a vhost-user back-end by its socket. What drives the device is up to the user of
/// `DriverTransport`.
class InProcessGuest final : public virtio::DriverTransport {
 public:
  struct Options {
    std::size_t memory_size = std::size_t{1} << 20;  ///< In bytes.
    std::size_t queues = 1;
    std::chrono::milliseconds limit{5000};  ///< For each answer of the back-end.
    /// Features and order of messages. With RING_PACKED among the features, and offered by the
    /// back-end, `features()` has it and rings have to be packed ones.
    vhost_user::FrontEnd::Options front_end;
  };

  /// Connects and negotiates. Throws FrontEndError, or std::system_error when this process lacks
  /// memory or descriptors.
  InProcessGuest(const std::filesystem::path& socket, const Options& options);
  ~InProcessGuest() override;

  /// Starts the queues, whose rings lie in `memory()` and have the format that `features()` says.
  /// Throws FrontEndError.
  void start(const std::vector<const virtio::DriverQueue*>& rings);

  /// Stops them, as a virtual machine does at a pause or a reset. Throws FrontEndError.
  void stop();

  /// The next `start` begins with fresh rings.
  void reset() { front_end_.reset(); }

  [[nodiscard]] std::span<std::byte> memory() override { return memory_; }
  [[nodiscard]] std::uint64_t guest_address() const override;
  [[nodiscard]] std::uint64_t features() const override { return front_end_.features(); }
  void kick(std::uint16_t index) override;
  [[nodiscard]] bool wait(std::uint16_t index, std::chrono::milliseconds limit) override;

  /// Waits until the back-end says that queue `index` broke. False when it did not within `limit`,
  /// or is gone.
  [[nodiscard]] bool wait_for_error(std::uint16_t index, std::chrono::milliseconds limit);

  /// The file that the memory is in.
  [[nodiscard]] int memory_file() const { return file_.get(); }
  [[nodiscard]] FrontEndConnection& connection() { return connection_; }
  [[nodiscard]] vhost_user::FrontEnd& front_end() { return front_end_; }

 private:
  struct QueueEvents {
    support::UniqueFd kick;
    support::UniqueFd call;
    support::UniqueFd error;
  };

  [[nodiscard]] bool wait_for_event(const support::UniqueFd& event,
                                    std::chrono::milliseconds limit) const;
  [[nodiscard]] static std::vector<QueueEvents> make_events(std::size_t queues);
  [[nodiscard]] std::vector<vhost_user::FrontEnd::QueueFds> borrow_events() const;

  support::UniqueFd file_;
  std::span<std::byte> memory_;
  std::vector<QueueEvents> events_;
  FrontEndConnection connection_;
  vhost_user::FrontEnd front_end_;
};

}  // namespace vhost_device::io
