// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <memory>

#include "backends/sim/bus/device.hpp"
#include "core/i2c/transfer_result.hpp"
#include "core/support/forks.hpp"

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
  bool update = false;   ///< Of RegisterDevice.

  /// Throws a Python TypeError for a class that is written both by the message and by the byte.
  [[nodiscard]] static ScriptHooks of(pybind11::handle type);
};

/// The name of a method, made once for all calls.
struct HookName {
  explicit HookName(const char* its_text) : HookName(its_text, its_text) {}
  /// `its_text` is how a script's author knows it.
  HookName(const char* its_text, const char* method)
      : text(its_text), interned(PyUnicode_InternFromString(method)) {}

  const char* text;
  PyObject* interned;  // never released: a guest's thread may outlive the interpreter
};

/// A call into a script.
struct ScriptCall {
  const unsigned process = support::forks();
  pybind11::object self;
  const char* hook = "";
  /// What Nack means at this moment.
  i2c::TransferError nack = i2c::TransferError::address_nack;

  template <class... Arguments>
  pybind11::object operator()(const HookName& its_hook, const Arguments&... arguments) {
    hook = its_hook.text;
    auto value = pybind11::reinterpret_steal<pybind11::object>(
        PyObject_CallMethodObjArgs(self.ptr(), its_hook.interned, arguments.ptr()..., nullptr));
    if (!value) throw pybind11::error_already_set();
    return value;
  }

  /// A script may fork, and the child come back from it, too: on a thread that serves its parent's
  /// guests, with its parent's lock of the bus. It ends here.
  void end_if_forked(const pybind11::object& exception) const;
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
  [[nodiscard]] i2c::TransferError failed(const ScriptCall& call, const sim::Device& chip,
                                          bool timed_out, pybind11::error_already_set& error);
  void report(const ScriptCall& call, const pybind11::object& exception);
};

/// The value of a hook that has none to return. A chip that answers False means a NACK, and should
/// not be taken for one that acknowledges.
void check_nothing(const sim::Device& chip, const char* hook, const pybind11::object& value);

}  // namespace vhost_device::python
