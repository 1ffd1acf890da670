// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/conformance/bus_description.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace vhost_device::conformance {
namespace {

// 7-bit addresses that are not reserved (I2C-bus specification, 3.1.12).
constexpr unsigned first_address = 0x08;
constexpr unsigned last_address = 0x77;

/// A whole text as a number, decimal or with 0x.
std::optional<unsigned> number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  const std::string_view digits = hexadecimal ? text.substr(2) : text;
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<std::string> read_address(std::string_view text, std::uint8_t& address) {
  const auto value = number(text);
  if (!value || *value < first_address || *value > last_address) {
    return "'" + std::string(text) + "' is not a 7-bit address from 0x08 to 0x77";
  }
  address = static_cast<std::uint8_t>(*value);
  return std::nullopt;
}

/// Takes the text up to the next colon off `rest`.
std::string_view take_field(std::string_view& rest) {
  const std::string_view field = rest.substr(0, rest.find(':'));
  rest.remove_prefix(field.size());
  if (!rest.empty()) rest.remove_prefix(1);
  return field;
}

}  // namespace

std::vector<std::byte> BusDescription::pointer(std::size_t offset) const {
  std::vector<std::byte> bytes;
  if (pointer_bytes == 2) bytes.push_back(static_cast<std::byte>(offset >> 8U));
  bytes.push_back(static_cast<std::byte>(offset));
  return bytes;
}

std::optional<std::string> BusDescription::set_eeprom(std::string_view text) {
  constexpr std::size_t least = 128;  // a 24C01
  std::string_view rest = text;
  if (auto problem = read_address(take_field(rest), eeprom)) return problem;
  if (!rest.empty()) {
    const std::string_view field = take_field(rest);
    if (field != "1" && field != "2") {
      return "'" + std::string(field) + "' is not a number of pointer bytes: 1 or 2";
    }
    pointer_bytes = field == "1" ? 1 : 2;
  }
  const std::size_t most = pointer_bytes == 1 ? 256 : 65536;
  eeprom_size = pointer_bytes == 1 ? 256 : 4096;
  if (rest.empty()) return std::nullopt;
  const auto size = number(rest);
  if (!size || *size < least || *size > most) {
    return "'" + std::string(rest) + "' is not a size in bytes from " + std::to_string(least) +
           " to " + std::to_string(most) + ", which is what " + std::to_string(pointer_bytes) +
           " bytes of pointer reach";
  }
  eeprom_size = *size;
  return std::nullopt;
}

std::optional<std::string> BusDescription::set_absent(std::string_view text) {
  return read_address(text, absent);
}

std::string BusDescription::text() const {
  std::array<char, 128> line{};
  std::snprintf(line.data(), line.size(),
                "EEPROM at 0x%02x (pointer of %zu, %zu bytes), nobody at 0x%02x", eeprom,
                pointer_bytes, eeprom_size, absent);
  return line.data();
}

}  // namespace vhost_device::conformance
