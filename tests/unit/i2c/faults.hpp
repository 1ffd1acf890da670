// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <vector>

#include "core/i2c/fault_injector.hpp"
#include "tests/unit/i2c/fake_adapter.hpp"

namespace vhost_device::i2c::testing {

using Bytes = std::vector<std::byte>;

inline Bytes bytes(std::initializer_list<unsigned> values) {
  Bytes result;
  for (const unsigned value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

/// Transactions with one chip, behind an injector whose stretches are added up in `waited`.
class Faults : public ::testing::Test {
 protected:
  Faults() {
    FaultInjector::Options options;
    options.wait = [this](std::chrono::nanoseconds time) { waited += time; };
    injector = std::make_unique<FaultInjector>(wire, options);
  }

  TransferResult write(Bytes data) {
    const Message message{wire->chip, false, data};
    return injector->transfer({&message, 1});
  }
  TransferResult read() {
    received.assign(3, std::byte{0});
    const Message message{wire->chip, true, received};
    return injector->transfer({&message, 1});
  }
  TransferResult write_read(Bytes data) {
    received.assign(3, std::byte{0});
    const Message messages[]{{wire->chip, false, data}, {wire->chip, true, received}};
    return injector->transfer(messages);
  }
  Bytes sent(std::size_t transaction, std::size_t message = 0) const {
    return wire->transactions.at(transaction).at(message).sent;
  }

  std::shared_ptr<FakeAdapter> wire = std::make_shared<FakeAdapter>();
  std::unique_ptr<FaultInjector> injector;
  std::chrono::nanoseconds waited{0};
  Bytes received;
};

/// A result that is compared with one of a transaction.
constexpr TransferResult ended(std::size_t completed, TransferError error) {
  return {completed, error};
}

}  // namespace vhost_device::i2c::testing
