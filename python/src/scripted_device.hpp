// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/trampoline_self_life_support.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "python/src/script.hpp"

namespace vhost_device::python {

/// A chip that is written in Python: hands what the bus says to the methods of its Python object.
/// docs of the Python class are in register_device.cpp.
class ScriptedDevice final : public sim::Device,
                             public Script,
                             public pybind11::trampoline_self_life_support {
 public:
  ScriptedDevice(std::string name, std::vector<i2c::Address> addresses)
      : Device(std::move(name), std::move(addresses)) {}

  void supervise(std::shared_ptr<ScriptSupervisor>& supervisor, ScriptHooks hooks) override;

  void stop() override;

 private:
  [[nodiscard]] i2c::TransferError do_message(const i2c::Message& message) override;

  void read_message(ScriptCall& call, const i2c::Message& message);
  void write_message(ScriptCall& call, const i2c::Message& message);
  void read_bytes(ScriptCall& call, const i2c::Message& message);
  void write_bytes(ScriptCall& call, const i2c::Message& message);
};

}  // namespace vhost_device::python
