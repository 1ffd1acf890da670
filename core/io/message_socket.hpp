// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/support/unique_fd.hpp"

namespace vhost_device::io {

/// What one read from a vhost-user socket brought.
struct Received {
  enum class Outcome {
    data,         ///< `size` bytes (at least one) and the descriptors that came with them.
    would_block,  ///< Nothing is there yet.
    closed,       ///< The peer has gone.
    failed,       ///< Reading failed; `error` is the errno.
  };
  Outcome outcome = Outcome::would_block;
  std::size_t size = 0;
  std::vector<support::UniqueFd> fds;
  int error = 0;
};

/// Reads what is there, without waiting. Every descriptor that arrives is close-on-exec and
/// owned here, up to 32 of them: more than any message may carry, so that a surplus is seen. The
/// kernel closes those beyond.
[[nodiscard]] Received receive(int socket, std::span<std::byte> buffer);

/// Sends all bytes, with the descriptors at the first of them. Returns zero, or an errno: EAGAIN
/// when a non-blocking socket's buffer is full.
[[nodiscard]] int send(int socket, std::span<const std::byte> bytes, std::span<const int> fds);

}  // namespace vhost_device::io
