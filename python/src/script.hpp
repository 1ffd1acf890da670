// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "backends/sim/bus/device.hpp"
#include "core/i2c/transfer_result.hpp"
#include "python/src/script_call.hpp"

namespace vhost_device::python {

/// Which of Device's methods a Python class overrides.
struct ScriptHooks {
  bool start = false;
  bool stop = false;
  bool by_byte = false;   ///< write_byte or read_byte, and then neither write nor read.
  bool catch_up = false;  ///< Of RegisterDevice.

  /// Throws a Python TypeError for a class that is written both by the message and by the byte.
  [[nodiscard]] static ScriptHooks of(pybind11::handle type);
};

/// What chips that are written in Python have in common: how their methods are called.
///
/// The bus's lock is held already, and the GIL is taken inside of it: the only order there is.
class Script {
 public:
  Script() = default;
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  virtual ~Script() = default;

  /// Who hears of this chip's exceptions from now on; `supervisor` is who did before. To be called
  /// without the GIL, and before the chip is attached.
  virtual void supervise(std::shared_ptr<ScriptSupervisor>& supervisor, ScriptHooks hooks) = 0;

 protected:
  /// Runs `body` with the chip's Python object, and makes what it raises an outcome.
  template <class Body>
  [[nodiscard]] i2c::TransferError call(sim::Device& chip, Body body) {
    return call(
        chip, [](void* it, ScriptCall& call) { (*static_cast<Body*>(it))(call); }, &body);
  }

  /// `START` for the script, if it wants to hear of it.
  void call_start(ScriptCall& call, sim::Direction direction) const;
  void call_stop(sim::Device& chip);

  // Guarded by the bus's lock.
  std::shared_ptr<ScriptSupervisor> supervisor_;
  ScriptHooks hooks_;

 private:
  [[nodiscard]] i2c::TransferError call(sim::Device& chip, void (*body)(void*, ScriptCall&),
                                        void* its_data);
};

/// The value of a hook that has none to return. A chip that answers False means a NACK, and should
/// not be taken for one that acknowledges.
void check_nothing(const sim::Device& chip, const char* hook, const pybind11::object& value);

}  // namespace vhost_device::python
