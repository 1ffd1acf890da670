// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/recording_format.hpp"

#include <string>
#include <utility>

#include "core/i2c/trace/notation.hpp"

namespace vhost_device::i2c {
namespace {

constexpr std::string_view missing_rest = "missing rest\n";

void append_recorded(const TracedMessage& message, std::span<const std::byte> bytes,
                     std::string& line) {
  append_address(message.address, line);
  line += message.read ? " R" : " W";
  if (!message.read || message.outcome == MessageOutcome::done) {
    append_bytes(bytes, line);
  } else {
    line += " [" + std::to_string(message.length) + "]";
  }
}

}  // namespace

RecordingFormat::RecordingFormat(TraceLabels labels, std::size_t limit)
    : labels_(std::move(labels)), limit_(limit - missing_rest.size()) {}

void RecordingFormat::begin(std::string& out) {
  std::string text(recording_header);
  if (!labels_.begun.empty()) text += "\n# since " + labels_.begun;
  append(text + '\n', out);
}

void RecordingFormat::add(const Transaction& transaction, std::string& out) {
  std::string line;
  if (labels_.buses.size() > 1) line += labels_.buses.at(transaction.bus) + "  ";
  std::span<const std::byte> left = transaction.bytes();
  const char* between = "";
  for (const TracedMessage& message : transaction.messages) {
    line += between;
    between = "  Sr ";
    append_recorded(message, left.first(message.length), line);
    left = left.subspan(message.length);
    if (message.outcome == MessageOutcome::failed) line += "  ! " + describe_error(transaction);
  }
  for (const Note& note : transaction.notes) {
    line += "  # ";
    append_in_line(note.text, line);
  }
  append(line + '\n', out);
}

void RecordingFormat::add_gap(std::uint64_t count, std::string& out) {
  append("missing " + std::to_string(count) + '\n', out);
}

std::string RecordingFormat::full() const {
  if (!full_) return {};
  return "it has reached " + std::to_string((limit_ + missing_rest.size()) >> 20) +
         " MiB, and a larger one cannot be replayed";
}

void RecordingFormat::append(const std::string& line, std::string& out) {
  if (full_) return;
  full_ = line.size() > limit_ - size_;
  size_ += full_ ? 0 : line.size();
  out += full_ ? missing_rest : std::string_view(line);
}

}  // namespace vhost_device::i2c
