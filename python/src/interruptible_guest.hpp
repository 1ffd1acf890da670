// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "core/io/in_process_guest.hpp"
#include "core/virtio/driver_transport.hpp"

namespace vhost_device::python {

/// A connection to a daemon, made without the GIL. Ctrl-C ends the wait for the daemon's answers;
/// what is then under way comes to its end, at its limit at the latest, on a thread of its own.
/// Throws what io::InProcessGuest throws, and what a signal's handler raises.
[[nodiscard]] std::unique_ptr<io::InProcessGuest> connect(
    const std::filesystem::path& socket, const io::InProcessGuest::Options& options);

/// An io::InProcessGuest whose waits Ctrl-C ends.
class InterruptibleTransport final : public virtio::DriverTransport {
 public:
  explicit InterruptibleTransport(io::InProcessGuest& guest) : guest_(guest) {}

  [[nodiscard]] std::span<std::byte> memory() override { return guest_.memory(); }
  [[nodiscard]] std::uint64_t guest_address() const override { return guest_.guest_address(); }
  [[nodiscard]] std::uint64_t features() const override { return guest_.features(); }
  void kick(std::uint16_t index) override { guest_.kick(index); }
  [[nodiscard]] bool wait(std::uint16_t index, std::chrono::milliseconds limit) override;

 private:
  [[nodiscard]] bool daemon_is_gone();

  io::InProcessGuest& guest_;
};

}  // namespace vhost_device::python
