// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/front_end_connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "core/io/message_socket.hpp"
#include "core/io/unix_address.hpp"
#include "core/vhost_user/decoder.hpp"

namespace vhost_device::io {
namespace {

using Clock = std::chrono::steady_clock;

std::string reason(int error) { return std::generic_category().message(error); }

/// Waits until there is something to read, an end of the connection included.
bool wait_readable(int fd, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() < 0) return false;
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

void limit_sending(const support::UniqueFd& socket, std::chrono::milliseconds limit) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const timeval send_limit{
      .tv_sec = seconds.count(),
      .tv_usec = std::chrono::duration_cast<std::chrono::microseconds>(limit - seconds).count()};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &send_limit, sizeof send_limit);
}

}  // namespace

FrontEndConnection::FrontEndConnection(std::filesystem::path socket,
                                       std::chrono::milliseconds limit)
    : socket_(std::move(socket)),
      limit_(limit),
      fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = UnixAddress::from_path(socket_);
  if (!address) throw failure("the path is empty or too long for a socket");
  limit_sending(fd_, limit);
  if (!fd_ || ::connect(fd_.get(), address->get(), address->size()) != 0) {
    throw failure("cannot connect: " + reason(errno));
  }
}

FrontEndConnection::FrontEndConnection(support::UniqueFd connected, std::chrono::milliseconds limit)
    : socket_("descriptor " + std::to_string(connected.get())),
      limit_(limit),
      fd_(std::move(connected)) {
  limit_sending(fd_, limit);
}

FrontEndError FrontEndConnection::failure(const std::string& what) const {
  return FrontEndError(socket_.string() + ": " + what);
}

void FrontEndConnection::run(vhost_user::Script script) {
  while (const auto request = script.next()) {
    const std::string name(vhost_user::name(request->request));
    if (!send_raw(request->bytes, request->fds)) {
      throw failure(name + ": the back-end has closed the connection");
    }
    if (!request->expects_reply) continue;
    if (const auto refusal = script.on_reply(receive_message())) {
      throw failure(name + ": " + refusal->reason);
    }
  }
}

bool FrontEndConnection::send_raw(std::span<const std::byte> bytes, std::span<const int> fds) {
  const int error = send(fd_.get(), bytes, fds);
  if (error == 0) return true;
  if (error == EPIPE || error == ECONNRESET) return false;
  throw failure("cannot send: " + reason(error));
}

vhost_user::Message FrontEndConnection::receive_message() {
  const auto deadline = Clock::now() + limit_;
  vhost_user::Decoder decoder;
  std::array<std::byte, vhost_user::max_payload> buffer;
  while (wait_readable(fd_.get(), deadline)) {
    Received received = receive(fd_.get(), std::span(buffer).first(decoder.wanted()));
    if (received.outcome == Received::Outcome::would_block) continue;
    if (received.outcome == Received::Outcome::closed) throw failure("the back-end has left");
    if (received.outcome == Received::Outcome::failed) {
      throw failure("cannot receive: " + reason(received.error));
    }
    if (const auto refusal =
            decoder.feed(std::span(buffer).first(received.size), std::move(received.fds))) {
      throw failure(refusal->reason);
    }
    if (auto message = decoder.take()) return std::move(*message);
  }
  throw failure("no answer within " + std::to_string(limit_.count()) + " ms");
}

bool FrontEndConnection::wait_until_closed() {
  const auto deadline = Clock::now() + limit_;
  std::array<std::byte, vhost_user::max_payload> ignored;
  while (wait_readable(fd_.get(), deadline)) {
    const Received received = receive(fd_.get(), ignored);
    if (received.outcome == Received::Outcome::closed ||
        received.outcome == Received::Outcome::failed) {
      return true;
    }
  }
  return false;
}

}  // namespace vhost_device::io
