// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <optional>

namespace vhost_device::io {

/// The address of a Unix domain socket in the file system, as the sockets API takes it.
class UnixAddress {
 public:
  /// The longest path, in bytes.
  static constexpr std::size_t max_length = sizeof(sockaddr_un::sun_path) - 1;

  /// Empty when the path is empty or too long.
  [[nodiscard]] static std::optional<UnixAddress> from_path(const std::filesystem::path& path) {
    const std::string& text = path.native();
    if (text.empty() || text.size() > max_length) return std::nullopt;
    UnixAddress result;
    result.address_.sun_family = AF_UNIX;
    std::memcpy(result.address_.sun_path, text.data(), text.size());
    return result;
  }

  [[nodiscard]] const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&address_);  // how the API is meant to be called
  }
  [[nodiscard]] static constexpr socklen_t size() { return sizeof(sockaddr_un); }

 private:
  UnixAddress() = default;

  sockaddr_un address_{};
};

}  // namespace vhost_device::io
