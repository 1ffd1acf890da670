// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/router.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "tests/unit/i2c/fake_adapter.hpp"

namespace vhost_device::i2c {
namespace {

const Address chip_a = *Address::seven_bit(0x20);
const Address chip_b = *Address::seven_bit(0x50);
const Address nowhere = *Address::seven_bit(0x51);

struct RouterTest : ::testing::Test {
  RouterTest() {
    a->chip = chip_a;
    b->chip = chip_b;
    EXPECT_TRUE(router.grant(a, std::array{chip_a}));
    EXPECT_TRUE(router.grant(b, std::array{chip_b}));
  }

  std::shared_ptr<testing::FakeAdapter> a = std::make_shared<testing::FakeAdapter>();
  std::shared_ptr<testing::FakeAdapter> b = std::make_shared<testing::FakeAdapter>();
  Router router;
};

TEST_F(RouterTest, message_goes_to_the_adapter_of_its_address) {
  const std::array messages{Message{chip_b, false, {}}};

  EXPECT_TRUE(router.transfer(messages).ok());

  EXPECT_TRUE(a->transactions.empty());
  EXPECT_EQ(b->transactions.size(), 1U);
}

TEST_F(RouterTest, address_that_is_granted_nowhere_is_not_permitted) {
  const std::array messages{Message{nowhere, false, {}}};

  EXPECT_EQ(router.transfer(messages), (TransferResult{0, TransferError::not_permitted}));
}

TEST_F(RouterTest, later_message_that_is_not_permitted_keeps_the_first_off_the_wire) {
  const std::array messages{Message{chip_a, false, {}}, Message{nowhere, false, {}}};

  EXPECT_EQ(router.transfer(messages), (TransferResult{0, TransferError::not_permitted}));
  EXPECT_TRUE(a->transactions.empty());
}

TEST_F(RouterTest, ten_bit_address_is_not_reached_by_a_grant_of_the_seven_bit_one) {
  const std::array messages{Message{*Address::ten_bit(0x50), false, {}}};

  EXPECT_EQ(router.transfer(messages), (TransferResult{0, TransferError::not_permitted}));
}

TEST_F(RouterTest, transaction_over_two_adapters_is_not_supported) {
  const std::array messages{Message{chip_a, false, {}}, Message{chip_b, false, {}}};

  EXPECT_EQ(router.transfer(messages), (TransferResult{0, TransferError::not_supported}));
  EXPECT_TRUE(a->transactions.empty());
  EXPECT_TRUE(b->transactions.empty());
}

TEST_F(RouterTest, address_granted_twice_is_refused_with_nothing_granted) {
  EXPECT_FALSE(router.grant(b, std::array{nowhere, chip_a}));

  const std::array messages{Message{nowhere, false, {}}};
  EXPECT_EQ(router.transfer(messages).error, TransferError::not_permitted);
}

TEST_F(RouterTest, rest_goes_to_the_adapter_that_has_it) {
  const auto rest = std::make_shared<testing::FakeAdapter>();
  rest->chip = nowhere;
  router.grant_rest(rest);
  const std::array messages{Message{nowhere, false, {}}};

  EXPECT_TRUE(router.transfer(messages).ok());
}

TEST_F(RouterTest, functionality_is_what_all_have) {
  b->functions = func::i2c;

  EXPECT_EQ(router.functionality(), func::i2c);
}

TEST(Router, without_any_grant_has_no_functionality) { EXPECT_EQ(Router().functionality(), 0U); }

}  // namespace
}  // namespace vhost_device::i2c
