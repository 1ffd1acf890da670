// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "core/support/unique_fd.hpp"

namespace vhost_device::conformance {

/// The guest's memory: a file without a name, mapped here. Throws std::system_error.
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t size);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  [[nodiscard]] int file() const { return file_.get(); }

 private:
  support::UniqueFd file_;
  std::span<std::byte> bytes_;
};

/// An eventfd.
class Event {
 public:
  Event();

  void signal() const;
  /// Takes what was signalled; false when nothing was.
  [[nodiscard]] bool take() const;
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  support::UniqueFd fd_;
};

}  // namespace vhost_device::conformance
