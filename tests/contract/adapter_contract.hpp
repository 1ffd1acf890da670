// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "core/i2c/adapter.hpp"

namespace vhost_device::i2c {

using Bytes = std::vector<std::byte>;

Bytes bytes(std::initializer_list<unsigned char> values);

inline void PrintTo(const TransferResult& result, std::ostream* out) {
  *out << result.completed << " completed, " << to_string(result.error);
}

/// An adapter with a known chip behind it. What the suites ask of it is what `Adapter` promises.
struct ContractSubject {
  std::shared_ptr<Adapter> adapter;

  /// A chip that may be overwritten, with a byte at each offset below 256 and a pointer that goes
  /// on by itself: an EEPROM, with pages of 32 bytes or more.
  Address chip;
  /// Of the chip's pointer: 1 or 2. An adapter without I2C_FUNC_I2C reaches the former only.
  unsigned pointer_bytes = 2;
  /// Nobody is here; the adapter would let a message through.
  Address absent;
  /// What is said of a message to it. A guest's adapter cannot tell one failure from another.
  TransferError absent_error = TransferError::address_nack;
  /// What the adapter is known to offer, whatever it says itself.
  Functionality functionality = func::any_message;
  /// The longest message that the adapter takes.
  std::size_t longest_message = max_message_length;
  /// Waits until the chip's write cycle is over.
  std::function<void()> finish_write = [] {};
};

/// One way to get such an adapter. The name is the test's.
struct ContractCase {
  std::string name;
  std::function<ContractSubject()> make;
};

/// What all suites need of a subject.
class ContractFixture : public ::testing::Test {
 protected:
  explicit ContractFixture(const ContractCase& contract_case) : subject(contract_case.make()) {}

  TransferResult transfer(std::initializer_list<Message> messages);
  /// One message of its own.
  TransferResult write(Address address, Bytes data);
  TransferResult read(Address address, Bytes& data);

  /// What sets the chip's pointer, and what may follow it.
  [[nodiscard]] Bytes at(unsigned char offset, const Bytes& data = {}) const;

  /// One byte of the chip, in the messages that every adapter has: byte data, for SMBus.
  void store(unsigned char offset, unsigned char value);
  [[nodiscard]] std::byte stored(unsigned char offset);

  ContractSubject subject;
};

template <typename Parameter>
class ContractSuite : public ContractFixture, public ::testing::WithParamInterface<Parameter> {
 protected:
  ContractSuite() : ContractFixture(::testing::WithParamInterface<Parameter>::GetParam()) {}
};

/// What every adapter must pass, simulated or real. To put one under it:
///
///     INSTANTIATE_TEST_SUITE_P(Mine, AdapterContract, ::testing::Values(ContractCase{...}),
///                              contract_case_name);
class AdapterContract : public ContractSuite<ContractCase> {};

/// What those with I2C_FUNC_I2C must pass besides: messages of any length, in groups of any kind.
class PlainI2cContract : public ContractSuite<ContractCase> {
 protected:
  void store_all(unsigned char offset, const Bytes& data);
  [[nodiscard]] Bytes stored_all(unsigned char offset, std::size_t length);
};

/// What those without must refuse: whatever no SMBus protocol puts on the wire.
class PlainI2cRefusal : public ContractSuite<ContractCase> {};

inline std::string contract_case_name(const ::testing::TestParamInfo<ContractCase>& info) {
  return info.param.name;
}

inline void PrintTo(const ContractCase& contract_case, std::ostream* out) {
  *out << contract_case.name;
}

}  // namespace vhost_device::i2c
