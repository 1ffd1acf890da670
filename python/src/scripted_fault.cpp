// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/scripted_fault.hpp"

#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "python/src/address_text.hpp"
#include "python/src/callback_gil.hpp"
#include "python/src/callbacks.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

/// A number with the digits that Python would show.
std::string shown(double number) { return py::str(py::float_(number)); }

std::string shown(bool value) { return value ? "True" : "False"; }

std::string shown_mask(unsigned mask) {
  char text[8];
  std::snprintf(text, sizeof text, "0x%02x", mask);
  return text;
}

/// What was given for each kind, as its function takes it.
void add_own_arguments(const i2c::Fault& fault, std::vector<std::string>& arguments) {
  using i2c::FaultKind;
  if (fault.kind == FaultKind::stretch) {
    arguments.push_back(shown(std::chrono::duration<double>(fault.duration).count()));
  }
  if (fault.kind == FaultKind::stuck_sda) arguments.emplace_back("'sda'");
  if (fault.kind == FaultKind::stuck_scl) arguments.emplace_back("'scl'");
  if (fault.kind == FaultKind::flip) arguments.push_back(shown_mask(fault.mask));
  if (fault.kind == FaultKind::short_read) arguments.push_back(std::to_string(fault.length));
  if (fault.byte) arguments.push_back("byte=" + std::to_string(*fault.byte));
}

void add_conditions(const i2c::Fault& fault, std::vector<std::string>& arguments) {
  if (fault.address) arguments.push_back("address=" + as_argument(*fault.address));
  if (fault.read) arguments.push_back("read=" + shown(*fault.read));
  if (fault.times) arguments.push_back("times=" + std::to_string(*fault.times));
  if (fault.probability != 1) arguments.push_back("probability=" + shown(fault.probability));
}

/// The condition of a fault, in the reports of its exceptions.
class FaultOwner final : public ScriptOwner {
 public:
  FaultOwner(const std::string& fault, i2c::Address address) : fault_(fault), address_(address) {}

  [[nodiscard]] std::string name() const override { return "fault " + fault_; }
  [[nodiscard]] i2c::Address address() const override { return address_; }

 private:
  const std::string& fault_;
  const i2c::Address address_;
};

struct Condition {
  py::object when;
  std::string fault;
  std::shared_ptr<ScriptSupervisor> supervisor;

  /// Empty where it took too long.
  [[nodiscard]] std::optional<bool> operator()(const i2c::Message& message) const;
};

std::optional<bool> Condition::operator()(const i2c::Message& message) const {
  bool is_befallen = false;
  const i2c::TransferError error =
      call_script(FaultOwner(fault, message.address), supervisor, [&](ScriptCall& call) {
        call.hook = "when";
        call.nack = i2c::TransferError::none;
        const auto* const data = reinterpret_cast<const char*>(message.data.data());
        const py::bytes sent(data, message.read ? 0 : message.data.size());
        const py::object answer = when(message.address, message.read, sent, message.data.size());
        const int is_true = PyObject_IsTrue(answer.ptr());
        if (is_true < 0) throw py::error_already_set();
        is_befallen = is_true == 1;
      });
  if (error == i2c::TransferError::timeout) return std::nullopt;
  return is_befallen;
}

}  // namespace

std::string to_string(const i2c::Fault& fault) {
  const bool is_stuck =
      fault.kind == i2c::FaultKind::stuck_sda || fault.kind == i2c::FaultKind::stuck_scl;
  std::vector<std::string> arguments;
  add_own_arguments(fault, arguments);
  add_conditions(fault, arguments);
  std::string text;
  for (const std::string& each : arguments) text += (text.empty() ? "" : ", ") + each;
  return (is_stuck ? "stuck" : std::string(i2c::to_string(fault.kind))) + "(" + text + ")";
}

i2c::Fault with_condition(const ScriptedFault& scripted,
                          std::shared_ptr<ScriptSupervisor> supervisor) {
  i2c::Fault fault = scripted.fault;
  if (scripted.when.is_none()) return fault;
  // A fault may end on a guest's thread, without the GIL, or after the interpreter.
  const std::shared_ptr<Condition> condition(
      new Condition{scripted.when, to_string(fault), std::move(supervisor)}, [](Condition* it) {
        const CallbackGate gate;
        if (!gate) return;
        const CallbackGil gil;
        delete it;
      });
  fault.when = [condition](const i2c::Message& message) { return (*condition)(message); };
  return fault;
}

}  // namespace vhost_device::python
