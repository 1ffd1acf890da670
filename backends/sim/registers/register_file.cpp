// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/registers/register_file.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <stdexcept>
#include <string>

namespace vhost_device::sim {

namespace {

constexpr unsigned bits_per_byte = 8;

unsigned shift_of(const Register& reg, unsigned byte) {
  return bits_per_byte * (reg.endian == Endian::big ? reg.bytes() - 1 - byte : byte);
}

std::string quoted(const Register& reg) { return "register '" + std::string(reg.name) + "'"; }

std::string hex(std::uint32_t value) {
  std::ostringstream text;
  text << "0x" << std::hex << std::setw(2) << std::setfill('0') << value;
  return text.str();
}

void check(const Register& reg, const PointerRules& rules) {
  const auto require = [&](bool holds, const std::string& text) {
    if (!holds) throw std::invalid_argument(quoted(reg) + ": " + text);
  };
  require(reg.width == 8 || reg.width == 16 || reg.width == 24 || reg.width == 32,
          "width " + std::to_string(reg.width) + ": expected 8, 16, 24 or 32 bits");
  require((reg.reset & ~reg.mask()) == 0,
          "reset " + hex(reg.reset) + ": expected 0 to " + hex(reg.mask()));
  require((reg.address & ~rules.mask) == 0,
          "address " + hex(reg.address) + ": the pointer selects by the bits " + hex(rules.mask) +
              " alone; give it another mask or size");
  require((reg.writable & reg.mask() & reg.write_one_to_clear) == 0,
          "bits " + hex(reg.writable & reg.write_one_to_clear) +
              ": expected in writable or in write_one_to_clear, not in both");
  require(reg.banks >= 1, "banks 0: expected 1 or more");
}

// Where each address is a byte, a wide register has the addresses of its neighbours, too.
void check_apart(const Register& before, const Register& reg, const PointerRules& rules) {
  const std::uint32_t end = before.address + (rules.counts_registers ? 1 : before.bytes());
  if (reg.address >= end) return;
  std::string text = quoted(reg) + " at " + hex(reg.address) + " begins before the end of " +
                     quoted(before) + ", " + hex(before.address) + " to " + hex(end - 1);
  if (reg.address > before.address)
    text += "; where each address is a whole register, set counts_registers";
  throw std::invalid_argument(text);
}

}  // namespace

void check_register_map(std::span<const Register> registers, const PointerRules& rules) {
  if (rules.size != 1 && rules.size != 2) {
    throw std::invalid_argument("pointer size " + std::to_string(rules.size) +
                                ": expected 1 or 2 bytes");
  }
  const Register* before = nullptr;
  for (const Register& reg : registers) {
    check(reg, rules);
    if (before != nullptr) check_apart(*before, reg, rules);
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

std::size_t RegisterFile::index_of(const Register& reg) const {
  const auto found = std::ranges::lower_bound(registers_, reg.address, {}, &Register::address);
  if (found == registers_.end() || found->address != reg.address) {
    throw std::invalid_argument(quoted(reg) + " at " + hex(reg.address) +
                                " is none of the chip's; its map has to have it");
  }
  return static_cast<std::size_t>(found - registers_.begin());
}

std::size_t RegisterFile::slot(std::size_t index, unsigned bank) const {
  return slots_[index] + (bank < registers_[index].banks ? bank : 0);
}

std::uint32_t RegisterFile::value(const Register& reg) const { return value(reg, events_.bank()); }

std::uint32_t RegisterFile::value(const Register& reg, unsigned bank) const {
  return values_[slot(index_of(reg), bank)];
}

void RegisterFile::set_value(const Register& reg, std::uint32_t value) {
  set_value(reg, events_.bank(), value);
}

void RegisterFile::set_value(const Register& reg, unsigned bank, std::uint32_t value) {
  const std::size_t index = index_of(reg);
  values_[slot(index, bank)] = value & registers_[index].mask();
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
  if (written.size() < rules_.size) return nullptr;
  std::uint32_t pointer = 0;
  for (const std::byte byte : written.first(rules_.size)) {
    pointer = pointer << bits_per_byte | std::to_integer<std::uint32_t>(byte);
  }
  const auto place = locate(pointer & rules_.mask);
  return place ? &registers_[place->index] : nullptr;
}

void RegisterFile::begin_write() {
  end_message();
  pointer_bytes_ = rules_.size;
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
  std::uint32_t& value = current(place_->index);
  const std::uint32_t before = value;
  value = ((before & ~reg.writable) | (word_ & reg.writable & reg.mask())) &
          ~(word_ & reg.write_one_to_clear);
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
      word_ = current(place_->index) & ~reg.write_one_to_clear;
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
  if (rules_.write_pairs) pointer_bytes_ = rules_.size;
  return ack;
}

void RegisterFile::fetch() {
  const std::size_t index = place_->index;  // which the event may reset
  const Register& reg = registers_[index];
  word_ = events_.on_read(reg, current(index) & reg.readable);
  current(index) &= ~reg.clear_on_read;
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
