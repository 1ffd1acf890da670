// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "core/io/message_socket.hpp"
#include "core/vhost_user/overloaded.hpp"

namespace vhost_device::io {
namespace {

using boost::system::error_code;

// So many messages are taken before the queues get their turn.
constexpr int messages_per_turn = 16;

// How often in a row a queue is looked at again because requests came in meanwhile, before messages
// get their turn.
constexpr int max_passes = 16;

/// Descriptors come from the front-end, and one that blocks would stop this guest's thread.
void set_non_blocking(const support::UniqueFd& fd) {
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (fd && flags >= 0) ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK);
}

/// Whether a descriptor is an end of a Unix socketpair of streams: neither end has a name.
bool is_socketpair(int fd) {
  int type = 0;
  socklen_t type_length = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) != 0 || type != SOCK_STREAM) {
    return false;
  }
  const auto nameless = [&](auto ask) {
    sockaddr_un address{};
    socklen_t length = sizeof address;
    return ask(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
           address.sun_family == AF_UNIX && length == sizeof address.sun_family;
  };
  return nameless(::getsockname) && nameless(::getpeername);
}

/// Nothing can be left in such a socket, now or later: a descriptor of the front-end's own end of
/// this connection would keep it from ever being seen to end.
void close_for_reading(int fd) {
  ::shutdown(fd, SHUT_RD);
  std::array<std::byte, 256> ignored;
  while (receive(fd, ignored).outcome == Received::Outcome::data) {
  }
}

/// Whether a descriptor is one for notifications: an eventfd, which like all anonymous files is of
/// no type, or a pipe. Other files cannot be waited for, or are ready for ever.
bool is_waitable_notifier(const support::UniqueFd& fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return false;
  return S_ISFIFO(status.st_mode) || (status.st_mode & S_IFMT) == 0;
}

/// An eventfd, a pipe or a socket; a full one has been signalled already.
void signal(const support::UniqueFd& fd) {
  if (!fd) return;
  const std::uint64_t one = 1;
  const ssize_t written = ::write(fd.get(), &one, sizeof one);
  static_cast<void>(written);
}

}  // namespace

Connection::Connection(Socket socket, std::unique_ptr<virtio::Device> device,
                       std::shared_ptr<GuestLog> log, const Options& options)
    : socket_(std::move(socket)),
      log_(std::move(log)),
      device_(std::move(device)),
      session_(*device_, options.session),
      queues_(make_notifications(device_->queue_count(), options.poll)) {}

std::vector<Connection::Notifications> Connection::make_notifications(std::size_t count,
                                                                      PollPolicy poll) {
  std::vector<Notifications> queues;
  for (std::size_t index = 0; index < count; ++index) queues.emplace_back(poll);
  return queues;
}

void Connection::start(std::function<void()> on_close) {
  on_close_ = std::move(on_close);
  wait_for_message();
}

void Connection::close() {
  if (!socket_.is_open()) return;
  const auto self = shared_from_this();  // `on_close` may drop the last reference but this
  error_code ignored;
  socket_.close(ignored);
  for (Notifications& queue : queues_) queue.kick.reset();
  if (const auto on_close = std::exchange(on_close_, nullptr)) on_close();
}

bool Connection::peer_is_gone() {
  // Bytes that it left unread do not make it present.
  pollfd peer{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&peer, 1, 0) > 0;
}

void Connection::close_because(const std::string& reason) {
  log_->write(spdlog::level::err, "closing the connection: " + reason);
  close();
}

void Connection::wait_for_message() {
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](error_code error) {
    if (error || !self->socket_.is_open()) return;
    self->on_readable();
    if (self->socket_.is_open()) self->wait_for_message();
  });
}

void Connection::on_readable() {
  std::array<std::byte, vhost_user::max_payload> buffer;
  for (int messages = 0; messages < messages_per_turn && socket_.is_open();) {
    const std::size_t wanted = std::min(decoder_.wanted(), buffer.size());
    Received received = receive(socket_.native_handle(), std::span(buffer).first(wanted));
    switch (received.outcome) {
      case Received::Outcome::would_block:
        return;
      case Received::Outcome::closed:
        if (!decoder_.between_messages()) return close_because("the front-end cut a message short");
        log_->write(spdlog::level::info, "the front-end has left");
        return close();
      case Received::Outcome::failed:
        return close_because("cannot read: " + std::generic_category().message(received.error));
      case Received::Outcome::data:
        break;
    }
    if (auto refusal =
            decoder_.feed(std::span(buffer).first(received.size), std::move(received.fds))) {
      return close_because(refusal->reason);
    }
    if (auto message = decoder_.take()) {
      log_->debug(vhost_user::name(message->header.request));
      carry_out(session_.on_message(std::move(*message)));
      ++messages;
    }
  }
}

