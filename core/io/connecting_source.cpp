// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/connecting_source.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/io/hand_over.hpp"
#include "core/io/socket_file.hpp"

namespace vhost_device::io {
namespace {

using boost::asio::local::stream_protocol;

UnixAddress address_from(const std::filesystem::path& path) {
  const std::string prefix = "socket " + path.string() + ": ";
  const auto address = UnixAddress::from_path(path);
  if (!address) {
    throw SocketError(prefix + "the path has " + std::to_string(path.native().size()) +
                      " bytes, and a socket's has 1 to " + std::to_string(UnixAddress::max_length));
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode)) {
    throw SocketError(prefix +
                      "a file that is not a socket is there; name the one on which the virtual "
                      "machine listens");
  }
  return *address;
}

/// A connected socket; an invalid descriptor and errno if there is none. A Unix domain socket
/// connects at once or not at all.
support::UniqueFd connect_to(const UnixAddress& address) {
  support::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), address.get(), UnixAddress::size()) == 0) return fd;
  const int error = errno;
  fd.reset();
  errno = error;
  return fd;
}

}  // namespace

ConnectingSource::ConnectingSource(const std::filesystem::path& path)
    : address_(address_from(path)) {}

void ConnectingSource::start(boost::asio::io_context& context, std::shared_ptr<GuestLog> log,
                             OnArrival on_arrival) {
  log_ = std::move(log);
  on_arrival_ = std::move(on_arrival);
  timer_.emplace(context);
  try_after(std::chrono::milliseconds(0));
}

bool ConnectingSource::front_end_left() {
  const auto lasted = std::chrono::steady_clock::now() - connected_at_;
  if (lasted >= longest_wait) wait_ = first_wait;
  try_later();
  return true;
}

void ConnectingSource::stop() {
  stopped_ = true;
  timer_->cancel();
}

void ConnectingSource::try_later() {
  try_after(std::exchange(wait_, std::min(wait_ * 2, longest_wait)));
}

void ConnectingSource::try_after(std::chrono::milliseconds wait) {
  timer_->expires_after(wait);
  timer_->async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
    if (!cancelled && !self->stopped_) self->try_now();
  });
}

void ConnectingSource::try_now() {
  support::UniqueFd fd = connect_to(address_);
  if (!fd) {
    tell_why_not(errno);
    return try_later();
  }
  told_error_ = 0;
  connected_at_ = std::chrono::steady_clock::now();
  try {
    Socket socket(timer_->get_executor());
    hand_over(std::move(fd), socket, stream_protocol());
    on_arrival_(std::move(socket));
  } catch (...) {
    // Memory ran out: this front-end is lost, and not those to come.
    try_later();
    throw;
  }
}

void ConnectingSource::tell_why_not(int error) {
  if (std::exchange(told_error_, error) == error) return;
  // The queue of those that were not accepted yet is full. QEMU accepts one, and the next after it.
  if (error == EAGAIN) {
    return log_->write(spdlog::level::info,
                       "waiting for the virtual machine: other back-ends have connected before");
  }
  const bool expected = error == ENOENT || error == ECONNREFUSED;
  log_->write(expected ? spdlog::level::info : spdlog::level::warn,
              "waiting for a virtual machine to listen: " + std::generic_category().message(error));
}

}  // namespace vhost_device::io
