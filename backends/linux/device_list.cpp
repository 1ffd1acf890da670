// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/device_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace vhost_device::linux_i2c {
namespace {

constexpr std::string_view format =
    "a device list is <bus>:<addr>[:<addr>]...[,<bus>:<addr>...], such as 2:0x50 or 'i915 gmbus "
    "dpd:32:21'";
constexpr std::string_view range = "chips are at 0x08 to 0x77 (8 to 119)";
// 11110XX (UM10204, 3.1.11). A virtio-i2c request with such an address is one for 10 bits.
constexpr std::uint16_t ten_bit_prefix_begin = 0x78;
constexpr std::uint16_t ten_bit_prefix_end = 0x7b;
constexpr std::string_view by_number =
    "an adapter whose name has a colon or a comma in it is given by its number";

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

[[noreturn]] void refuse(const std::string& text) { throw DeviceListError(text); }

/// Cuts what stands before the first `separator` off `text`, and the separator. Leaves nothing when
/// there is no separator.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view first = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return first;
}

std::optional<unsigned> parse_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

i2c::Address parse_address(std::string_view text, const std::string& bus, bool allow_reserved) {
  const std::string subject = "the address " + quoted(text) + " on the bus " + quoted(bus);
  const std::optional<unsigned> value = parse_number(text);
  if (!value) {
    refuse(subject + " is no number: " + std::string(range) +
           ", in decimal or in hexadecimal with 0x before it (" + std::string(by_number) + ")");
  }
  const std::optional<i2c::Address> address = i2c::Address::seven_bit(*value);
  if (!address) refuse(subject + " is too large: " + std::string(range));
  if (address->is_reserved() && !allow_reserved) {
    refuse(subject + " is " + to_string(*address) + ", which the I2C specification reserves: " +
           std::string(range) + ", others need --allow-reserved");
  }
  if (address->value() >= ten_bit_prefix_begin && address->value() <= ten_bit_prefix_end) {
    refuse(subject + " is " + to_string(*address) +
           ", by which 10-bit addresses begin: no guest can name it");
  }
  return *address;
}

BusGrant& grant_for(std::string_view bus, std::vector<BusGrant>& grants) {
  const auto known = std::ranges::find(grants, bus, &BusGrant::bus);
  return known != grants.end() ? *known : grants.emplace_back(BusGrant{std::string(bus), {}});
}

/// The buses that addresses are given on already.
using Taken = std::array<std::optional<std::string>, i2c::Address::max_seven_bit + 1>;

void parse_bus(std::string_view entry, bool allow_reserved, std::vector<BusGrant>& grants,
               Taken& taken) {
  std::string_view rest = entry;
  const std::string_view bus = cut(rest, ':');
  if (entry.empty()) refuse("the list has an empty entry: " + std::string(format));
  if (bus.empty()) {
    refuse(quoted(entry) + " has no name or number of a bus: " + std::string(format));
  }
  if (rest.empty()) {
    refuse(quoted(entry) + " has no address: write " + quoted(std::string(bus) + ":0x50") +
           " for the chip at 0x50 (" + std::string(by_number) + ")");
  }
  BusGrant& grant = grant_for(bus, grants);
  bool more = true;
  while (more) {
    more = rest.find(':') != std::string_view::npos;
    const i2c::Address address = parse_address(cut(rest, ':'), grant.bus, allow_reserved);
    std::optional<std::string>& other = taken[address.value()];
    if (other) {
      refuse("the address " + to_string(address) + " is given twice, on the bus " + quoted(*other) +
             " and on the bus " + quoted(bus) +
             ": the guest has one bus, on which each address is one chip");
    }
    other = bus;
    grant.addresses.push_back(address);
  }
}

}  // namespace

std::vector<BusGrant> parse_device_list(std::string_view text, bool allow_reserved) {
  if (text.empty()) refuse("the list is empty: " + std::string(format));
  std::vector<BusGrant> grants;
  Taken taken;
  bool more = true;
  while (more) {
    more = text.find(',') != std::string_view::npos;
    parse_bus(cut(text, ','), allow_reserved, grants, taken);
  }
  return grants;
}

}  // namespace vhost_device::linux_i2c
