// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <string_view>

#include "backends/sim/devices/properties.hpp"

// What motion sensors of three axes are made with.

namespace vhost_device::sim {

using Axes = std::array<double, 3>;  ///< X, Y and Z.

/// At rest, with the Z axis upwards, in g.
inline constexpr Axes lying_flat{0, 0, 1};

/// Axes of -`max` to `max` each. Throws as `checked_value` does.
const Axes& checked_axes(std::string_view part, std::string_view quantity, const Axes& axes,
                         double max, std::string_view unit);

/// The properties vhost-device,acceleration-x-milligravity and so on, in g; an axis that is not
/// given is that of `lying_flat`. Throws PropertyError outside -`max_g` to `max_g`.
[[nodiscard]] Axes acceleration_property(const Properties& properties, double max_g);

}  // namespace vhost_device::sim
