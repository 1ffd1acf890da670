// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/axes.hpp"

#include <cstddef>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

const Axes& checked_axes(std::string_view part, std::string_view quantity, const Axes& axes,
                         double max, std::string_view unit) {
  for (const double axis : axes) checked_value(part, quantity, axis, -max, max, unit);
  return axes;
}

Axes acceleration_property(const Properties& properties, double max_g) {
  constexpr std::array<std::string_view, 3> names{
      "vhost-device,acceleration-x-milligravity",
      "vhost-device,acceleration-y-milligravity",
      "vhost-device,acceleration-z-milligravity",
  };
  Axes axes = lying_flat;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    axes[axis] = milli_property(properties, names[axis], -max_g, max_g).value_or(axes[axis]);
  }
  return axes;
}

}  // namespace vhost_device::sim
