// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "core/virtio/refusal.hpp"

namespace vhost_device::virtio {

/// Refuses an area of a ring whose address is no multiple of `alignment`.
[[nodiscard]] inline std::optional<Refusal> check_alignment(const char* area, std::uint64_t address,
                                                            std::uint64_t alignment) {
  if (address % alignment == 0) return std::nullopt;
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(),
                "the %s at 0x%" PRIx64 " is not aligned to %" PRIu64 " bytes", area, address,
                alignment);
  return Refusal{text.data()};
}

}  // namespace vhost_device::virtio
