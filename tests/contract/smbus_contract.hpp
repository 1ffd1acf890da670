// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "core/i2c/functionality.hpp"
#include "tests/contract/adapter_contract.hpp"

namespace vhost_device::i2c {

/// A transaction in the shape of SMBus's: something sent, something received, or one after the
/// other. `received` is what the chip is expected to give.
struct Exchange {
  std::optional<Bytes> sent;
  std::optional<Bytes> received;
};

/// Messages that are the same on the wire as an SMBus protocol.
struct SmbusProtocol {
  std::string name;
  /// Any of these, and the adapter offers it.
  Functionality functions;
  /// What makes the chip's contents known. By other protocols.
  std::vector<Exchange> before;
  Exchange exchange;
  /// What shows its effect. By other protocols, where it has any.
  std::vector<Exchange> after;
};

/// The table of docs/HOST.md, for a chip with a one-byte pointer.
[[nodiscard]] const std::vector<SmbusProtocol>& smbus_protocols();

/// All bits of I2C_FUNCS that count in these suites.
[[nodiscard]] Functionality contract_functions();

/// Those which an adapter with this functionality offers, and those which it does not.
[[nodiscard]] std::vector<SmbusProtocol> offered_protocols(Functionality functionality);
[[nodiscard]] std::vector<SmbusProtocol> other_protocols(Functionality functionality);

struct SmbusCase {
  ContractCase contract_case;
  SmbusProtocol protocol;
  TransferError error = TransferError::none;  ///< Of SmbusFailure.
};

/// Each of the cases with each of the protocols.
[[nodiscard]] std::vector<SmbusCase> with_protocols(const std::vector<ContractCase>& cases,
                                                    const std::vector<SmbusProtocol>& protocols);

class SmbusFixture : public ContractFixture, public ::testing::WithParamInterface<SmbusCase> {
 protected:
  SmbusFixture() : ContractFixture(GetParam().contract_case) {}

  /// Puts an exchange on the bus; `received` gets what came.
  TransferResult carry_out(const Exchange& exchange, Bytes& received);
  /// Does it, and expects of it what it says.
  void expect(const Exchange& exchange);

  const SmbusProtocol& protocol = GetParam().protocol;
};

/// What an adapter offers works.
class SmbusContract : public SmbusFixture {};
/// What it does not offer is refused.
class SmbusRefusal : public SmbusFixture {};
/// What a driver offers and its controller fails at fails as the driver says, and nothing else
/// does.
class SmbusFailure : public SmbusFixture {};
/// A controller that loses the last byte of what it reads has the others right.
class SmbusLastByteLost : public SmbusFixture {};

inline std::string smbus_case_name(const ::testing::TestParamInfo<SmbusCase>& info) {
  return info.param.contract_case.name + "_" + info.param.protocol.name;
}

inline void PrintTo(const SmbusCase& smbus_case, std::ostream* out) {
  *out << smbus_case.contract_case.name << ", " << smbus_case.protocol.name;
}

}  // namespace vhost_device::i2c
