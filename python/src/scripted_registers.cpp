// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/scripted_registers.hpp"

#include <utility>

namespace py = pybind11;

namespace vhost_device::python {
namespace {

struct HookNames {
  HookName catch_up{"catch_up"};
  HookName read{"on_read", "_register_read"};
  HookName written{"on_write", "_register_written"};
};

/// With the GIL held.
const HookNames& hook_names() {
  static const HookNames names;
  return names;
}

/// What a hook answered, which its class has checked.
std::uint32_t to_value(const py::object& answer) {
  const unsigned long value = PyLong_AsUnsignedLongMask(answer.ptr());
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  return static_cast<std::uint32_t>(value);
}

}  // namespace

void ScriptedRegisterDevice::supervise(std::shared_ptr<ScriptSupervisor>& supervisor,
                                       ScriptHooks hooks) {
  const Guard guard = lock();
  supervisor_.swap(supervisor);
  hooks_ = hooks;
}

std::uint32_t ScriptedRegisterDevice::get(std::size_t index) {
  return register_value(layout->registers.at(index));
}

void ScriptedRegisterDevice::set(std::size_t index, std::uint32_t mask, std::uint32_t value) {
  const Guard guard = lock();
  catch_up();
  const sim::Register& reg = layout->registers.at(index);
  file().set_value(reg, (file().value(reg) & ~mask) | (value & mask));
}

void ScriptedRegisterDevice::reset() {
  const Guard guard = lock();
  file().reset();
}

unsigned ScriptedRegisterDevice::bank() const {
  if (!layout->bank) return 0;
  const auto& [index, high, low] = *layout->bank;
  const sim::Field field{.in = layout->registers[index], .high = high, .low = low};
  return static_cast<unsigned>(field.code(file().value(field.in, 0)));
}

i2c::TransferError ScriptedRegisterDevice::do_message(const i2c::Message& message) {
  failure_ = i2c::TransferError::none;
  const i2c::TransferError error = RegisterDevice::do_message(message);
  return failure_ != i2c::TransferError::none ? failure_ : error;
}

void ScriptedRegisterDevice::stop() {
  RegisterDevice::stop();
  call_stop(*this);
}

sim::Ack ScriptedRegisterDevice::start(sim::Direction direction) {
  if (hooks_.start) {
    failure_ = call(*this, [&](ScriptCall& call) { call_start(call, direction); });
    if (failure_ != i2c::TransferError::none) return sim::Ack::nack;
  }
  return RegisterDevice::start(direction);
}

// A script that catches up reads registers, too, which asks it to catch up.
void ScriptedRegisterDevice::catch_up() {
  if (!hooks_.catch_up || std::exchange(is_catching_up_, true)) return;
  const i2c::TransferError error =
      call(*this, [](ScriptCall& call) { call(hook_names().catch_up); });
  if (error != i2c::TransferError::none) failure_ = error;
  is_catching_up_ = false;
}

std::uint32_t ScriptedRegisterDevice::on_read(const sim::Register& reg, std::uint32_t value) {
  const std::size_t index = index_of(reg);
  if (!layout->hooks[index].on_read) return value;
  std::uint32_t answer = reg.mask();
  const i2c::TransferError error = call(*this, [&](ScriptCall& call) {
    answer = to_value(call(hook_names().read, py::int_(index), py::int_(value))) & reg.mask();
  });
  if (error != i2c::TransferError::none) failure_ = error;
  return answer;
}

sim::Ack ScriptedRegisterDevice::on_write(const sim::Register& reg, std::uint32_t written,
                                          std::uint32_t /*before*/) {
  const std::size_t index = index_of(reg);
  if (!layout->hooks[index].on_write) return sim::Ack::ack;
  const i2c::TransferError error = call(*this, [&](ScriptCall& call) {
    call.nack = i2c::TransferError::data_nack;
    call(hook_names().written, py::int_(index), py::int_(written));
  });
  if (error == i2c::TransferError::none) return sim::Ack::ack;
  failure_ = error;
  return sim::Ack::nack;
}

}  // namespace vhost_device::python
