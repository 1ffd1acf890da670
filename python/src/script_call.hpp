// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "core/i2c/address.hpp"
#include "core/i2c/transfer_result.hpp"
#include "core/support/forks.hpp"

namespace vhost_device::python {

/// What a bus does about the scripts on it. Shared by the bus, its scripted chips, and the
/// conditions of its faults.
struct ScriptSupervisor {
  /// How long one call into a script may take; zero for as long as it likes.
  std::atomic<std::chrono::milliseconds> limit{std::chrono::milliseconds(1000)};
  /// Called with (name, address, hook, exception) for every exception that a script does not mean
  /// as a NACK.
  pybind11::object on_error;
};

/// Whose code is called, for reports: a chip, or a fault with its condition. With the GIL held.
class ScriptOwner {
 public:
  ScriptOwner() = default;
  ScriptOwner(const ScriptOwner&) = delete;
  ScriptOwner& operator=(const ScriptOwner&) = delete;

  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual i2c::Address address() const = 0;

 protected:
  ~ScriptOwner() = default;
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
  explicit ScriptCall(const ScriptOwner& its_owner) : owner(its_owner) {}

  const unsigned process = support::forks();
  const ScriptOwner& owner;
  /// Whose methods are called.
  pybind11::object self;
  const char* hook = "";
  /// What Nack means at this moment; nothing but an exception where it is `none`.
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

/// Runs `body` with the GIL and within the supervisor's limit. What it raises is an outcome: Nack
/// is the call's `nack`; Ctrl-C is raised anew on the main thread; all else is told to the
/// supervisor. `timeout` where the limit ended it; `address_nack` where the interpreter ends.
///
/// To be called without the GIL. `supervisor` may be another one when the call is over, or null.
[[nodiscard]] i2c::TransferError call_script(const ScriptOwner& owner,
                                             const std::shared_ptr<ScriptSupervisor>& supervisor,
                                             void (*body)(void*, ScriptCall&), void* its_data);

template <class Body>
[[nodiscard]] i2c::TransferError call_script(const ScriptOwner& owner,
                                             const std::shared_ptr<ScriptSupervisor>& supervisor,
                                             Body body) {
  return call_script(
      owner, supervisor, [](void* it, ScriptCall& call) { (*static_cast<Body*>(it))(call); },
      &body);
}

}  // namespace vhost_device::python
