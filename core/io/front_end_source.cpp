// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/front_end_source.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/io/hand_over.hpp"

namespace vhost_device::io {
namespace {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

// After a failed accept (out of descriptors, say) it is tried again at this interval.
constexpr std::chrono::milliseconds accept_retry{100};

int socket_option(const support::UniqueFd& socket, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(socket.get(), SOL_SOCKET, option, &value, &size) != 0) {
    throw std::system_error(errno, std::generic_category(),
                            "descriptor " + std::to_string(socket.get()) + " is not a socket");
  }
  return value;
}

class ListeningSource final : public FrontEndSource,
                              public std::enable_shared_from_this<ListeningSource> {
 public:
  explicit ListeningSource(support::UniqueFd socket) : socket_(std::move(socket)) {}

  void start(boost::asio::io_context& context, std::shared_ptr<GuestLog> log,
             OnArrival on_arrival) override {
    log_ = std::move(log);
    on_arrival_ = std::move(on_arrival);
    retry_.emplace(context);
    acceptor_.emplace(context);
    hand_over(std::move(socket_), *acceptor_, stream_protocol());
    acceptor_->non_blocking(true);
    accept();
  }

  [[nodiscard]] bool front_end_left() override { return true; }

  void stop() override {
    stopped_ = true;
    error_code ignored;
    acceptor_->close(ignored);
    retry_->cancel();
  }

 private:
  void accept() {
    acceptor_->async_accept([self = shared_from_this()](error_code error, Socket socket) {
      if (self->stopped_) return;
      if (error) return self->accept_later(error);
      self->accept();  // first, so that nothing that goes wrong with this one keeps others out
      self->on_arrival_(std::move(socket));
    });
  }

  void accept_later(error_code error) {
    log_->write(spdlog::level::err, "cannot accept a connection: " + error.message());
    retry_->expires_after(accept_retry);
    retry_->async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled && !self->stopped_) self->accept();
    });
  }

  support::UniqueFd socket_;
  std::shared_ptr<GuestLog> log_;
  OnArrival on_arrival_;
  std::optional<stream_protocol::acceptor> acceptor_;
  std::optional<boost::asio::steady_timer> retry_;
  bool stopped_ = false;
};

class ConnectedSource final : public FrontEndSource,
                              public std::enable_shared_from_this<ConnectedSource> {
 public:
  explicit ConnectedSource(support::UniqueFd socket) : socket_(std::move(socket)) {}

  void start(boost::asio::io_context& context, std::shared_ptr<GuestLog> /*log*/,
             OnArrival on_arrival) override {
    on_arrival_ = std::move(on_arrival);
    boost::asio::post(context, [self = shared_from_this(), &context] { self->arrive(context); });
  }

  [[nodiscard]] bool front_end_left() override { return false; }

  void stop() override { socket_.reset(); }

 private:
  void arrive(boost::asio::io_context& context) {
    if (!socket_) return;
    Socket socket(context);
    hand_over(std::move(socket_), socket, stream_protocol());
    on_arrival_(std::move(socket));
  }

  support::UniqueFd socket_;
  OnArrival on_arrival_;
};

}  // namespace

std::shared_ptr<FrontEndSource> source_from(support::UniqueFd socket) {
  if (socket_option(socket, SO_DOMAIN) != AF_UNIX ||
      socket_option(socket, SO_TYPE) != SOCK_STREAM) {
    throw std::system_error(EINVAL, std::generic_category(),
                            "descriptor " + std::to_string(socket.get()) +
                                " is not a Unix stream socket, which vhost-user needs");
  }
  if (socket_option(socket, SO_ACCEPTCONN) != 0) {
    return std::make_shared<ListeningSource>(std::move(socket));
  }
  return std::make_shared<ConnectedSource>(std::move(socket));
}

}  // namespace vhost_device::io
