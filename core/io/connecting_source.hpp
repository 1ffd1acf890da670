// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "core/io/front_end_source.hpp"
#include "core/io/unix_address.hpp"

namespace vhost_device::io {

/// Front-ends that listen, one after the other, on a socket in the file system, as QEMU does with
/// `-chardev socket,server=on`. It connects to that socket, and again when the connection has ended
/// or none came about, for as long as it runs. So a guest stays where it is when the back-end ends
/// and another takes its place (docs/RESTART.md).
class ConnectingSource final : public FrontEndSource,
                               public std::enable_shared_from_this<ConnectingSource> {
 public:
  /// From one try to the next the wait doubles, from the first of these to the second. It begins
  /// anew after a connection that has lasted for as long as the longest wait.
  static constexpr std::chrono::milliseconds first_wait{100};
  static constexpr std::chrono::milliseconds longest_wait{1000};

  /// A socket that is not there yet is waited for. Throws SocketError when there can be none: the
  /// path is empty or longer than a socket's may be (107 bytes), or another kind of file is there.
  explicit ConnectingSource(const std::filesystem::path& path);

  void start(boost::asio::io_context& context, std::shared_ptr<GuestLog> log,
             OnArrival on_arrival) override;
  [[nodiscard]] bool front_end_left() override;
  void stop() override;

  /// Without memory slots, of which a front-end does not tell the next back-end.
  [[nodiscard]] vhost_user::SessionOptions session_options() const override {
    return {.memory_slots = false, .packed_ring = false};
  }

 private:
  void try_later();
  void try_after(std::chrono::milliseconds wait);
  void try_now();
  void tell_why_not(int error);

  const UnixAddress address_;
  std::shared_ptr<GuestLog> log_;
  OnArrival on_arrival_;
  std::optional<boost::asio::steady_timer> timer_;
  std::chrono::milliseconds wait_ = first_wait;
  std::chrono::steady_clock::time_point connected_at_;
  int told_error_ = 0;  // why the last try failed, which is told once; 0: it did not
  bool stopped_ = false;
};

}  // namespace vhost_device::io
