// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "core/support/unique_fd.hpp"
#include "core/virtio/bus_error_guard.hpp"

namespace vhost_device::virtio {

/// A shared, writable mapping of a file that a front-end handed over.
///
/// A front-end can shorten the file behind our back, after which touching the lost pages raises
/// SIGBUS. Each mapping is therefore registered with a process-wide handler that puts zeroed
/// private memory in the place of a lost page (see bus_error_guard.hpp): the guest that shortened
/// its memory loses it, and nobody else notices.
class Mapping {
 public:
  Mapping() = default;
  Mapping(Mapping&& other) noexcept { swap(other); }
  Mapping& operator=(Mapping&& other) noexcept {
    Mapping moved(std::move(other));
    swap(moved);
    return *this;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  /// Maps `size` bytes from `offset` of `file`. Any offset will do: the mapping starts at the block
  /// (page or huge page) that holds it. Returns an empty mapping and sets `error` to the reason
  /// when the size is zero, `file` is not a regular file or memfd, it is shorter than offset +
  /// size, or it cannot be mapped shared, readable and writable.
  [[nodiscard]] static Mapping map(const support::UniqueFd& file, std::uint64_t offset,
                                   std::uint64_t size, std::string& error);

  /// The byte at `offset`; null for an empty mapping.
  [[nodiscard]] std::byte* data() const { return data_; }
  explicit operator bool() const { return data_ != nullptr; }

  /// Whether a part of the file was taken away since, and zeros have taken its place.
  [[nodiscard]] bool lost() const { return guard_ != nullptr && bus_error_guard::lost(guard_); }

 private:
  void swap(Mapping& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(length_, other.length_);
    std::swap(data_, other.data_);
    std::swap(guard_, other.guard_);
  }

  std::byte* base_ = nullptr;  // block-aligned start of the mapping
  std::size_t length_ = 0;     // from base_
  std::byte* data_ = nullptr;
  bus_error_guard::Range* guard_ = nullptr;
};

}  // namespace vhost_device::virtio
