// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vhost_device::sim {

enum class Endian { big, little };

/// A row of a datasheet's register map.
struct Register {
  std::string_view name;
  std::uint32_t address = 0;  ///< What the pointer is to select it.
  unsigned width = 8;         ///< In bits: 8, 16, 24 or 32.
  Endian endian = Endian::big;
  std::uint32_t reset = 0;
  /// Bits that a write from the bus changes. The others keep what they are: 0 is a read-only
  /// register, and reserved bits are those that are in neither mask.
  std::uint32_t writable = 0xffffffff;
  /// Bits that read as they are; the others read as 0. 0 is a write-only register.
  std::uint32_t readable = 0xffffffff;
  std::uint32_t write_one_to_clear = 0;  ///< Bits that writing a 1 clears; none of the writable.
  std::uint32_t clear_on_read = 0;       ///< Bits that a read clears.
  unsigned banks = 1;                    ///< How many of it there are, one for each bank.

  [[nodiscard]] constexpr unsigned bytes() const { return width / 8; }
  [[nodiscard]] constexpr std::uint32_t mask() const { return 0xffffffffU >> (32 - width); }
};

/// Some bits of a register, as a number in a unit: (code + zero) * scale.
struct Field {
  const Register& in;
  unsigned high = 0;  ///< The most significant bit of it.
  unsigned low = 0;   ///< The least significant one.
  bool is_signed = false;
  double scale = 1.0;
  double zero = 0.0;

  [[nodiscard]] constexpr std::uint32_t mask() const {
    return (0xffffffffU >> (31 - (high - low))) << low;
  }
  /// The code in a register's value: sign-extended if it is signed.
  [[nodiscard]] constexpr std::int64_t code(std::uint32_t value) const {
    const std::int64_t bits = (value & mask()) >> low;
    const std::int64_t sign = std::int64_t{1} << (high - low);
    return is_signed && (bits & sign) != 0 ? bits - 2 * sign : bits;
  }
  /// The register's value with this code in it; bits beyond the field's width are cut off.
  [[nodiscard]] constexpr std::uint32_t with_code(std::uint32_t value, std::int64_t code) const {
    return (value & ~mask()) | ((static_cast<std::uint32_t>(code) << low) & mask());
  }
  [[nodiscard]] constexpr std::int64_t min_code() const {
    return is_signed ? -(std::int64_t{1} << (high - low)) : 0;
  }
  [[nodiscard]] constexpr std::int64_t max_code() const {
    return (std::int64_t{1} << (high - low + (is_signed ? 0 : 1))) - 1;
  }
  /// The number in a register's value.
  [[nodiscard]] constexpr double decode(std::uint32_t value) const {
    return (static_cast<double>(code(value)) + zero) * scale;
  }
};

/// The nearest code for a physical value; the scale's first or last for what is beyond it.
[[nodiscard]] std::int64_t nearest_code(const Field& field, double physical);

/// What comes after the last byte of a register within one message.
enum class AfterRegister {
  next,     ///< The next register.
  same,     ///< The same one again.
  nothing,  ///< No more: bytes written are acknowledged and ignored, 0xff is read.
};

/// How the first bytes of a write select a register, and where the pointer goes from there.
struct PointerRules {
  unsigned size = 1;          ///< Of the pointer in bytes, 1 or 2, the most significant one first.
  std::uint32_t mask = 0xff;  ///< The bits of it that select; others are ignored.
  AfterRegister after = AfterRegister::next;
  /// If not 0: the bit beside the pointer that asks for `next`; without it, it is `after`.
  std::uint32_t auto_increment_bit = 0;
  std::uint32_t first = 0;    ///< What comes after `last`.
  std::uint32_t last = 0xff;  ///< The last one before it goes on with `first`.
  /// Each address is a register of whatever width, and so written as a whole or not at all.
  /// Otherwise each address is a byte, and a register of 16 bits has two addresses.
  bool counts_registers = false;
  /// The pointer stays where it is until it is written again; otherwise STOP puts it to `first`.
  bool sticky = true;
  /// In a write each register is preceded by its own pointer.
  bool write_pairs = false;
  std::uint8_t unmapped = 0xff;  ///< What is read where there is no register.
};

}  // namespace vhost_device::sim
