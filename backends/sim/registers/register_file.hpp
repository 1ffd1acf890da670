// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/bus/state.hpp"
#include "backends/sim/registers/register.hpp"

namespace vhost_device::sim {

/// What a chip does about its registers, beside keeping their values.
class RegisterEvents {
 public:
  RegisterEvents() = default;
  RegisterEvents(const RegisterEvents&) = delete;
  RegisterEvents& operator=(const RegisterEvents&) = delete;
  virtual ~RegisterEvents() = default;

  /// The bus begins to read a register, whose readable bits are `value`. Returns what is read, all
  /// of it from this moment.
  [[nodiscard]] virtual std::uint32_t on_read(const Register& /*reg*/, std::uint32_t value) {
    return value;
  }
  /// The bus has written `written`, of which the register now has what its masks let in; it was
  /// `before`. `nack` refuses the last byte.
  [[nodiscard]] virtual Ack on_write(const Register& /*reg*/, std::uint32_t /*written*/,
                                     std::uint32_t /*before*/) {
    return Ack::ack;
  }
  /// Which of a banked register's banks the bus sees.
  [[nodiscard]] virtual unsigned bank() const { return 0; }
  /// Where the pointer goes behind a register, or behind an address without one (null).
  [[nodiscard]] virtual std::uint32_t next_pointer(const PointerRules& rules, const Register* reg,
                                                   std::uint32_t pointer) const;
};

/// Throws std::invalid_argument for a map that contradicts itself; the text names the register.
/// `registers` have to be in the order of their addresses.
void check_register_map(std::span<const Register> registers, const PointerRules& rules);

/// The registers of a chip: their values, and the rules by which messages select, read and write
/// them.
class RegisterFile {
 public:
  /// `registers` and `events` have to outlive this. Throws as `check_register_map` does.
  RegisterFile(std::span<const Register> registers, const PointerRules& rules,
               RegisterEvents& events);

  /// Every register to its reset value, and the pointer to the first.
  void reset();

  [[nodiscard]] std::span<const Register> registers() const { return registers_; }
  [[nodiscard]] const PointerRules& rules() const { return rules_; }

  /// The value of a register of this map, in the bank that the bus sees or another. `reg` may be a
  /// copy: its address counts. Throws std::invalid_argument for an address that the map has not,
  /// which only a mistake in a chip's own table can bring about.
  [[nodiscard]] std::uint32_t value(const Register& reg) const;
  [[nodiscard]] std::uint32_t value(const Register& reg, unsigned bank) const;
  /// Sets it, whatever the masks say, without telling the events. Throws as `value` does.
  void set_value(const Register& reg, std::uint32_t value);
  void set_value(const Register& reg, unsigned bank, std::uint32_t value);

  [[nodiscard]] std::uint32_t pointer() const { return pointer_; }
  void set_pointer(std::uint32_t pointer) { pointer_ = pointer; }

  /// The register at the pointer; null if there is none.
  [[nodiscard]] const Register* selected() const;
  /// The register that a write of these bytes selects; null if they select none.
  [[nodiscard]] const Register* selected_by(std::span<const std::byte> written) const;

  void begin_write();
  void begin_read();
  [[nodiscard]] Ack write(std::byte value);
  [[nodiscard]] std::byte read();
  /// The end of a message: what was written of a register by then counts, where each address is a
  /// byte.
  void end_message();
  /// The end of a transaction.
  void stop();

  void visit_state(StateVisitor& visitor);

 private:
  struct Place {
    std::size_t index = 0;  // in registers_
    unsigned byte = 0;      // of the register, as they come on the bus
  };

  [[nodiscard]] std::optional<Place> locate(std::uint32_t pointer) const;
  [[nodiscard]] std::size_t index_of(const Register& reg) const;
  [[nodiscard]] std::size_t slot(std::size_t index, unsigned bank) const;
  [[nodiscard]] std::uint32_t& current(std::size_t index) {
    return values_[slot(index, events_.bank())];
  }
  [[nodiscard]] Ack commit();
  [[nodiscard]] Ack take_pointer(std::uint8_t byte);
  void fetch();
  void advance(const Register* reg);
  [[nodiscard]] bool goes_on() const;

  std::span<const Register> registers_;
  PointerRules rules_;
  RegisterEvents& events_;
  std::vector<std::size_t> slots_;     // the first value of each register
  std::vector<std::uint32_t> values_;  // one for each bank of each register

  std::uint32_t pointer_ = 0;
  bool auto_increments_ = true;

  // The message under way.
  unsigned pointer_bytes_ = 0;  // that are still to come
  std::uint32_t new_pointer_ = 0;
  std::optional<Place> place_;  // in the register under way
  bool exhausted_ = false;      // nothing comes after the last one
  bool is_dirty_ = false;       // a part of it was written
  std::uint32_t word_ = 0;      // being read or written
};

}  // namespace vhost_device::sim
