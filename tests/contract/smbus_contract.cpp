// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/contract/smbus_contract.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace vhost_device::i2c {

// Not every program has an adapter that offers less than everything.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SmbusRefusal);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SmbusFailure);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SmbusLastByteLost);

TransferResult SmbusFixture::carry_out(const Exchange& exchange, Bytes& received) {
  Bytes sent = exchange.sent.value_or(Bytes());
  received.assign(exchange.received.value_or(Bytes()).size(), std::byte{0});
  std::vector<Message> messages;
  if (exchange.sent) messages.push_back({subject.chip, false, sent});
  if (exchange.received) messages.push_back({subject.chip, true, received});
  const TransferResult result = subject.adapter->transfer(messages);
  subject.finish_write();
  return result;
}

void SmbusFixture::expect(const Exchange& exchange) {
  const std::size_t messages = (exchange.sent ? 1U : 0U) + (exchange.received ? 1U : 0U);
  Bytes received;
  EXPECT_EQ(carry_out(exchange, received), (TransferResult{messages, TransferError::none}));
  EXPECT_EQ(received, exchange.received.value_or(Bytes()));
}

Functionality contract_functions() {
  Functionality functions = func::i2c | func::ten_bit_address;
  for (const SmbusProtocol& protocol : smbus_protocols()) functions |= protocol.functions;
  return functions;
}

namespace {

std::vector<SmbusProtocol> protocols_where(Functionality functionality, bool offered) {
  std::vector<SmbusProtocol> result;
  std::ranges::copy_if(
      smbus_protocols(), std::back_inserter(result), [&](const SmbusProtocol& protocol) {
        return (((protocol.functions | func::i2c) & functionality) != 0) == offered;
      });
  return result;
}

}  // namespace

std::vector<SmbusProtocol> offered_protocols(Functionality functionality) {
  return protocols_where(functionality, true);
}

std::vector<SmbusProtocol> other_protocols(Functionality functionality) {
  return protocols_where(functionality, false);
}

std::vector<SmbusCase> with_protocols(const std::vector<ContractCase>& cases,
                                      const std::vector<SmbusProtocol>& protocols) {
  std::vector<SmbusCase> result;
  for (const ContractCase& contract_case : cases) {
    for (const SmbusProtocol& protocol : protocols) result.push_back({contract_case, protocol});
  }
  return result;
}

namespace {

TEST_P(SmbusContract, offered_protocol_works) {
  for (const Exchange& exchange : protocol.before) expect(exchange);

  expect(protocol.exchange);

  for (const Exchange& exchange : protocol.after) expect(exchange);
}

TEST_P(SmbusRefusal, protocol_that_is_not_offered_is_not_supported) {
  Bytes received;

  EXPECT_EQ(carry_out(protocol.exchange, received),
            (TransferResult{0, TransferError::not_supported}));
}

TEST_P(SmbusFailure, protocol_fails_changes_nothing_and_leaves_the_bus_free) {
  const unsigned char offset = std::to_integer<unsigned char>(protocol.exchange.sent->front());
  store(offset, 0x3c);
  Bytes received;

  EXPECT_EQ(carry_out(protocol.exchange, received), (TransferResult{0, GetParam().error}));

  EXPECT_EQ(stored(offset), std::byte{0x3c});
}

TEST_P(SmbusLastByteLost, bytes_before_the_last_are_right) {
  for (const Exchange& exchange : protocol.before) expect(exchange);
  Bytes expected = *protocol.exchange.received;
  Bytes received;

  EXPECT_EQ(carry_out(protocol.exchange, received), (TransferResult{2, TransferError::none}));

  expected.pop_back();
  received.pop_back();
  EXPECT_EQ(received, expected);
}

}  // namespace
}  // namespace vhost_device::i2c
