// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/registers/register.hpp"
#include "backends/sim/registers/register_file.hpp"
#include "backends/sim/registers/smbus_pec.hpp"

namespace vhost_device::sim {

/// A chip that is a map of registers, declared as a table; what the registers do is in `on_read`,
/// `on_write` and `catch_up`. docs/CHIPS_IN_CPP.md goes through one.
class RegisterDevice : public Device, protected RegisterEvents {
 public:
  void stop() override;

  [[nodiscard]] std::span<const Register> registers() const { return file_.registers(); }

  /// A register as the bus would find it, but without what a read does. Takes the lock. Throws
  /// std::invalid_argument for one whose address the chip's map has not.
  [[nodiscard]] std::uint32_t register_value(const Register& reg);
  /// Puts a value there, whatever the masks say. Takes the lock. Throws as `register_value` does.
  void set_register_value(const Register& reg, std::uint32_t value);

  [[nodiscard]] std::string_view register_name(std::span<const std::byte> written) const override;

 protected:
  /// `registers` must outlive the chip: a table of static storage. With `pec`, a message may have
  /// an SMBus packet error code behind its register (SMBus 3.2, 6.4): a wrong one is a NACK, and
  /// one is given to who reads on.
  RegisterDevice(std::string name, std::vector<i2c::Address> addresses,
                 std::span<const Register> registers, const PointerRules& rules,
                 Pec pec = Pec::none);

  /// Time has passed: brings the registers up to now. Before each message, and to be called by
  /// each property under its lock.
  virtual void catch_up() {}

  /// START with the chip's address, after `catch_up`. `nack` while it is busy.
  [[nodiscard]] Ack start(Direction direction) override;

  [[nodiscard]] Ack write(std::byte value) override { return file_.write(value); }
  [[nodiscard]] std::byte read() override { return file_.read(); }

  [[nodiscard]] RegisterFile& file() { return file_; }
  [[nodiscard]] const RegisterFile& file() const { return file_; }

  [[nodiscard]] std::uint32_t value(const Register& reg) const { return file_.value(reg); }
  void set_value(const Register& reg, std::uint32_t value) { file_.set_value(reg, value); }
  /// Whether all of these bits are 1.
  [[nodiscard]] bool is_set(const Register& reg, std::uint32_t bits) const {
    return (value(reg) & bits) == bits;
  }
  /// Makes these bits 1, or 0, and leaves the others as they are.
  void set_bits(const Register& reg, std::uint32_t bits, bool on) {
    set_value(reg, on ? value(reg) | bits : value(reg) & ~bits);
  }
  [[nodiscard]] std::int64_t code(const Field& field) const { return field.code(value(field.in)); }
  void set_code(const Field& field, std::int64_t code) {
    set_value(field.in, field.with_code(value(field.in), code));
  }
  [[nodiscard]] double physical(const Field& field) const { return field.decode(value(field.in)); }
  /// The nearest code; the scale's last one for what is beyond it.
  void set_physical(const Field& field, double physical) {
    set_code(field, nearest_code(field, physical));
  }

  /// The registers. A chip with more calls this first, and then tells the rest.
  void visit_state(StateVisitor& visitor) override { file_.visit_state(visitor); }

  [[nodiscard]] i2c::TransferError do_message(const i2c::Message& message) override;

 private:
  [[nodiscard]] i2c::TransferError message_with_pec(const i2c::Message& message);

  RegisterFile file_;
  const Pec pec_;
  std::uint8_t crc_ = 0;  // of the transaction so far
};

}  // namespace vhost_device::sim
