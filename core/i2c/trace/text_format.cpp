// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/text_format.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/i2c/trace/notation.hpp"

namespace vhost_device::i2c {
namespace {

/// The first bytes of a message.
void append_shown(std::span<const std::byte> bytes, std::string& out) {
  append_bytes(bytes.first(std::min(bytes.size(), TextFormat::max_shown)), out);
  if (bytes.size() <= TextFormat::max_shown) return;
  out += " ...(" + std::to_string(bytes.size() - TextFormat::max_shown) + " more)";
}

void append_time(std::chrono::nanoseconds time, std::string& out) {
  constexpr std::int64_t per_second = 1'000'000'000;
  const bool negative = time.count() < 0;
  const std::int64_t value = negative ? -time.count() : time.count();
  const std::string seconds = (negative ? "-" : "") + std::to_string(value / per_second);
  const std::string fraction = std::to_string(value % per_second);
  constexpr std::size_t seconds_width = 6;
  constexpr std::size_t fraction_width = 9;
  out.append(seconds_width - std::min(seconds_width, seconds.size()), ' ');
  out += seconds + '.';
  out.append(fraction_width - fraction.size(), '0');
  out += fraction;
}

bool is_nack(TransferError error) {
  return error == TransferError::address_nack || error == TransferError::data_nack;
}

}  // namespace

void append_message(const TracedMessage& message, bool ends_in_nack, std::string& out) {
  append_address(message.address, out);
  out += message.read ? " R" : " W";
  append_shown(message.data, out);
  if (ends_in_nack) out += " NACK";
  const std::size_t missing = message.length - message.data.size();
  if (missing > 0) out += " [" + std::to_string(missing) + "]";
  if (message.register_name.empty()) return;
  out += " (";
  append_in_line(message.register_name, out);
  out += ')';
}

TextFormat::TextFormat(TraceLabels labels) : labels_(std::move(labels)) {
  std::size_t width = 0;
  for (const std::string& bus : labels_.buses) width = std::max(width, bus.size());
  for (std::string& bus : labels_.buses) bus.append(width - bus.size(), ' ');
}

void TextFormat::begin(std::string& out) {
  out += "# I2C trace: seconds";
  if (!labels_.begun.empty()) out += " since " + labels_.begun;
  out += ", bus, messages\n";
}

void TextFormat::add(const Transaction& transaction, std::string& out) {
  append_time(transaction.start - labels_.origin, out);
  out += "  " + labels_.buses.at(transaction.bus) + "  ";
  std::size_t not_reached = 0;
  const char* between = "";
  for (const TracedMessage& message : transaction.messages) {
    if (message.outcome == MessageOutcome::not_reached) {
      ++not_reached;
      continue;
    }
    out += between;
    between = "  Sr ";
    const bool failed = message.outcome == MessageOutcome::failed;
    append_message(message, failed && is_nack(transaction.result.error), out);
  }
  if (not_reached > 0) out += "  +" + std::to_string(not_reached) + " not sent";
  if (!transaction.result.ok()) out += "  ! " + describe_error(transaction);
  for (const Note& note : transaction.notes) {
    out += "  # ";
    append_in_line(note.text, out);
  }
  out += '\n';
}

void TextFormat::add_gap(std::uint64_t count, std::string& out) {
  out += "# " + std::to_string(count) + " transactions are missing here\n";
}

}  // namespace vhost_device::i2c
