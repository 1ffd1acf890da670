// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/recording_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/i2c/message.hpp"
#include "core/i2c/replay/recording_format.hpp"

namespace vhost_device::i2c {
namespace {

constexpr std::array errors{
    TransferError::address_nack,  TransferError::data_nack,     TransferError::arbitration_lost,
    TransferError::timeout,       TransferError::not_supported, TransferError::too_long,
    TransferError::not_permitted, TransferError::io_error,
};

constexpr std::string_view blanks = " \t\r";

/// A number that is all of `text`; empty if it is none, or above `max`.
std::optional<std::uint32_t> to_number(std::string_view text, int base, std::uint32_t max) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc() || stop != end || value > max) return std::nullopt;
  return value;
}

/// What is quoted of a file: a part of it, and nothing that a terminal would obey.
std::string quoted(std::string_view text) {
  constexpr std::size_t max_quoted = 40;
  std::string shown(text.substr(0, max_quoted));
  for (char& character : shown) {
    if (character < ' ' || character > '~') character = '?';
  }
  return "'" + shown + (text.size() > max_quoted ? "...'" : "'");
}

/// One line, word by word.
class Words {
 public:
  explicit Words(std::string_view line) : left_(line.substr(0, line.find('#'))) {}

  /// The next word; empty at the end.
  [[nodiscard]] std::string_view peek() const {
    const std::string_view from = begin();
    return from.substr(0, from.find_first_of(blanks));
  }
  std::string_view take() {
    const std::string_view word = peek();
    left_ = begin().substr(word.size());
    return word;
  }
  /// What follows, up to the next message or the end, without blanks around it.
  std::string_view take_up_to_repeated_start() {
    std::string_view rest = begin();
    rest = rest.substr(0, rest.find(" Sr "));
    left_ = begin().substr(rest.size());
    return rest.substr(0, rest.find_last_not_of(blanks) + 1);
  }

 private:
  [[nodiscard]] std::string_view begin() const {
    return left_.substr(std::min(left_.find_first_not_of(blanks), left_.size()));
  }

  std::string_view left_;
};

class Parser {
 public:
  explicit Parser(const std::string& name) : name_(name) {}

