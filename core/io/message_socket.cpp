// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/message_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace vhost_device::io {
namespace {

// Room for more descriptors than any message may carry, so that surplus ones are seen (and closed)
// and not dropped unseen.
constexpr std::size_t most_fds = 32;

struct ControlBuffer {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(most_fds * sizeof(int))> bytes{};
};

void take_fds(msghdr& header, std::vector<support::UniqueFd>& fds) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
}

}  // namespace

Received receive(int socket, std::span<std::byte> buffer) {
  ControlBuffer control;
  iovec data{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();

  ssize_t size = 0;
  do {
    size = ::recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);

  Received received;
  if (size < 0) {
    received.error = errno;
    received.outcome = errno == EAGAIN || errno == EWOULDBLOCK ? Received::Outcome::would_block
                                                               : Received::Outcome::failed;
    return received;
  }
  take_fds(header, received.fds);
  if (size == 0) {
    received.outcome = Received::Outcome::closed;
    return received;
  }
  received.outcome = Received::Outcome::data;
  received.size = static_cast<std::size_t>(size);
  return received;
}

int send(int socket, std::span<const std::byte> bytes, std::span<const int> fds) {
  ControlBuffer control;
  if (fds.size() > most_fds) return EINVAL;
  bool with_fds = !fds.empty();
  while (!bytes.empty()) {
    // sendmsg does not write through iov_base.
    iovec data{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
    msghdr header{};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    if (with_fds) {
      header.msg_control = control.bytes.data();
      header.msg_controllen = CMSG_SPACE(fds.size_bytes());
      cmsghdr* const part = CMSG_FIRSTHDR(&header);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(fds.size_bytes());
      std::memcpy(CMSG_DATA(part), fds.data(), fds.size_bytes());
    }
    const ssize_t sent = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno;
    with_fds = false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return 0;
}

}  // namespace vhost_device::io
