// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/guest_server.hpp"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/io/connection.hpp"
#include "core/io/ending_device.hpp"
#include "core/io/guest_log.hpp"

namespace vhost_device::io {
namespace {

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

}  // namespace

class GuestServer::Loop : public std::enable_shared_from_this<GuestServer::Loop> {
 public:
  Loop(std::string name, std::shared_ptr<FrontEndSource> source, DeviceFactory make_device,
       std::function<void()> on_finished, PollPolicy poll)
      : log_(std::make_shared<GuestLog>(std::move(name))),
        make_device_(std::move(make_device)),
        on_finished_(std::move(on_finished)),
        poll_(poll),
        source_(std::move(source)) {
    source_->start(context_, log_,
                   [this](FrontEndSource::Socket socket) { on_arrival(std::move(socket)); });
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
    ending_.store(true, std::memory_order_relaxed);
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
    source_->stop();
    if (connection_) connection_->close();
  }

  void on_arrival(FrontEndSource::Socket socket) {
    // A guest that was restarted may connect before it was noticed that it had left.
    if (connection_ && connection_->peer_is_gone()) connection_->close();
    if (connection_) {
      log_->write(spdlog::level::warn,
                  "another front-end wants to connect; one is served at a time");
      return;
    }
    serve(std::move(socket));
  }

  void serve(FrontEndSource::Socket socket) {
    log_->write(spdlog::level::info, "a front-end has connected");
    auto device = std::make_unique<EndingDevice>(make_device_(), ending_);
    connection_ = std::make_shared<Connection>(
        std::move(socket), std::move(device), log_,
        Connection::Options{.session = source_->session_options(), .poll = poll_});
    connected_ = true;
    connection_->start([this] { on_connection_closed(); });
  }

  void on_connection_closed() {
    connection_.reset();
    connected_ = false;
    if (!stopping_ && !source_->front_end_left()) on_finished_();
  }

  const std::shared_ptr<GuestLog> log_;
  const DeviceFactory make_device_;
  const std::function<void()> on_finished_;
  const PollPolicy poll_;
  std::atomic<bool> ending_ = false;
  boost::asio::io_context context_{1};  // one thread: no locking inside
  const std::shared_ptr<FrontEndSource> source_;
  std::shared_ptr<Connection> connection_;
  bool stopping_ = false;  // on the loop's thread only
  std::atomic<bool> connected_ = false;

  std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;
};

GuestServer::GuestServer(std::string name, std::shared_ptr<FrontEndSource> source,
                         DeviceFactory make_device, std::function<void()> on_finished,
                         PollPolicy poll)
    : loop_(std::make_shared<Loop>(std::move(name), std::move(source), std::move(make_device),
                                   std::move(on_finished), poll)),
      thread_([loop = loop_] { loop->run(); }) {}

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
