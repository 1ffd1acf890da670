// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/ee1004.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

namespace {

constexpr std::string_view part_name = "ee1004";
constexpr std::size_t bytes_in_all = 512;
constexpr std::size_t write_page_size = 16;
constexpr std::chrono::milliseconds write_time{5};  // tW, at most

constexpr unsigned first_address = 0x50;  // 1010 A2 A1 A0
constexpr unsigned last_address = 0x57;
constexpr unsigned select_page_0 = 0x36;
constexpr unsigned select_page_1 = 0x37;
constexpr std::array<unsigned, Ee1004::block_count> protection{0x31, 0x34, 0x35, 0x30};

std::vector<i2c::Address> command_addresses() {
  std::vector<i2c::Address> addresses{*i2c::Address::seven_bit(select_page_0),
                                      *i2c::Address::seven_bit(select_page_1)};
  for (const unsigned address : protection) {
    addresses.push_back(*i2c::Address::seven_bit(address));
  }
  return addresses;
}

std::vector<i2c::Address> all_addresses(i2c::Address address) {
  std::vector<i2c::Address> addresses =
      checked_address(part_name, address, first_address, last_address);
  for (const i2c::Address command : command_addresses()) addresses.push_back(command);
  return addresses;
}

}  // namespace

Ee1004::Ee1004(i2c::Address address)
    : Eeprom(std::string(part_name), all_addresses(address), command_addresses(), bytes_in_all,
             write_page_size, write_time) {}

std::size_t Ee1004::spd_page() const {
  const Guard guard = lock();
  return upper_page_ ? 1 : 0;
}

bool Ee1004::block_protected(std::size_t block) const {
  const Guard guard = lock();
  return protected_.at(block);
}

void Ee1004::set_block_protected(std::size_t block, bool protect) {
  const Guard guard = lock();
  protected_.at(block) = protect;
}

Ack Ee1004::start(Direction direction) {
  if (begin() == Ack::nack) return Ack::nack;
  return is_command() ? command(direction) : Ack::ack;
}

Ack Ee1004::command(Direction direction) {
  const unsigned address = selected_address().value();
  const bool reads = direction == Direction::read;
  if (address == select_page_0 || address == select_page_1) {
    if (reads) return address == select_page_0 && !upper_page_ ? Ack::ack : Ack::nack;
    upper_page_ = address == select_page_1;
    set_pointer(pointer() % spd_page_size + (upper_page_ ? spd_page_size : 0));
    return Ack::ack;
  }
  const auto block = std::ranges::find(protection, address) - protection.begin();
  return reads && !protected_[static_cast<std::size_t>(block)] ? Ack::ack : Ack::nack;
}

Ack Ee1004::write_all(std::span<const std::byte> values) {
  if (is_command() || values.empty()) return Ack::ack;
  set_pointer((upper_page_ ? spd_page_size : 0) + std::to_integer<std::size_t>(values.front()));
  if (values.size() > 1 && protected_[pointer() / block_size]) {
    refused_after(1);
    return Ack::nack;
  }
  latch(values.subspan(1));
  return Ack::ack;
}

void Ee1004::read_all(std::span<std::byte> values) {
  if (is_command()) {
    std::ranges::fill(values, std::byte{0xff});
  } else {
    read_on(values, spd_page_size);
  }
}

void Ee1004::visit_state(StateVisitor& visitor) {
  Eeprom::visit_state(visitor);
  visitor.value("upper_page", upper_page_);
  for (std::size_t block = 0; block < block_count; ++block) {
    visitor.value("protected." + std::to_string(block), protected_[block]);
  }
}

void Ee1004::check_state() const {
  require_state((pointer() >= spd_page_size) == upper_page_, "pointer: not in the visible page");
}

namespace {

std::shared_ptr<Device> make(const Part& /*part*/, i2c::Address address,
                             const Properties& properties) {
  const auto chip = std::make_shared<Ee1004>(address);
  set_up(*chip, properties);
  return chip;
}

constexpr auto parts = std::to_array<Part>({{part_name, make}});

}  // namespace

// Linux has no binding for it, and so no vendor's prefix.
constinit const Family ee1004_family{"EE1004 SPD EEPROM", "ee1004", {}, parts};

}  // namespace vhost_device::sim
