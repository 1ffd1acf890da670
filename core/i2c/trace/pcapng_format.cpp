// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/pcapng_format.hpp"

#include <array>
#include <limits>
#include <type_traits>
#include <utility>

#include <boost/endian/conversion.hpp>

namespace vhost_device::i2c {
namespace {

// draft-ietf-opsawg-pcapng, 4.1 to 4.3 and 3.5.
constexpr std::uint32_t section_header_block = 0x0a0d0d0a;
constexpr std::uint32_t interface_description_block = 1;
constexpr std::uint32_t enhanced_packet_block = 6;
constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t option_comment = 1;
constexpr std::uint16_t option_application = 4;  // of a section header
constexpr std::uint16_t option_name = 2;         // of an interface
constexpr std::uint16_t option_resolution = 9;   // of an interface; as a power of ten
constexpr char nanoseconds = 9;

// https://www.tcpdump.org/linktypes/LINKTYPE_I2C_LINUX.html
constexpr std::uint16_t linktype_i2c_linux = 209;
constexpr std::uint8_t bus_number = 0x7f;
constexpr std::uint32_t flag_read = 0x0001;     // I2C_M_RD
constexpr std::uint32_t flag_ten_bit = 0x0010;  // I2C_M_TEN

template <class T>
void append_little(T value, std::string& out) {
  const auto number = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
  }
}

void pad(std::string& out) { out.append((4 - out.size() % 4) % 4, '\0'); }

void append_option(std::uint16_t code, std::string_view value, std::string& out) {
  value = value.substr(0, std::numeric_limits<std::uint16_t>::max() - 3);
  append_little(code, out);
  append_little(static_cast<std::uint16_t>(value.size()), out);
  out += value;
  pad(out);
}

/// `body` and the lengths around it.
void append_block(std::uint32_t type, const std::string& body, std::string& out) {
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  append_little(type, out);
  append_little(length, out);
  out += body;
  append_little(length, out);
}

/// The first bytes on the wire: the address and the direction (UM10204, 3.1.10 and 3.1.11).
void append_wire_address(const TracedMessage& message, std::string& out) {
  const unsigned direction = message.read ? 1 : 0;
  const unsigned value = message.address.value();
  if (!message.address.is_ten_bit()) {
    out += static_cast<char>(value << 1 | direction);
    return;
  }
  out += static_cast<char>(0xf0U | value >> 8 << 1 | direction);
  out += static_cast<char>(value & 0xffU);
}

std::string packet_of(const TracedMessage& message, unsigned bus) {
  std::string packet(1, static_cast<char>(bus & bus_number));
  const std::uint32_t flags = (message.read ? flag_read : 0) |  //
                              (message.address.is_ten_bit() ? flag_ten_bit : 0);
  for (int shift = 24; shift >= 0; shift -= 8) packet += static_cast<char>(flags >> shift & 0xffU);
  append_wire_address(message, packet);
  packet.append(reinterpret_cast<const char*>(message.data.data()), message.data.size());
  return packet;
}

std::vector<std::string> comments_of(const Transaction& transaction, std::size_t index) {
  const TracedMessage& message = transaction.messages[index];
  std::vector<std::string> comments;
  if (message.address.is_ten_bit()) comments.push_back("address " + to_string(message.address));
  if (!message.register_name.empty()) comments.push_back("register " + message.register_name);
  if (message.outcome == MessageOutcome::failed) {
    std::string error = describe_error(transaction);
    if (message.length > message.data.size()) {
      error += "; " + std::to_string(message.length) + " bytes were asked for";
    }
    comments.push_back(std::move(error));
  }
  for (const Note& note : transaction.notes) {
    if (note.message.value_or(0) == index) comments.push_back(note.text);
  }
  return comments;
}

std::string packet_block(const Transaction& transaction, const std::string& packet,
                         std::span<const std::string> comments) {
  const auto time = static_cast<std::uint64_t>(transaction.start.count());
  const auto length = static_cast<std::uint32_t>(packet.size());
  std::string body;
  append_little(static_cast<std::uint32_t>(transaction.bus), body);
  append_little(static_cast<std::uint32_t>(time >> 32), body);
  append_little(static_cast<std::uint32_t>(time), body);
  append_little(length, body);
  append_little(length, body);
  body += packet;
  pad(body);
  if (comments.empty()) return body;
  for (const std::string& comment : comments) append_option(option_comment, comment, body);
  append_option(option_end, {}, body);
  return body;
}

}  // namespace

void PcapngFormat::begin(std::string& out) {
  std::string section;
  append_little(byte_order_magic, section);
  append_little(std::uint16_t{1}, section);  // version 1.0
  append_little(std::uint16_t{0}, section);
  append_little(std::int64_t{-1}, section);  // of a length that is not known
  append_option(option_application, "vhost-device", section);
  append_option(option_end, {}, section);
  append_block(section_header_block, section, out);

  for (const std::string& bus : labels_.buses) {
    std::string interface;
    append_little(linktype_i2c_linux, interface);
    append_little(std::uint16_t{0}, interface);
    append_little(std::uint32_t{0}, interface);  // packets are whole
    append_option(option_name, bus, interface);
    append_option(option_resolution, {&nanoseconds, 1}, interface);
    append_option(option_end, {}, interface);
    append_block(interface_description_block, interface, out);
  }
}

void PcapngFormat::add(const Transaction& transaction, std::string& out) {
  for (std::size_t i = 0; i < transaction.messages.size(); ++i) {
    const TracedMessage& message = transaction.messages[i];
    if (message.outcome == MessageOutcome::not_reached) break;
    auto comments = comments_of(transaction, i);
    if (const auto missing = std::exchange(missing_, 0); missing > 0) {
      comments.insert(comments.begin(),
                      std::to_string(missing) + " transactions before this one are missing");
    }
    append_block(enhanced_packet_block,
                 packet_block(transaction, packet_of(message, transaction.bus), comments), out);
  }
}

void PcapngFormat::add_gap(std::uint64_t count, std::string& /*out*/) { missing_ += count; }

}  // namespace vhost_device::i2c
