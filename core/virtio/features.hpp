// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>

/// Feature bits that belong to no device type (VIRTIO 1.3, 6 "Reserved Feature Bits").
namespace vhost_device::virtio::feature {

inline constexpr std::uint64_t indirect_descriptors = 1ULL << 28;
inline constexpr std::uint64_t event_idx = 1ULL << 29;
inline constexpr std::uint64_t version_1 = 1ULL << 32;
inline constexpr std::uint64_t ring_packed = 1ULL << 34;

/// What every device served by this library offers besides its own bits. A vhost-user session adds
/// `ring_packed` where it can be served.
inline constexpr std::uint64_t transport = indirect_descriptors | event_idx | version_1;

}  // namespace vhost_device::virtio::feature
