// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "core/support/unique_fd.hpp"
#include "core/vhost_user/message.hpp"
#include "core/vhost_user/requests.hpp"
#include "core/vhost_user/script.hpp"

namespace vhost_device::io {

/// A back-end that cannot be reached, left, was silent for too long, or refused something. The text
/// has the socket, the request and the reason.
class FrontEndError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The front-end's end of a vhost-user socket, for tests, benchmarks and the in-process guest. It
/// blocks; one thread uses it at a time.
class FrontEndConnection {
 public:
  /// Connects to a back-end that listens on `socket`. Connecting, each message and each answer may
  /// take up to `limit`. Throws FrontEndError.
  FrontEndConnection(std::filesystem::path socket, std::chrono::milliseconds limit);

  /// Goes on with a back-end that has connected to us: the socket that `accept` returned.
  FrontEndConnection(support::UniqueFd connected, std::chrono::milliseconds limit);

  /// Sends what a script asks for and hands it the answers. Throws FrontEndError.
  void run(vhost_user::Script script);

  /// Sends bytes as they are, with descriptors: for tests of what no front-end should send. False
  /// when the back-end has closed the connection.
  [[nodiscard]] bool send_raw(std::span<const std::byte> bytes, std::span<const int> fds);

  /// Reads the next message. Throws FrontEndError when none comes in time, or the back-end has
  /// left.
  [[nodiscard]] vhost_user::Message receive_message();

  /// Waits until the back-end closes the connection, up to the limit, and throws away what it sends
  /// before. False when it did not.
  [[nodiscard]] bool wait_until_closed();

  [[nodiscard]] int descriptor() const { return fd_.get(); }

 private:
  [[nodiscard]] FrontEndError failure(const std::string& what) const;

  std::filesystem::path socket_;
  std::chrono::milliseconds limit_;
  support::UniqueFd fd_;
};

}  // namespace vhost_device::io
