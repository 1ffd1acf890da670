// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/hand_over.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace vhost_device::io {
namespace {

using boost::asio::local::stream_protocol;

support::UniqueFd make_socket() {
  return support::UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(HandOver, descriptor_is_closed_with_its_new_owner) {
  boost::asio::io_context context;
  std::optional<stream_protocol::socket> owner(context);
  support::UniqueFd fd = make_socket();
  const int number = fd.get();

  hand_over(std::move(fd), *owner, stream_protocol());

  EXPECT_EQ(owner->native_handle(), number);
  EXPECT_TRUE(is_open(number));
  owner.reset();
  EXPECT_FALSE(is_open(number));
}

TEST(HandOver, descriptor_that_is_not_taken_is_closed) {
  boost::asio::io_context context;
  stream_protocol::socket owner(context);
  hand_over(make_socket(), owner, stream_protocol());
  support::UniqueFd second = make_socket();
  const int number = second.get();

  // Asio does not assign to a socket that is open.
  EXPECT_THROW(hand_over(std::move(second), owner, stream_protocol()), boost::system::system_error);

  EXPECT_FALSE(is_open(number));
}

}  // namespace
}  // namespace vhost_device::io
