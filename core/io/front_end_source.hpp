// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "core/io/guest_log.hpp"
#include "core/support/unique_fd.hpp"
#include "core/vhost_user/session.hpp"

namespace vhost_device::io {

/// Where a guest's front-ends come from: accepted on a listening socket, inherited, or connected to
/// (`ConnectingSource`). Used on the thread of the guest's event loop.
class FrontEndSource {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  using OnArrival = std::function<void(Socket)>;

  virtual ~FrontEndSource() = default;

  /// Calls `on_arrival`, from the context, for each front-end that comes until `stop`. `log` is the
  /// guest's. Called once, before the context runs.
  virtual void start(boost::asio::io_context& context, std::shared_ptr<GuestLog> log,
                     OnArrival on_arrival) = 0;

  /// The front-end that came last has left. False when no other will come.
  [[nodiscard]] virtual bool front_end_left() = 0;

  /// Ends at once. Nothing arrives any more.
  virtual void stop() = 0;

  /// What to offer to these front-ends.
  [[nodiscard]] virtual vhost_user::SessionOptions session_options() const { return {}; }
};

/// The source that a socket is: a listening one, whose front-ends come and go, or a connected one,
/// which is the only front-end. Throws std::system_error when it is not a Unix stream socket.
[[nodiscard]] std::shared_ptr<FrontEndSource> source_from(support::UniqueFd socket);

}  // namespace vhost_device::io
