// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "core/i2c/fault.hpp"
#include "python/src/script_call.hpp"

namespace vhost_device::python {

/// A fault as a script makes it: who hears of its condition is known when it is added to a bus.
struct ScriptedFault {
  i2c::Fault fault;
  /// Called with address, read, data and length of a message; None for always.
  pybind11::object when = pybind11::none();
};

/// The call that makes it, without its condition: "nack(address=0x48, times=2)".
[[nodiscard]] std::string to_string(const i2c::Fault& fault);

/// The fault with its condition. What that raises goes to `supervisor`, and the message is not
/// befallen; it is bounded by the supervisor's limit. With the GIL held.
[[nodiscard]] i2c::Fault with_condition(const ScriptedFault& scripted,
                                        std::shared_ptr<ScriptSupervisor> supervisor);

}  // namespace vhost_device::python
