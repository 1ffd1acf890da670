// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "core/i2c/adapter.hpp"

namespace vhost_device::i2c::testing {

/// What one message of a transaction was, as the adapter saw it.
struct SeenMessage {
  Address address;
  bool read = false;
  std::vector<std::byte> sent;  // of a write
  std::size_t length = 0;

  friend bool operator==(const SeenMessage&, const SeenMessage&) = default;
};

/// An adapter with one chip at `chip`: it takes every write and answers reads with 0xa0, 0xa1, ...
/// Every transaction that reached it is in `transactions`.
class FakeAdapter final : public Adapter {
 public:
  Address chip = *Address::seven_bit(0x50);
  Functionality functions = func::any_message;
  std::vector<std::vector<SeenMessage>> transactions;

  [[nodiscard]] Functionality functionality() const override { return functions; }

 private:
  TransferResult do_transfer(std::span<const Message> messages) override {
    std::vector<SeenMessage>& seen = transactions.emplace_back();
    std::size_t completed = 0;
    for (const Message& message : messages) {
      SeenMessage entry{message.address, message.read, {}, message.data.size()};
      if (!message.read) entry.sent.assign(message.data.begin(), message.data.end());
      seen.push_back(entry);
      if (message.address != chip) return {completed, TransferError::address_nack};
      auto value = std::byte{0xa0};
      for (std::byte& byte : message.data) {
        if (message.read) byte = std::exchange(value, std::byte(unsigned(value) + 1));
      }
      ++completed;
    }
    return {completed, TransferError::none};
  }
};

}  // namespace vhost_device::i2c::testing
