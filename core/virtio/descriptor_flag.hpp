// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>

/// The flags of a descriptor that both formats of a ring have (VIRTIO 1.3, 2.7.5 and 2.8.13).
namespace vhost_device::virtio::descriptor_flag {

inline constexpr std::uint16_t next = 1;
inline constexpr std::uint16_t write = 2;
inline constexpr std::uint16_t indirect = 4;

}  // namespace vhost_device::virtio::descriptor_flag
