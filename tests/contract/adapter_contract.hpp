// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "core/i2c/adapter.hpp"

namespace vhost_device::i2c {

inline void PrintTo(const TransferResult& result, std::ostream* out) {
  *out << result.completed << " completed, " << to_string(result.error);
}

/// An adapter with known chips behind it. What the suite asks of it is what `Adapter` promises.
struct ContractSubject {
  std::shared_ptr<Adapter> adapter;

  /// A 24C32, or one with the same bus protocol, at least 4096 bytes and 32-byte pages, that may be
  /// overwritten.
  Address eeprom;
  /// Nobody is here; the adapter would let a message through.
  Address absent;
  /// What is said of a message to it. A guest's adapter cannot tell one failure from another.
  TransferError absent_error = TransferError::address_nack;
  /// The longest message that the wire behind the adapter takes.
  std::size_t longest_message = max_message_length;
  /// Waits until the EEPROM's write cycle is over.
  std::function<void()> finish_write;
};

/// One way to get such an adapter. The name is the test's.
struct ContractCase {
  std::string name;
  std::function<ContractSubject()> make;
};

/// The suite that every adapter must pass, simulated or real. To put one under it:
///
///     INSTANTIATE_TEST_SUITE_P(Mine, AdapterContract, ::testing::Values(ContractCase{...}),
///                              contract_case_name);
class AdapterContract : public ::testing::TestWithParam<ContractCase> {
 protected:
  using Bytes = std::vector<std::byte>;

  static Bytes bytes(std::initializer_list<unsigned char> values);

  /// One message of its own.
  TransferResult write(Address address, Bytes data);
  TransferResult read(Address address, Bytes& data);

  /// The EEPROM's contents, written and read by its bus protocol.
  void store(std::size_t offset, const Bytes& data);
  Bytes stored(std::size_t offset, std::size_t length);

  ContractSubject subject = GetParam().make();
};

inline std::string contract_case_name(const ::testing::TestParamInfo<ContractCase>& info) {
  return info.param.name;
}

inline void PrintTo(const ContractCase& contract_case, std::ostream* out) {
  *out << contract_case.name;
}

}  // namespace vhost_device::i2c