  RecordingFile parse(std::string_view text) {
    check_header(text);
    while (!text.empty()) {
      ++line_;
      const std::size_t end = text.find('\n');
      if (end == text.npos) {
        warn(
            "it has no end and is left out, as of a recorder that was killed; end it with a "
            "newline if it is whole");
        file_.is_incomplete = true;
        break;
      }
      if (line_ > 1) parse_line(Words(text.substr(0, end)));
      text.remove_prefix(end + 1);
    }
    if (file_.buses.empty()) file_.buses.emplace_back("");
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(const std::string& text) const {
    throw RecordingError(name_ + ":" + std::to_string(line_) + ": " + text);
  }
  void warn(const std::string& text) {
    constexpr std::size_t max_warnings = 10;
    if (file_.warnings.size() >= max_warnings) return;
    file_.warnings.push_back(name_ + ":" + std::to_string(line_) + ": " + text);
  }

  void check_header(std::string_view text) {
    line_ = 1;
    std::string_view first = text.substr(0, text.find('\n'));
    first = first.substr(0, first.find_last_not_of(blanks) + 1);
    const std::string expected(recording_header);
    const std::string_view title = recording_header.substr(0, recording_header.rfind(' '));
    if (first == recording_header) {
      line_ = 0;
    } else if (first.starts_with(title)) {
      fail("this is " + quoted(first) + ", and only '" + expected +
           "' can be read; use the version that has written it, or record anew");
    } else {
      fail("this is no recording: expected '" + expected + "', and it begins with " +
           quoted(first) + "; make one with --record");
    }
  }

  void parse_line(Words words) {
    if (words.peek().empty()) return;
    if (words.peek() == "missing") return parse_missing(words);
    const std::string_view bus = words.peek().starts_with("0x") ? "" : words.take();
    transaction_ = {};
    transaction_.line = line_;
    messages_.clear();
    bytes_.clear();
    parse_message(words);
    while (!words.peek().empty()) {
      if (words.peek() != "Sr") {
        fail("unexpected " + quoted(words.peek()) +
             "; expected bytes of two hexadecimal digits, 'Sr' before a next message, '! ERROR', "
             "or '# REMARK'");
      }
      words.take();
      parse_message(words);
    }
    if (transaction_.error == TransferError::none) {
      transaction_.completed = static_cast<std::uint32_t>(messages_.size());
    }
    if (++count_ > RecordingFile::max_transactions) {
      fail("more than " + std::to_string(RecordingFile::max_transactions) +
           " transactions; take some out, or make several recordings of it");
    }
    recording(bus).add(transaction_, messages_, bytes_);
  }

  void parse_missing(Words& words) {
    words.take();
    const std::string_view count = words.take();
    if (count != "rest" && !to_number(count, 10, 0xffffffff)) {
      fail("'missing' is followed by " + quoted(count) + "; expected a number or 'rest'");
    }
    warn(count == "rest" ? "the recording was full here, and what came later is missing"
                         : std::string(count) + " transactions are missing here");
    file_.is_incomplete = true;
  }

  void parse_message(Words& words) {
    RecordedMessage message{.address = parse_address(words.take())};
    const std::string_view direction = words.take();
    if (direction != "R" && direction != "W") {
      fail(quoted(direction) + " follows an address; expected R for a read or W for a write");
    }
    message.read = direction == "R";
    message.data = static_cast<std::uint32_t>(bytes_.size());
    const bool has_count = words.peek().starts_with('[');
    if (has_count) {
      message.length = parse_count(words.take(), message.read);
      message.data = RecordedMessage::no_data;
    } else {
      message.length = parse_bytes(words);
    }
    const bool was_reached = transaction_.error == TransferError::none;
    const bool failed = words.peek() == "!";
    messages_.push_back(message);
    if (failed) parse_error(words);
    check_data(message, was_reached && !failed);
  }

  /// What a read brought is there if, and only if, it went through.
  void check_data(const RecordedMessage& message, bool went_through) const {
    if (!message.read || message.length == 0) return;
    const bool has_data = message.data != RecordedMessage::no_data;
    if (went_through && !has_data) {
      fail("a read went through, and its bytes are not there; give " +
           std::to_string(message.length) + " of them, or tell after it how it failed ('! ERROR')");
    }
    if (!went_through && has_data) {
      fail("a read has bytes and did not go through; give its length instead, as [" +
           std::to_string(message.length) + "]");
    }
  }

  [[nodiscard]] Address parse_address(std::string_view word) const {
    constexpr std::size_t seven_bit_size = 4;  // 0x48
    constexpr std::size_t ten_bit_size = 5;    // 0x148
    std::optional<Address> address;
    if (word.starts_with("0x")) {
      const auto value = to_number(word.substr(2), 16, Address::max_ten_bit);
      if (value && word.size() == seven_bit_size) address = Address::seven_bit(*value);
      if (value && word.size() == ten_bit_size) address = Address::ten_bit(*value);
    }
    if (!address) {
      fail(quoted(word) +
           " is no address; expected 0x00 to 0x7f, or 0x000 to 0x3ff for one of 10 bits");
    }
    return *address;
  }

  [[nodiscard]] std::uint32_t parse_count(std::string_view word, bool read) const {
    if (!read) fail("a write has a length in brackets; give its bytes, which are known");
    std::optional<std::uint32_t> count;
    if (word.size() > 2 && word.back() == ']') {
      count = to_number(word.substr(1, word.size() - 2), 10, max_message_length);
    }
    if (!count) {
      fail(quoted(word) + " is no length; expected [0] to [" + std::to_string(max_message_length) +
           "]");
    }
    return *count;
  }

  std::uint32_t parse_bytes(Words& words) {
    constexpr std::size_t digits = 2;
    std::uint32_t length = 0;
    while (words.peek().size() == digits) {
      const auto byte = to_number(words.peek(), 16, 0xff);
      if (!byte) break;
      words.take();
      bytes_.push_back(static_cast<std::byte>(*byte));
      if (++length > max_message_length) {
        fail("a message is longer than " + std::to_string(max_message_length) +
             " bytes, which is the longest that there is");
      }
    }
    return length;
  }

  void parse_error(Words& words) {
    if (transaction_.error != TransferError::none) {
      fail("two errors in one transaction; it ends with the first, so take one out");
    }
    words.take();
    std::string_view text = words.take_up_to_repeated_start();
    constexpr std::string_view at_byte = " at byte ";
    if (const std::size_t at = text.find(at_byte); at != text.npos) {
      const auto count = to_number(text.substr(at + at_byte.size()), 10, max_message_length);
      if (!count) fail(quoted(text) + " does not end with the number of a byte");
      transaction_.acknowledged = *count;
      text = text.substr(0, at);
    }
    const auto* const found =
        std::ranges::find_if(errors, [&](TransferError each) { return to_string(each) == text; });
    if (found == errors.end()) {
      std::string known;
      for (const TransferError each : errors)
        known += (known.empty() ? "" : ", ") + std::string(to_string(each));
      fail(quoted(text) + " is no error; expected one of: " + known);
    }
    transaction_.error = *found;
    transaction_.completed = static_cast<std::uint32_t>(messages_.size() - 1);
  }

  Recording& recording(std::string_view bus) {
    const auto known = std::ranges::find(file_.buses, bus, &Recording::bus);
    if (known != file_.buses.end()) return *known;
    constexpr std::size_t max_name = 64;
    if (bus.size() > max_name) fail(quoted(bus) + " is too long for the name of a bus");
    if (file_.buses.size() >= RecordingFile::max_buses) {
      fail("more than " + std::to_string(RecordingFile::max_buses) +
           " buses; make several recordings of it");
    }
    return file_.buses.emplace_back(std::string(bus));
  }

  const std::string& name_;
  std::uint32_t line_ = 0;
  std::size_t count_ = 0;
  RecordingFile file_;
  // Of the line that is parsed.
  RecordedTransaction transaction_;
  std::vector<RecordedMessage> messages_;
  std::vector<std::byte> bytes_;
};

}  // namespace

void refuse_recording_size(const std::string& name) {
  throw RecordingError(name + ": it is larger than " + std::to_string(max_recording_size >> 20) +
                       " MiB; take a part of it");
}

RecordingFile parse_recording(std::string_view text, const std::string& name) {
  if (text.size() > max_recording_size) refuse_recording_size(name);
  return Parser(name).parse(text);
}

}  // namespace vhost_device::i2c
