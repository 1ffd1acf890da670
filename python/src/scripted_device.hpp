// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/trampoline_self_life_support.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/sim/bus/device.hpp"

namespace vhost_device::python {

/// What a bus does about the scripts on it. Shared by the bus and its scripted chips.
struct ScriptSupervisor {
  /// How long one call into a script may take; zero for as long as it likes.
  std::atomic<std::chrono::milliseconds> limit{std::chrono::milliseconds(1000)};
  /// Called with (chip, hook, exception) for every exception that a script does not mean as a NACK.
  pybind11::object on_error;
};

/// Which of Device's methods a Python class overrides.
struct ScriptHooks {
  bool start = false;
  bool stop = false;
  bool by_byte = false;  ///< write_byte or read_byte, and then neither write nor read.

  /// Throws a Python TypeError for a class that is written both by the message and by the byte.
  [[nodiscard]] static ScriptHooks of(pybind11::handle type);
};

/// A chip that is written in Python: hands what the bus says to the methods of its Python object.
/// docs of the Python class are in register_device.cpp.
///
/// The bus's lock is held already, and the GIL is taken inside of it: the only order there is.
class ScriptedDevice final : public sim::Device, public pybind11::trampoline_self_life_support {
 public:
  ScriptedDevice(std::string name, std::vector<i2c::Address> addresses)
      : Device(std::move(name), std::move(addresses)) {}

  /// Who hears of this chip's exceptions from now on; `supervisor` is who did before. To be called
  /// without the GIL, and before the chip is attached.
  void supervise(std::shared_ptr<ScriptSupervisor>& supervisor, ScriptHooks hooks);

  void stop() override;

 private:
  [[nodiscard]] i2c::TransferError do_message(const i2c::Message& message) override;

  /// Runs `body` with this chip's Python object, and makes what it raises an outcome. `hook` is
  /// the method under way, which `body` may change.
  struct Call;
  template <class Body>
  [[nodiscard]] i2c::TransferError call(Body body);
  [[nodiscard]] i2c::TransferError failed(const Call& call, bool timed_out,
                                          pybind11::error_already_set& error);
  void report(const Call& call, const pybind11::object& exception);

  void read_message(Call& call, const i2c::Message& message);
  void write_message(Call& call, const i2c::Message& message);
  void read_bytes(Call& call, const i2c::Message& message);
  void write_bytes(Call& call, const i2c::Message& message);

  // Guarded by the bus's lock.
  std::shared_ptr<ScriptSupervisor> supervisor_;
  ScriptHooks hooks_;
};

}  // namespace vhost_device::python
