// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/registers/register_file.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace vhost_device::sim {

namespace {

constexpr unsigned bits_per_byte = 8;

unsigned shift_of(const Register& reg, unsigned byte) {
  return bits_per_byte * (reg.endian == Endian::big ? reg.bytes() - 1 - byte : byte);
}

std::string quoted(const Register& reg) { return "register '" + std::string(reg.name) + "'"; }

void check(const Register& reg, const PointerRules& rules) {
  const auto require = [&](bool holds, const char* text) {
    if (!holds) throw std::invalid_argument(quoted(reg) + ": " + text);
  };
  require(reg.width == 8 || reg.width == 16 || reg.width == 24 || reg.width == 32,
          "its width has to be 8, 16, 24 or 32 bits");
  require((reg.reset & ~reg.mask()) == 0, "its reset value is wider than it is");
  require((reg.address & ~rules.mask) == 0, "the pointer cannot select its address");
  require(reg.banks >= 1, "it needs a bank");
}

}  // namespace

void check_register_map(std::span<const Register> registers, const PointerRules& rules) {
  if (rules.bytes != 1 && rules.bytes != 2) {
    throw std::invalid_argument("a register pointer has 1 or 2 bytes");
  }
  const Register* before = nullptr;
  for (const Register& reg : registers) {
    check(reg, rules);
    if (before != nullptr) {
      const unsigned taken = rules.counts_registers ? 1 : before->bytes();
      if (reg.address < before->address + taken) {
        throw std::invalid_argument(quoted(reg) + " begins before the end of " + quoted(*before));
      }
    }
    before = &reg;
  }
}

std::int64_t nearest_code(const Field& field, double physical) {
  const double code = std::floor(physical / field.scale - field.zero + 0.5);
  const auto min = static_cast<double>(field.min_code());
  const auto max = static_cast<double>(field.max_code());
  return static_cast<std::int64_t>(code >= min ? std::min(code, max) : min);
}

std::uint32_t RegisterEvents::next_pointer(const PointerRules& rules, const Register* reg,
                                           std::uint32_t pointer) const {
  const bool has_bytes = reg != nullptr && !rules.counts_registers;
  const std::uint32_t end = has_bytes ? reg->address + reg->bytes() : pointer + 1;
  const bool wraps = pointer <= rules.last && end > rules.last;
  return wraps ? rules.first : end & rules.mask;
}

RegisterFile::RegisterFile(std::span<const Register> registers, const PointerRules& rules,
                           RegisterEvents& events)
    : registers_(registers), rules_(rules), events_(events) {
  check_register_map(registers_, rules_);
  for (const Register& reg : registers_) {
    slots_.push_back(values_.size());
    values_.resize(values_.size() + reg.banks);
  }
  reset();
}

void RegisterFile::reset() {
  is_dirty_ = false;
  place_.reset();
  for (std::size_t i = 0; i < registers_.size(); ++i) {
    std::fill_n(values_.begin() + static_cast<std::ptrdiff_t>(slots_[i]), registers_[i].banks,
                registers_[i].reset);
  }
  pointer_ = rules_.first;
  auto_increments_ = rules_.auto_increment_bit == 0;
  end_message();
}

std::size_t RegisterFile::slot(const Register& reg, unsigned bank) const {
  const auto found = std::ranges::lower_bound(registers_, reg.address, {}, &Register::address);
  return slots_[static_cast<std::size_t>(found - registers_.begin())] +
         (bank < reg.banks ? bank : 0);
}

std::uint32_t RegisterFile::value(const Register& reg) const { return value(reg, events_.bank()); }

std::uint32_t RegisterFile::value(const Register& reg, unsigned bank) const {
  return values_[slot(reg, bank)];
}

void RegisterFile::set_value(const Register& reg, std::uint32_t value) {
  set_value(reg, events_.bank(), value);
}

void RegisterFile::set_value(const Register& reg, unsigned bank, std::uint32_t value) {
  values_[slot(reg, bank)] = value & reg.mask();
}

std::optional<RegisterFile::Place> RegisterFile::locate(std::uint32_t pointer) const {
  const auto behind = std::ranges::upper_bound(registers_, pointer, {}, &Register::address);
  if (behind == registers_.begin()) return std::nullopt;
  const auto index = static_cast<std::size_t>(behind - registers_.begin()) - 1;
  const std::uint32_t byte = pointer - registers_[index].address;
  if (byte >= (rules_.counts_registers ? 1 : registers_[index].bytes())) return std::nullopt;
  return Place{index, byte};
}

const Register* RegisterFile::selected() const {
  const auto place = locate(pointer_);
  return place ? &registers_[place->index] : nullptr;
}

