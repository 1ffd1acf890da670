// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/conformance/request.hpp"

#include <array>
#include <cstdio>
#include <utility>

#include "core/i2c/virtio_i2c_format.hpp"

namespace vhost_device::conformance {
namespace {

namespace format = i2c::format;

constexpr std::size_t shown_bytes = 8;

std::uint16_t seven_bit(std::uint8_t address) { return static_cast<std::uint16_t>(address << 1U); }

std::string hexadecimal(unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%02x", value);
  return text.data();
}

}  // namespace

Request Request::joined() const {
  Request request = *this;
  request.flags |= format::flag_fail_next;
  return request;
}

Request Request::framed(Framing how) const {
  Request request = *this;
  request.framing = std::move(how);
  return request;
}

std::string Request::text() const {
  const bool read = (flags & format::flag_read) != 0;
  std::string line = read ? "read " : "write ";
  line += std::to_string(read ? read_bytes : written.size());
  line += (address_field & 0xff01U) == 0 ? " at " + hexadecimal(address_field >> 1U)
                                         : " with address field " + hexadecimal(address_field);
  if ((flags & format::flag_fail_next) != 0) line += ", FAIL_NEXT";
  if ((flags & ~format::known_flags) != 0) line += ", flags " + hexadecimal(flags);
  if (framing.indirect) line += ", indirect";
  return line;
}

std::string Answer::text() const {
  std::string line = ok() ? "OK" : "ERR";
  if (!ok() && !error()) {
    line = status == untouched ? "no status"
                               : "status " + hexadecimal(std::to_integer<unsigned>(status));
  }
  line += ", used.len " + std::to_string(used_length);
  for (std::size_t i = 0; i < data.size() && i < shown_bytes; ++i) {
    line += (i == 0 ? ": " : " ") + hexadecimal(std::to_integer<unsigned>(data[i]));
  }
  if (data.size() > shown_bytes) line += " ...";
  if (disturbed) line += "; memory that is not the device's to write has changed";
  return line;
}

Request write_to(std::uint8_t address, std::vector<std::byte> data) {
  return {.address_field = seven_bit(address),
          .flags = 0,
          .written = std::move(data),
          .read_bytes = 0,
          .framing = {}};
}

Request read_from(std::uint8_t address, std::size_t bytes) {
  return {.address_field = seven_bit(address),
          .flags = format::flag_read,
          .written = {},
          .read_bytes = bytes,
          .framing = {}};
}

}  // namespace vhost_device::conformance
