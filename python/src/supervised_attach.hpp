// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <functional>
#include <memory>

#include "backends/sim/bus/device.hpp"
#include "python/src/script.hpp"

namespace vhost_device::python {

/// Runs `attach` without the GIL, with the chip's script, and the scripts behind it where it is a
/// mux, under a supervisor; null for none. They stay as they were when it throws.
///
/// To be called with the GIL. Throws a Python TypeError for a script that is no chip.
void attach_supervised(const std::shared_ptr<sim::Device>& device,
                       const std::shared_ptr<ScriptSupervisor>& supervisor,
                       const std::function<void()>& attach);

}  // namespace vhost_device::python