const Register* RegisterFile::selected_by(std::span<const std::byte> written) const {
  if (written.size() < rules_.bytes) return nullptr;
  std::uint32_t pointer = 0;
  for (const std::byte byte : written.first(rules_.bytes)) {
    pointer = pointer << bits_per_byte | std::to_integer<std::uint32_t>(byte);
  }
  const auto place = locate(pointer & rules_.mask);
  return place ? &registers_[place->index] : nullptr;
}

void RegisterFile::begin_write() {
  end_message();
  pointer_bytes_ = rules_.bytes;
  new_pointer_ = 0;
}

void RegisterFile::begin_read() {
  end_message();
  pointer_bytes_ = 0;
}

void RegisterFile::end_message() {
  const bool is_part = is_dirty_ && !rules_.counts_registers;
  if (is_part) static_cast<void>(commit());
  is_dirty_ = false;
  // Where each address is a byte, the next one may be within the register.
  if (place_ && !rules_.counts_registers && goes_on()) {
    pointer_ = registers_[place_->index].address + place_->byte;
  }
  place_.reset();
  exhausted_ = false;
  pointer_bytes_ = 0;
}

void RegisterFile::stop() {
  end_message();
  if (!rules_.sticky) pointer_ = rules_.first;
}

Ack RegisterFile::take_pointer(std::uint8_t byte) {
  new_pointer_ = new_pointer_ << bits_per_byte | byte;
  if (--pointer_bytes_ > 0) return Ack::ack;
  pointer_ = new_pointer_ & rules_.mask;
  if (rules_.auto_increment_bit != 0) {
    auto_increments_ = (new_pointer_ & rules_.auto_increment_bit) != 0;
  }
  new_pointer_ = 0;
  return Ack::ack;
}

bool RegisterFile::goes_on() const {
  if (rules_.auto_increment_bit != 0 && auto_increments_) return true;
  return rules_.after == AfterRegister::next;
}

void RegisterFile::advance(const Register* reg) {
  place_.reset();
  if (goes_on()) {
    pointer_ = events_.next_pointer(rules_, reg, pointer_);
  } else {
    exhausted_ = rules_.after == AfterRegister::nothing;
  }
}

Ack RegisterFile::commit() {
  const Register& reg = registers_[place_->index];
  is_dirty_ = false;
  std::uint32_t& value = current(reg);
  const std::uint32_t before = value;
  value = ((before & ~reg.writable) | (word_ & reg.writable & reg.mask())) &
          ~(word_ & reg.clear_by_one);
  return events_.on_write(reg, word_, before);
}

Ack RegisterFile::write(std::byte value) {
  const auto byte = std::to_integer<std::uint8_t>(value);
  if (pointer_bytes_ > 0) return take_pointer(byte);
  if (exhausted_) return Ack::ack;
  if (!place_) {
    place_ = locate(pointer_);
    // Bits that clear by one must not be taken for written where the bus did not write them.
    if (place_) {
      const Register& reg = registers_[place_->index];
      word_ = current(reg) & ~reg.clear_by_one;
    }
  }
  Ack ack = Ack::ack;
  const Register* reg = nullptr;
  if (place_) {
    reg = &registers_[place_->index];
    const unsigned shift = shift_of(*reg, place_->byte);
    word_ = (word_ & ~(0xffU << shift)) | (std::uint32_t{byte} << shift);
    is_dirty_ = true;
    if (++place_->byte < reg->bytes()) return Ack::ack;
    ack = commit();
  }
  advance(reg);
  if (rules_.write_pairs) pointer_bytes_ = rules_.bytes;
  return ack;
}

void RegisterFile::fetch() {
  const Register& reg = registers_[place_->index];
  word_ = events_.on_read(reg, current(reg) & reg.readable);
  current(reg) &= ~reg.clear_by_read;
}

std::byte RegisterFile::read() {
  if (exhausted_) return std::byte{0xff};
  if (!place_) {
    place_ = locate(pointer_);
    if (place_) fetch();
  }
  if (!place_) {
    advance(nullptr);
    return std::byte{rules_.unmapped};
  }
  const Register& reg = registers_[place_->index];
  const auto byte = static_cast<std::byte>(word_ >> shift_of(reg, place_->byte));
  if (++place_->byte == reg.bytes()) advance(&reg);
  return byte;
}

void RegisterFile::visit_state(StateVisitor& visitor) {
  for (std::size_t i = 0; i < registers_.size(); ++i) {
    const Register& reg = registers_[i];
    for (unsigned bank = 0; bank < reg.banks; ++bank) {
      std::string name = "registers." + std::string(reg.name);
      if (reg.banks > 1) name += "." + std::to_string(bank);
      visitor.value(name, values_[slots_[i] + bank], 0, reg.mask());
    }
  }
  visitor.value("pointer", pointer_, 0, rules_.mask);
  visitor.value("auto_increment", auto_increments_);
}

}  // namespace vhost_device::sim
