// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/guest_server.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/io/connection.hpp"
#include "core/io/guest_log.hpp"

namespace vhost_device::io {
namespace {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

// After a failed accept (out of descriptors, say) it is tried again at this interval.
constexpr std::chrono::milliseconds accept_retry{100};

/// Signals are the business of the program's main thread. Those that a fault raises on the thread
/// itself stay: a blocked one would end the process.
void block_signals() {
  sigset_t signals;
  sigfillset(&signals);
  for (const int fault : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
    sigdelset(&signals, fault);
  }
  pthread_sigmask(SIG_SETMASK, &signals, nullptr);
}

int socket_option(const virtio::UniqueFd& socket, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(socket.get(), SOL_SOCKET, option, &value, &size) != 0) {
    throw std::system_error(errno, std::generic_category(),
                            "descriptor " + std::to_string(socket.get()) + " is not a socket");
  }
  return value;
}

}  // namespace

class GuestServer::Loop : public std::enable_shared_from_this<GuestServer::Loop> {
 public:
  Loop(std::string name, DeviceFactory make_device, std::function<void()> on_finished)
      : log_(std::make_shared<GuestLog>(std::move(name))),
        make_device_(std::move(make_device)),
        on_finished_(std::move(on_finished)),
        acceptor_(context_),
        retry_(context_) {}

  void start(virtio::UniqueFd socket) {
    if (socket_option(socket, SO_DOMAIN) != AF_UNIX ||
        socket_option(socket, SO_TYPE) != SOCK_STREAM) {
      throw std::system_error(EINVAL, std::generic_category(),
                              "descriptor " + std::to_string(socket.get()) +
                                  " is not a Unix stream socket, which vhost-user needs");
    }
    if (socket_option(socket, SO_ACCEPTCONN) != 0) {
      acceptor_.assign(stream_protocol(), socket.release());
      acceptor_.non_blocking(true);
      accept();
    } else {
      auto connected = std::make_shared<stream_protocol::socket>(context_);
      connected->assign(stream_protocol(), socket.release());
      boost::asio::post(
          context_, [self = shared_from_this(), connected] { self->serve(std::move(*connected)); });
    }
  }

  void run() {
    block_signals();
    while (!run_until_done()) {
      // Nothing on this way is meant to throw. If memory runs out, one connection is lost.
      if (const auto connection = connection_) connection->close();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    ended_changed_.notify_all();
  }

  void request_stop() {
    // Weak: after the thread has ended, this stays in the queue of a context that we own.
    boost::asio::post(context_, [self = weak_from_this()] {
      if (const auto loop = self.lock()) loop->end();
    });
  }

  bool wait_until_ended(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return ended_changed_.wait_for(lock, limit, [this] { return ended_; });
  }

  [[nodiscard]] bool is_connected() const { return connected_.load(std::memory_order_relaxed); }

 private:
  bool run_until_done() {
    try {
      context_.run();
      return true;
    } catch (const std::exception& error) {
      log_->write(spdlog::level::critical, error.what());
      return false;
    }
  }

  void end() {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    if (connection_) connection_->close();
  }

  void accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](error_code error, stream_protocol::socket socket) {
          if (self->stopping_) return;
          if (error) return self->accept_later(error);
          self->accept();  // first, so that nothing that goes wrong with this one keeps others out
          self->on_accept(std::move(socket));
        });
  }

  void accept_later(error_code error) {
    log_->write(spdlog::level::err, "cannot accept a connection: " + error.message());
    retry_.expires_after(accept_retry);
    retry_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled && !self->stopping_) self->accept();
    });
  }

  void on_accept(stream_protocol::socket socket) {
    // A guest that was restarted may connect before it was noticed that it had left.
    if (connection_ && connection_->peer_is_gone()) connection_->close();
    if (connection_) {
      log_->write(spdlog::level::warn,
                  "another front-end wants to connect; one is served at a time");
      return;
    }
    serve(std::move(socket));
  }

  void serve(stream_protocol::socket socket) {
    log_->write(spdlog::level::info, "a front-end has connected");
    connection_ = std::make_shared<Connection>(std::move(socket), make_device_(), log_);
    connected_ = true;
    connection_->start([this] { on_connection_closed(); });
  }

  void on_connection_closed() {
    connection_.reset();
    connected_ = false;
    if (!acceptor_.is_open() && !stopping_) on_finished_();
  }

  const std::shared_ptr<GuestLog> log_;
  const DeviceFactory make_device_;
  const std::function<void()> on_finished_;
  boost::asio::io_context context_{1};  // one thread: no locking inside
  stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  std::shared_ptr<Connection> connection_;
  bool stopping_ = false;  // on the loop's thread only
  std::atomic<bool> connected_ = false;

  std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;
};

GuestServer::GuestServer(std::string name, virtio::UniqueFd socket, DeviceFactory make_device,
                         std::function<void()> on_finished)
    : loop_(
          std::make_shared<Loop>(std::move(name), std::move(make_device), std::move(on_finished))) {
  loop_->start(std::move(socket));
  thread_ = std::thread([loop = loop_] { loop->run(); });
}

GuestServer::~GuestServer() {
  if (!stop(std::chrono::seconds(gave_up_ ? 0 : 1))) thread_.detach();
}

void GuestServer::request_stop() { loop_->request_stop(); }

bool GuestServer::stop(std::chrono::milliseconds limit) {
  request_stop();
  gave_up_ = !loop_->wait_until_ended(limit);
  if (gave_up_) return false;
  if (thread_.joinable()) thread_.join();
  return true;
}

bool GuestServer::is_connected() const { return loop_->is_connected(); }

}  // namespace vhost_device::io
