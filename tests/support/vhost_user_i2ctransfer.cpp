// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// i2ctransfer without a kernel: one transaction over a vhost-user socket, in the words of
// i2c-tools. Unlike i2ctransfer, which ends with 0 then, it fails when not all messages went
// through.

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/i2c/virtio_i2c_driver.hpp"
#include "core/io/in_process_guest.hpp"

namespace {

using vhost_device::i2c::Address;
using vhost_device::i2c::Message;
using vhost_device::i2c::TransferResult;
using vhost_device::i2c::VirtioI2cDriver;
using vhost_device::io::InProcessGuest;

// As long as a guest's driver, which waits for ever: as good as that for a test.
constexpr std::chrono::seconds patience{60};

constexpr auto usage = R"(usage: vhost-user-i2ctransfer [--watch] SOCKET DESC [DATA...] [DESC...]...
       vhost-user-i2ctransfer SOCKET --detect

DESC is {r|w}LENGTH@ADDRESS, as for i2ctransfer; DATA are as many bytes as a write's LENGTH.
Example: vhost-user-i2ctransfer vi2c.sock w2@0x50 0x00 0x10 r4@0x50
Prints one line for each read. With --watch it is done over and over, until a signal ends it, and
printed whenever it has another outcome than the last time. --detect prints the addresses at which
somebody answers a quick write, as i2cdetect does.
Exit status: 0 done, 1 failed, 2 wrong command line.
)";

/// A whole argument as a number from 0 to `max`, decimal or with 0x.
unsigned number(std::string_view text, unsigned max) {
  const bool hexadecimal = text.starts_with("0x");
  const std::string_view digits = hexadecimal ? text.substr(2) : text;
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end || value > max) {
    throw std::invalid_argument("'" + std::string(text) + "' is not a number from 0 to " +
                                std::to_string(max));
  }
  return value;
}

struct Transaction {
  std::vector<Message> messages;
  std::vector<std::vector<std::byte>> buffers;
};

Transaction parse(std::span<char*> arguments) {
  Transaction transaction;
  transaction.buffers.reserve(arguments.size());  // messages point into them
  for (std::size_t i = 0; i < arguments.size();) {
    const std::string_view description = arguments[i++];
    const std::size_t at = description.find('@');
    if (at == std::string_view::npos || (description[0] != 'r' && description[0] != 'w')) {
      throw std::invalid_argument("'" + std::string(description) + "' is not {r|w}LENGTH@ADDRESS");
    }
    const bool read = description[0] == 'r';
    const unsigned length = number(description.substr(1, at - 1), 65535);
    const auto address =
        Address::seven_bit(number(description.substr(at + 1), Address::max_seven_bit));
    auto& data = transaction.buffers.emplace_back(length);
    for (std::size_t byte = 0; !read && byte < length; ++byte) {
      if (i == arguments.size()) throw std::invalid_argument("too few bytes to write");
      data[byte] = static_cast<std::byte>(number(arguments[i++], 255));
    }
    transaction.messages.push_back({*address, read, data});
  }
  if (transaction.messages.empty()) throw std::invalid_argument("no message");
  return transaction;
}

void append(std::string& text, std::span<const std::byte> data) {
  std::array<char, 8> word{};
  const char* separator = "";
  for (const std::byte byte : data) {
    std::snprintf(word.data(), word.size(), "%s0x%02x", separator, std::to_integer<unsigned>(byte));
    text += word.data();
    separator = " ";
  }
  text += '\n';
}

struct Outcome {
  bool ok = false;
  std::string read;   // a line for each message
  std::string error;  // a line, or nothing

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome carry_out(VirtioI2cDriver& driver, const Transaction& transaction) {
  const TransferResult result = driver.transfer(transaction.messages);
  Outcome outcome{.ok = result.ok(), .read = {}, .error = {}};
  for (std::size_t i = 0; i < result.completed; ++i) {
    if (transaction.messages[i].read) append(outcome.read, transaction.messages[i].data);
  }
  if (!outcome.ok) {
    outcome.error = "message " + std::to_string(result.completed) + ": ";
    outcome.error += to_string(result.error);
    outcome.error += '\n';
  }
  return outcome;
}

void print(const Outcome& outcome) {
  std::cout << outcome.read << std::flush;
  std::cerr << outcome.error;
}

/// A guest with its driver.
class Guest {
 public:
  explicit Guest(const char* socket) : guest_(socket, {}) { guest_.start({ring_.get()}); }

  VirtioI2cDriver& driver() { return driver_; }

 private:
  InProcessGuest guest_;
  std::unique_ptr<vhost_device::virtio::DriverQueue> ring_ =
      VirtioI2cDriver::make_ring(guest_, 256);
  VirtioI2cDriver driver_{guest_, *ring_, {.timeout = patience}};
};

int run(VirtioI2cDriver& driver, const Transaction& transaction, bool watch) {
  Outcome outcome = carry_out(driver, transaction);
  print(outcome);
  while (watch) {
    Outcome next = carry_out(driver, transaction);
    if (next != outcome) print(next);
    outcome = std::move(next);
  }
  return outcome.ok ? 0 : 1;
}

int detect(VirtioI2cDriver& driver) {
  for (unsigned value = 0; value <= Address::max_seven_bit; ++value) {
    const Address address = *Address::seven_bit(value);
    const std::array quick{Message{address, false, {}}};
    if (!address.is_reserved() && driver.transfer(quick).ok()) {
      std::cout << to_string(address) << '\n';
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::span arguments(argv, static_cast<std::size_t>(argc));
  arguments = arguments.subspan(1);
  const bool watch = !arguments.empty() && std::string_view(arguments.front()) == "--watch";
  if (watch) arguments = arguments.subspan(1);
  const bool detects = arguments.size() == 2 && std::string_view(arguments.back()) == "--detect";
  Transaction transaction;
  try {
    if (arguments.size() < 2) throw std::invalid_argument("a socket and a message are needed");
    if (!detects) transaction = parse(arguments.subspan(1));
  } catch (const std::invalid_argument& error) {
    std::cerr << error.what() << '\n' << usage;
    return 2;
  }
  try {
    Guest guest(arguments.front());
    return detects ? detect(guest.driver()) : run(guest.driver(), transaction, watch);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
