// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/adapter.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/i2c/fake_adapter.hpp"

namespace vhost_device::i2c {
namespace {

TEST(Adapter, no_message_is_a_success_and_stays_off_the_wire) {
  testing::FakeAdapter adapter;

  const TransferResult result = adapter.transfer({});

  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(adapter.transactions.empty());
}

TEST(Adapter, message_over_the_limit_is_too_long_and_stays_off_the_wire) {
  testing::FakeAdapter adapter;
  std::vector<std::byte> data(max_message_length + 1);
  const std::vector messages{Message{adapter.chip, false, data}};

  const TransferResult result = adapter.transfer(messages);

  EXPECT_EQ(result, (TransferResult{0, TransferError::too_long}));
  EXPECT_TRUE(adapter.transactions.empty());
}

TEST(Adapter, ten_bit_address_without_that_function_is_not_supported) {
  testing::FakeAdapter adapter;
  adapter.functions = func::i2c;
  const std::vector messages{Message{*Address::ten_bit(0x50), false, {}}};

  const TransferResult result = adapter.transfer(messages);

  EXPECT_EQ(result, (TransferResult{0, TransferError::not_supported}));
  EXPECT_TRUE(adapter.transactions.empty());
}

TEST(Address, values_beyond_their_kind_are_no_addresses) {
  EXPECT_FALSE(Address::seven_bit(0x80));
  EXPECT_FALSE(Address::ten_bit(0x400));
}

TEST(Address, same_number_in_both_kinds_is_two_addresses) {
  EXPECT_NE(*Address::seven_bit(0x50), *Address::ten_bit(0x50));
}

TEST(Address, text_tells_the_kind) {
  EXPECT_EQ(to_string(*Address::seven_bit(0x08)), "0x08");
  EXPECT_EQ(to_string(*Address::ten_bit(0x150)), "0x150 (10-bit)");
}

}  // namespace
}  // namespace vhost_device::i2c
