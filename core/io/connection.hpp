// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "core/io/guest_log.hpp"
#include "core/io/queue_poller.hpp"
#include "core/vhost_user/decoder.hpp"
#include "core/vhost_user/session.hpp"
#include "core/virtio/device.hpp"

namespace vhost_device::io {

/// One front-end's connection: moves bytes, descriptors and notifications between the kernel and a
/// `vhost_user::Session`, on the thread of its `io_context`.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  struct Options {
    vhost_user::SessionOptions session;
    PollPolicy poll;
  };

  /// `log` is the guest's, which goes on from one connection to the next.
  Connection(Socket socket, std::unique_ptr<virtio::Device> device, std::shared_ptr<GuestLog> log,
             const Options& options);

  /// Begins to serve. `on_close` is called once, when the connection has ended for whatever reason.
  void start(std::function<void()> on_close);

  /// Ends the connection. Safe to call again.
  void close();

  /// Whether the front-end has gone, which may be known here before it is read from the socket.
  [[nodiscard]] bool peer_is_gone();

 private:
  /// One queue's notifications.
  struct Notifications {
    explicit Notifications(PollPolicy poll) : poller(poll) {}

    std::optional<boost::asio::posix::stream_descriptor> kick;
    std::array<std::byte, 64> kicks;    // what is read from it: a count, or as many bytes as kicks
    std::uint64_t kick_generation = 0;  // tells a wait for this descriptor from one for an older
    support::UniqueFd call;
    support::UniqueFd error;
    bool service_is_posted = false;
    QueuePoller poller;
    bool look_is_posted = false;
  };

  [[nodiscard]] static std::vector<Notifications> make_notifications(std::size_t count,
                                                                     PollPolicy poll);

  void wait_for_message();
  void on_readable();
  void carry_out(std::vector<vhost_user::Action> actions);
  void close_because(const std::string& reason);

  /// Makes sure that a descriptor is one for notifications, `waited_for` or signalled, and does not
  /// block;
  /// closes the connection if it is none. No descriptor at all is fine.
  [[nodiscard]] bool accept_notifier(const char* request, std::uint16_t index,
                                     const support::UniqueFd& fd, bool waited_for);
  void set_kick(std::uint16_t index, support::UniqueFd fd);
  void wait_for_kick(std::uint16_t index);
  void on_kick(std::uint16_t index, boost::system::error_code error);
  void post_service(std::uint16_t index);
  void service(std::uint16_t index);
  /// Once; false when it has to go on later.
  [[nodiscard]] bool serve(std::uint16_t index);
  void post_look(std::uint16_t index);
  void look(std::uint16_t index);

  Socket socket_;
  std::shared_ptr<GuestLog> log_;
  std::unique_ptr<virtio::Device> device_;
  vhost_user::Session session_;
  vhost_user::Decoder decoder_;
  std::vector<Notifications> queues_;
  std::function<void()> on_close_;
};

}  // namespace vhost_device::io