void Connection::carry_out(std::vector<vhost_user::Action> actions) {
  using namespace vhost_user::action;
  const auto handler = vhost_user::Overloaded{
      [this](Send& send) {
        const int error = io::send(socket_.native_handle(), send.bytes, {});
        if (error == EAGAIN) return close_because("the front-end does not read its answers");
        if (error != 0) close_because("cannot answer: " + std::generic_category().message(error));
      },
      [this](SetKick& kick) {
        if (accept_notifier("VHOST_USER_SET_VRING_KICK", kick.index, kick.fd,
                            /*waited_for=*/true)) {
          set_kick(kick.index, std::move(kick.fd));
        }
      },
      [this](SetCall& call) {
        if (accept_notifier("VHOST_USER_SET_VRING_CALL", call.index, call.fd,
                            /*waited_for=*/false)) {
          queues_.at(call.index).call = std::move(call.fd);
        }
      },
      [this](SetError& error) {
        if (accept_notifier("VHOST_USER_SET_VRING_ERR", error.index, error.fd,
                            /*waited_for=*/false)) {
          queues_.at(error.index).error = std::move(error.fd);
        }
      },
      [this](ServiceQueue& queue) { post_service(queue.index); },
      [this](Warn& warn) { log_->write(spdlog::level::warn, warn.text); },
      [this](Close& close) { close_because(close.reason); },
  };
  for (vhost_user::Action& action : actions) {
    std::visit(handler, action);
    if (!socket_.is_open()) return;
  }
}

bool Connection::accept_notifier(const char* request, std::uint16_t index,
                                 const support::UniqueFd& fd, bool waited_for) {
  if (!fd) return true;
  // User Mode Linux signals by socketpairs. No other socket will do: it could be the front-end's
  // own end of this connection, which would then never be seen to end.
  const bool is_pair =
      !waited_for && is_socketpair(fd.get()) && !is_socketpair(socket_.native_handle());
  if (!is_pair && !is_waitable_notifier(fd)) {
    close_because(std::string(request) + ": the descriptor for queue " + std::to_string(index) +
                  " is neither an eventfd nor a pipe" +
                  (waited_for ? "" : ", nor an end of a socketpair"));
    return false;
  }
  set_non_blocking(fd);
  if (is_pair) close_for_reading(fd.get());
  return true;
}

void Connection::set_kick(std::uint16_t index, support::UniqueFd fd) {
  auto& kick = queues_.at(index).kick;
  ++queues_[index].kick_generation;
  kick.reset();
  if (!fd) return;
  kick.emplace(socket_.get_executor());
  error_code error;
  kick->assign(fd.get(), error);
  if (error) {
    kick.reset();
    return close_because("VHOST_USER_SET_VRING_KICK: the descriptor for queue " +
                         std::to_string(index) + " cannot be waited for: " + error.message());
  }
  static_cast<void>(fd.release());
  wait_for_kick(index);
}

void Connection::wait_for_kick(std::uint16_t index) {
  Notifications& queue = queues_[index];
  // Reading tries at once and waits only then, which is a system call less than waiting first.
  queue.kick->async_read_some(boost::asio::buffer(queue.kicks),
                              [self = shared_from_this(), index,
                               generation = queue.kick_generation](error_code error, std::size_t) {
                                const Notifications& now = self->queues_[index];
                                if (!now.kick || now.kick_generation != generation) return;
                                self->on_kick(index, error);
                              });
}

void Connection::on_kick(std::uint16_t index, error_code error) {
  if (error) {
    const std::string queue = "the kick descriptor of queue " + std::to_string(index);
    log_->write(spdlog::level::warn, error == boost::asio::error::eof
                                         ? queue + " is closed at its other end"
                                         : queue + " cannot be read: " + error.message());
    queues_[index].kick.reset();
    return;
  }
  queues_[index].poller.kicked();
  service(index);
  if (queues_[index].kick) wait_for_kick(index);
}

void Connection::post_service(std::uint16_t index) {
  if (std::exchange(queues_[index].service_is_posted, true)) return;
  boost::asio::post(socket_.get_executor(), [self = shared_from_this(), index] {
    self->queues_[index].service_is_posted = false;
    if (self->socket_.is_open()) self->service(index);
  });
}

void Connection::service(std::uint16_t index) {
  QueuePoller& poller = queues_[index].poller;
  for (int pass = 0; pass < max_passes; ++pass) {
    if (!serve(index)) return;
    if (poller.wants_to_look()) return post_look(index);
    if (!session_.wait_for_kick(index)) return;
  }
  post_service(index);
}

bool Connection::serve(std::uint16_t index) {
  const vhost_user::Service done = session_.service(index);
  Notifications& queue = queues_[index];
  if (done.interrupt) signal(queue.call);
  queue.poller.answered();
  if (!done.error.empty()) {
    log_->write(spdlog::level::err,
                "queue " + std::to_string(index) +
                    " is stopped until the driver sets it up anew: " + done.error);
    signal(queue.error);
  }
  if (done.more) post_service(index);
  return !done.more;
}

void Connection::post_look(std::uint16_t index) {
  if (std::exchange(queues_[index].look_is_posted, true)) return;
  boost::asio::post(socket_.get_executor(), [self = shared_from_this(), index] {
    self->queues_[index].look_is_posted = false;
    if (self->socket_.is_open()) self->look(index);
  });
}

void Connection::look(std::uint16_t index) {
  switch (queues_[index].poller.look([&] { return session_.has_requests(index); })) {
    case QueuePoller::Seen::request:
      return service(index);
    case QueuePoller::Seen::nothing_yet:
      return post_look(index);
    case QueuePoller::Seen::nothing:
      if (session_.wait_for_kick(index)) post_service(index);
  }
}

}  // namespace vhost_device::io
