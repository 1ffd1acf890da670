// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "backends/sim/devices/pmbus_numbers.hpp"
#include "backends/sim/devices/pmbus_supply.hpp"
#include "backends/sim/registers/smbus_pec.hpp"

// The bus's side of the supply.

namespace vhost_device::sim {

namespace bit = pmbus::bit;
using pmbus::Command;
using pmbus::Form;

namespace {

constexpr std::uint16_t all_pages = 0xff;
constexpr unsigned bits_per_byte = 8;

std::string_view text_of(const Command& command) {
  if (command.code == pmbus::mfr_id.code) return "VHOST-DEVICE";
  if (command.code == pmbus::mfr_model.code) return "PMBUS-3";
  return "1";
}

std::size_t width_of(const Command& command) {
  if (command.form == Form::send) return 0;
  return command.form == Form::word ? 2 : 1;
}

bool is_status(const Command& command) {
  return std::ranges::find(pmbus::statuses, command.code, &Command::code) != pmbus::statuses.end();
}

const Command* find(std::byte code) {
  const auto* const found =
      std::ranges::find(pmbus::commands, std::to_integer<std::uint8_t>(code), &Command::code);
  return found != pmbus::commands.end() ? &*found : nullptr;
}

}  // namespace

void PmbusSupply::stop() {
  command_ = nullptr;
  crc_ = 0;
}

std::string_view PmbusSupply::register_name(std::span<const std::byte> written) const {
  const Command* const command = written.empty() ? nullptr : find(written.front());
  return command != nullptr ? command->name : std::string_view();
}

i2c::TransferError PmbusSupply::do_message(const i2c::Message& message) {
  const std::byte address = wire_address(message);
  crc_ = pec_of(std::span(&address, 1), crc_);
  if (!message.read) return receive(message.data);
  respond(message.data);
  return i2c::TransferError::none;
}

i2c::TransferError PmbusSupply::receive(std::span<const std::byte> data) {
  if (data.empty()) return i2c::TransferError::none;
  command_ = find(data.front());
  if (command_ == nullptr) {
    fault_cml(bit::invalid_command);
    refused_after(0);
    return i2c::TransferError::data_nack;
  }
  const std::size_t whole = 1 + width_of(*command_);
  const auto body = data.first(std::min(whole, data.size()));
  crc_ = pec_of(body, crc_);
  if (data.size() < whole) {
    // A command alone is the first half of a read.
    if (data.size() > 1) fault_cml(bit::other_fault);
    return i2c::TransferError::none;
  }
  if (data.size() > whole + 1) {
    fault_cml(bit::other_fault);
    refused_after(whole + 1);
    return i2c::TransferError::data_nack;
  }
  if (data.size() == whole + 1 && data.back() != std::byte{crc_}) {
    fault_cml(bit::packet_error);
    refused_after(whole);
    return i2c::TransferError::data_nack;
  }
  unsigned value = 0;
  for (std::size_t i = 1; i < whole; ++i) {
    value |= std::to_integer<unsigned>(body[i]) << (bits_per_byte * (i - 1));
  }
  write_command(*command_, static_cast<std::uint16_t>(value));
  return i2c::TransferError::none;
}

void PmbusSupply::write_command(const Command& command, std::uint16_t value) {
  if (!command.is_writable) return fault_cml(bit::invalid_command);
  if (is_protected(command)) return fault_cml(bit::other_fault);
  if (command.code == pmbus::page.code && value >= rail_count && value != all_pages) {
    return fault_cml(bit::invalid_data);
  }
  const std::uint16_t selected = this->value(pmbus::page);
  for (unsigned page = 0; page < (command.is_paged ? rail_count : 1); ++page) {
    if (!command.is_paged || selected == all_pages || selected == page) {
      store(command, page, value);
    }
  }
  check_limits();
}

void PmbusSupply::store(const Command& command, unsigned page, std::uint16_t value) {
  if (command.code == pmbus::clear_faults.code) return clear_faults(page);
  std::uint16_t& stored = this->value(command, page);
  stored = is_status(command) ? stored & static_cast<std::uint16_t>(~value) : value;
  if (command.code == pmbus::vout_command.code) {
    rails_.at(page).volts = decoded(command, page, value);
  }
}

// Part II, 11.1.
bool PmbusSupply::is_protected(const Command& command) const {
  const std::uint16_t protection = value(pmbus::write_protect);
  if (command.code == pmbus::write_protect.code || protection == 0) return false;
  if ((protection & bit::protect_all) != 0) return true;
  if (command.code == pmbus::operation.code || command.code == pmbus::page.code) return false;
  if ((protection & bit::protect_all_but_operation) != 0) return true;
  return (protection & bit::protect_all_but_vout) != 0 && command.code != pmbus::vout_command.code;
}

void PmbusSupply::respond(std::span<std::byte> data) {
  constexpr std::byte nothing{0xff};
  constexpr std::size_t longest = 33;  // a block with its length (SMBus 2.0, 5.5.7)
  std::array<std::byte, longest> bytes{};
  std::size_t length = 0;
  if (command_ == nullptr || command_->form == Form::send) {
    fault_cml(bit::other_fault);
    std::ranges::fill(data, nothing);
    return;
  }
  if (command_->form == Form::block) {
    const std::string_view text = text_of(*command_);
    bytes[length++] = static_cast<std::byte>(text.size());
    for (const char character : text) bytes.at(length++) = static_cast<std::byte>(character);
  } else {
    const std::uint16_t selected = value(pmbus::page);
    const std::uint16_t word = reading(*command_, selected == all_pages ? 0 : selected);
    bytes[0] = static_cast<std::byte>(word);
    bytes[1] = static_cast<std::byte>(word >> bits_per_byte);
    length = width_of(*command_);
  }
  const auto answer = std::span(bytes).first(length);
  crc_ = pec_of(answer, crc_);
  const std::size_t copied = std::min(length, data.size());
  std::ranges::copy(answer.first(copied), data.begin());
  if (data.size() > length) data[length] = std::byte{crc_};
  if (data.size() > length + 1) {
    fault_cml(bit::other_fault);
    std::ranges::fill(data.subspan(length + 1), nothing);
  }
}

void PmbusSupply::visit_state(StateVisitor& visitor) {
  visitor.value("input_v", input_volts_, 0, max_input_v);
  visitor.value("input_a", input_amperes_, 0, max_a);
  visitor.value("temperature_c", temperature_c_, min_c, max_c);
  visitor.value("fan_rpm", fan_rpm_, 0, max_fan_rpm);
  for (unsigned page = 0; page < rail_count; ++page) {
    const std::string prefix = "rail." + std::to_string(page);
    visitor.value(prefix + ".v", rails_.at(page).volts, 0, max_output_v(page));
    visitor.value(prefix + ".a", rails_.at(page).amperes, 0, max_a);
  }
  for (const Command& command : pmbus::commands) {
    if (!command.is_writable || command.form == Form::send) continue;
    for (unsigned page = 0; page < (command.is_paged ? rail_count : 1); ++page) {
      std::string name = "registers." + std::string(command.name);
      if (command.is_paged) name += "." + std::to_string(page);
      visitor.value(name, value(command, page), 0, command.form == Form::word ? 0xffff : 0xff);
    }
  }
}

void PmbusSupply::check_state() const {
  const std::uint16_t page = value(pmbus::page);
  require_state(page < rail_count || page == all_pages, "registers.page: expected 0 to 2, or 255");
}

}  // namespace vhost_device::sim
