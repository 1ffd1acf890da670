// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/trampoline_self_life_support.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/sim/registers/register_device.hpp"
#include "python/src/script.hpp"

namespace vhost_device::python {

/// The register map of a Python class: made once, with the class.
struct RegisterLayout {
  struct Hooks {
    bool on_read = false;
    bool on_write = false;
  };
  struct BankField {
    std::size_t index = 0;  // in registers
    unsigned high = 0;
    unsigned low = 0;
  };

  std::deque<std::string> names;  // which the registers refer to
  std::vector<sim::Register> registers;
  std::vector<Hooks> hooks;
  sim::PointerRules rules;
  sim::Pec pec = sim::Pec::none;
  std::optional<BankField> bank;  ///< Which says what bank the bus sees.
  bool is_complete = false;       ///< Checked, and not changed any more.
};

/// Owns a layout before the chip that is made of it begins.
struct LayoutOwner {
  std::shared_ptr<const RegisterLayout> layout;
};

/// A chip whose registers a Python class declares. Without hooks no message of it enters Python.
class ScriptedRegisterDevice final : private LayoutOwner,
                                     public sim::RegisterDevice,
                                     public Script,
                                     public pybind11::trampoline_self_life_support {
 public:
  ScriptedRegisterDevice(std::string name, std::vector<i2c::Address> addresses,
                         std::shared_ptr<const RegisterLayout> its_layout)
      : LayoutOwner{std::move(its_layout)},
        RegisterDevice(std::move(name), std::move(addresses), layout->registers, layout->rules,
                       layout->pec) {}

  void supervise(std::shared_ptr<ScriptSupervisor>& supervisor, ScriptHooks hooks) override;
  void stop() override;

  // For the class's descriptors; each takes the lock. `index` is one of the layout's registers.
  [[nodiscard]] std::uint32_t get(std::size_t index);
  /// Changes the bits of `mask`.
  void set(std::size_t index, std::uint32_t mask, std::uint32_t value);
  /// Every register to its reset value, and the pointer to the first.
  void reset();

 private:
  [[nodiscard]] i2c::TransferError do_message(const i2c::Message& message) override;
  [[nodiscard]] std::uint32_t on_read(const sim::Register& reg, std::uint32_t value) override;
  [[nodiscard]] sim::Ack on_write(const sim::Register& reg, std::uint32_t written,
                                  std::uint32_t before) override;
  [[nodiscard]] unsigned bank() const override;
  void catch_up() override;
  [[nodiscard]] sim::Ack start(sim::Direction direction) override;

  [[nodiscard]] std::size_t index_of(const sim::Register& reg) const {
    return static_cast<std::size_t>(&reg - layout->registers.data());
  }

  // Guarded by the bus's lock.
  i2c::TransferError failure_ = i2c::TransferError::none;  // of a hook in the message under way
  bool is_catching_up_ = false;
};

}  // namespace vhost_device::python
