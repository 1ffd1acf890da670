// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>

#include "tests/contract/adapter_contract.hpp"

namespace vhost_device::i2c {

// Not every program has an adapter that refuses something.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PlainI2cRefusal);

void PlainI2cContract::store_all(unsigned char offset, const Bytes& data) {
  ASSERT_TRUE(write(subject.chip, at(offset, data)).ok());
  subject.finish_write();
}

Bytes PlainI2cContract::stored_all(unsigned char offset, std::size_t length) {
  Bytes pointer = at(offset);
  Bytes data(length);
  EXPECT_EQ(transfer({{subject.chip, false, pointer}, {subject.chip, true, data}}),
            (TransferResult{2, TransferError::none}));
  return data;
}

namespace {

constexpr TransferResult all_of(std::size_t messages) { return {messages, TransferError::none}; }
constexpr TransferResult not_supported{0, TransferError::not_supported};

TEST_P(PlainI2cContract, quick_write_and_quick_read_reach_a_chip) {
  Bytes nothing;

  EXPECT_EQ(write(subject.chip, {}), all_of(1));
  EXPECT_EQ(read(subject.chip, nothing), all_of(1));
}

TEST_P(PlainI2cContract, bytes_written_are_read_back) {
  store_all(0x40, bytes({1, 2, 3, 4}));

  EXPECT_EQ(stored_all(0x40, 4), bytes({1, 2, 3, 4}));
  EXPECT_EQ(stored(0x42), std::byte{3});
}

TEST_P(PlainI2cContract, state_of_a_chip_lasts_between_transactions) {
  store_all(0x60, bytes({7, 8}));
  Bytes first(1);
  Bytes second(1);

  EXPECT_EQ(write(subject.chip, at(0x60)), all_of(1));
  EXPECT_EQ(read(subject.chip, first), all_of(1));
  EXPECT_EQ(read(subject.chip, second), all_of(1));

  EXPECT_EQ(first, bytes({7}));
  EXPECT_EQ(second, bytes({8}));
}

// An EEPROM begins to write at STOP, and drops what it was sent at a START in its place.
TEST_P(PlainI2cContract, messages_of_a_group_have_no_stop_between_them) {
  store_all(0x80, bytes({1, 1}));
  Bytes sent = at(0x80, bytes({9, 9}));
  Bytes data(1);

  EXPECT_EQ(transfer({{subject.chip, false, sent}, {subject.chip, true, data}}), all_of(2));
  subject.finish_write();

  EXPECT_EQ(stored_all(0x80, 2), bytes({1, 1}));
}

TEST_P(PlainI2cContract, group_of_four_messages_is_carried_out_in_order) {
  store_all(0xa0, bytes({5, 6}));
  Bytes first_pointer = at(0xa1);
  Bytes second_pointer = at(0xa0);
  Bytes first(1);
  Bytes second(1);

  EXPECT_EQ(transfer({{subject.chip, false, first_pointer},
                      {subject.chip, true, first},
                      {subject.chip, false, second_pointer},
                      {subject.chip, true, second}}),
            all_of(4));

  EXPECT_EQ(first, bytes({6}));
  EXPECT_EQ(second, bytes({5}));
}

TEST_P(PlainI2cContract, group_that_fails_in_the_middle_tells_how_far_it_came) {
  store(0xc0, 3);
  Bytes pointer = at(0xc0);
  Bytes data(1);

  EXPECT_EQ(transfer({{subject.chip, false, pointer},
                      {subject.chip, true, data},
                      {subject.absent, false, pointer},
                      {subject.chip, false, pointer}}),
            (TransferResult{2, subject.absent_error}));

  EXPECT_EQ(data, bytes({3}));
}

TEST_P(PlainI2cContract, longest_message_is_read_whole) {
  store(0, 0xaa);
  store(0x7f, 0x55);

  const Bytes data = stored_all(0, subject.longest_message);

  EXPECT_EQ(data.size(), subject.longest_message);
  EXPECT_EQ(data.front(), std::byte{0xaa});
  EXPECT_EQ(data[0x7f], std::byte{0x55});
}

TEST_P(PlainI2cContract, message_over_the_limit_of_the_adapter_is_too_long) {
  Bytes data(subject.longest_message + 1);

  EXPECT_EQ(read(subject.chip, data), (TransferResult{0, TransferError::too_long}));
}

TEST_P(PlainI2cRefusal, four_messages_are_not_supported) {
  Bytes pointer = bytes({0});
  Bytes data(1);

  EXPECT_EQ(transfer({{subject.chip, false, pointer},
                      {subject.chip, true, data},
                      {subject.chip, false, pointer},
                      {subject.chip, true, data}}),
            not_supported);
}

TEST_P(PlainI2cRefusal, two_writes_are_not_supported) {
  Bytes data = bytes({0, 1});

  EXPECT_EQ(transfer({{subject.chip, false, data}, {subject.chip, false, data}}), not_supported);
}

TEST_P(PlainI2cRefusal, read_before_a_write_is_not_supported) {
  Bytes pointer = bytes({0});
  Bytes data(1);

  EXPECT_EQ(transfer({{subject.chip, true, data}, {subject.chip, false, pointer}}), not_supported);
}

TEST_P(PlainI2cRefusal, group_to_two_addresses_is_not_supported) {
  Bytes pointer = bytes({0});
  Bytes data(1);

  EXPECT_EQ(transfer({{subject.chip, false, pointer}, {subject.absent, true, data}}),
            not_supported);
}

TEST_P(PlainI2cRefusal, pointer_of_two_bytes_before_a_read_is_not_supported) {
  Bytes pointer = bytes({0, 0});
  Bytes data(1);

  EXPECT_EQ(transfer({{subject.chip, false, pointer}, {subject.chip, true, data}}), not_supported);
}

// SMBus's longest, a block write, is of 34: the command, the count and 32 bytes of data.
TEST_P(PlainI2cRefusal, write_of_35_bytes_is_not_supported) {
  Bytes data(35);
  data[1] = std::byte{33};

  EXPECT_EQ(write(subject.chip, data), not_supported);
}

TEST_P(PlainI2cRefusal, read_of_33_bytes_is_not_supported) {
  Bytes pointer = bytes({0});
  Bytes data(33);

  EXPECT_EQ(transfer({{subject.chip, false, pointer}, {subject.chip, true, data}}), not_supported);
}

TEST_P(PlainI2cRefusal, read_of_two_bytes_without_a_pointer_is_not_supported) {
  Bytes data(2);

  EXPECT_EQ(read(subject.chip, data), not_supported);
}

TEST_P(PlainI2cRefusal, address_of_ten_bits_is_not_supported) {
  EXPECT_EQ(write(*Address::ten_bit(subject.chip.value()), bytes({0})), not_supported);
}

}  // namespace
}  // namespace vhost_device::i2c
