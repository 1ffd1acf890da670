// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/contract/adapter_contract.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <thread>

namespace vhost_device::i2c {

AdapterContract::Bytes AdapterContract::bytes(std::initializer_list<unsigned char> values) {
  Bytes result;
  for (const unsigned char value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

TransferResult AdapterContract::write(Address address, Bytes data) {
  const Message message{address, false, data};
  return subject.adapter->transfer({&message, 1});
}

TransferResult AdapterContract::read(Address address, Bytes& data) {
  const Message message{address, true, data};
  return subject.adapter->transfer({&message, 1});
}

void AdapterContract::store(std::size_t offset, const Bytes& data) {
  Bytes message =
      bytes({static_cast<unsigned char>(offset >> 8), static_cast<unsigned char>(offset & 0xff)});
  message.insert(message.end(), data.begin(), data.end());
  ASSERT_TRUE(write(subject.eeprom, message).ok());
  subject.finish_write();
}

AdapterContract::Bytes AdapterContract::stored(std::size_t offset, std::size_t length) {
  Bytes pointer =
      bytes({static_cast<unsigned char>(offset >> 8), static_cast<unsigned char>(offset & 0xff)});
  Bytes data(length);
  const std::array messages{Message{subject.eeprom, false, pointer},
                            Message{subject.eeprom, true, data}};
  EXPECT_EQ(subject.adapter->transfer(messages), (TransferResult{2, TransferError::none}));
  return data;
}

namespace {

constexpr TransferResult all_of(std::size_t messages) { return {messages, TransferError::none}; }

TEST_P(AdapterContract, no_message_at_all_succeeds) {
  EXPECT_EQ(subject.adapter->transfer({}), all_of(0));
}

TEST_P(AdapterContract, functionality_includes_plain_messages) {
  EXPECT_NE(subject.adapter->functionality() & func::i2c, 0U);
}

TEST_P(AdapterContract, absent_address_is_a_failure_of_the_first_message) {
  const TransferResult nack{0, subject.absent_error};
  Bytes data(1);

  EXPECT_EQ(write(subject.absent, bytes({1})), nack);
  EXPECT_EQ(read(subject.absent, data), nack);
  EXPECT_EQ(write(subject.absent, {}), nack);
}

TEST_P(AdapterContract, quick_write_and_quick_read_reach_a_chip) {
  Bytes nothing;

  EXPECT_EQ(write(subject.eeprom, {}), all_of(1));
  EXPECT_EQ(read(subject.eeprom, nothing), all_of(1));
}

TEST_P(AdapterContract, bytes_written_are_read_back) {
  store(0x40, bytes({1, 2, 3, 4}));

  EXPECT_EQ(stored(0x40, 4), bytes({1, 2, 3, 4}));
}

TEST_P(AdapterContract, data_that_is_sent_is_not_changed) {
  Bytes data = bytes({0x00, 0x40, 0xaa, 0x55});
  const Message message{subject.eeprom, false, data};

  EXPECT_EQ(subject.adapter->transfer({&message, 1}), all_of(1));

  EXPECT_EQ(data, bytes({0x00, 0x40, 0xaa, 0x55}));
  subject.finish_write();
}

TEST_P(AdapterContract, state_of_a_chip_lasts_between_transactions) {
  store(0x60, bytes({7, 8}));
  Bytes first(1);
  Bytes second(1);

  EXPECT_EQ(write(subject.eeprom, bytes({0x00, 0x60})), all_of(1));
  EXPECT_EQ(read(subject.eeprom, first), all_of(1));
  EXPECT_EQ(read(subject.eeprom, second), all_of(1));

  EXPECT_EQ(first, bytes({7}));
  EXPECT_EQ(second, bytes({8}));
}

// An EEPROM begins to write at STOP, and drops what it was sent at a START in its place.
TEST_P(AdapterContract, messages_of_a_group_have_no_stop_between_them) {
  store(0x80, bytes({1, 1}));
  Bytes sent = bytes({0x00, 0x80, 9, 9});
  Bytes data(1);
  const std::array messages{Message{subject.eeprom, false, sent},
                            Message{subject.eeprom, true, data}};

  EXPECT_EQ(subject.adapter->transfer(messages), all_of(2));
  subject.finish_write();

  EXPECT_EQ(stored(0x80, 2), bytes({1, 1}));
}

TEST_P(AdapterContract, group_of_four_messages_is_carried_out_in_order) {
  store(0xa0, bytes({5, 6}));
  Bytes first_pointer = bytes({0x00, 0xa1});
  Bytes second_pointer = bytes({0x00, 0xa0});
  Bytes first(1);
  Bytes second(1);
  const std::array messages{
      Message{subject.eeprom, false, first_pointer}, Message{subject.eeprom, true, first},
      Message{subject.eeprom, false, second_pointer}, Message{subject.eeprom, true, second}};

  EXPECT_EQ(subject.adapter->transfer(messages), all_of(4));

  EXPECT_EQ(first, bytes({6}));
  EXPECT_EQ(second, bytes({5}));
}

TEST_P(AdapterContract, group_that_fails_in_the_middle_tells_how_far_it_came) {
  store(0xc0, bytes({3}));
  Bytes pointer = bytes({0x00, 0xc0});
  Bytes data(1);
  const std::array messages{
      Message{subject.eeprom, false, pointer}, Message{subject.eeprom, true, data},
      Message{subject.absent, false, pointer}, Message{subject.eeprom, false, pointer}};

  EXPECT_EQ(subject.adapter->transfer(messages), (TransferResult{2, subject.absent_error}));

  EXPECT_EQ(data, bytes({3}));
}

TEST_P(AdapterContract, bus_is_free_after_a_failure) {
  static_cast<void>(write(subject.absent, bytes({1})));

  store(0xe0, bytes({4}));

  EXPECT_EQ(stored(0xe0, 1), bytes({4}));
}

TEST_P(AdapterContract, longest_message_is_read_whole) {
  store(0, bytes({0xaa}));

  const Bytes data = stored(0, subject.longest_message);

  EXPECT_EQ(data.size(), subject.longest_message);
  EXPECT_EQ(data.front(), std::byte{0xaa});
}

TEST_P(AdapterContract, message_over_the_limit_of_all_adapters_is_too_long) {
  EXPECT_EQ(write(subject.eeprom, Bytes(max_message_length + 1)),
            (TransferResult{0, TransferError::too_long}));
}

TEST_P(AdapterContract, transactions_of_two_threads_do_not_mix) {
  store(0x100, bytes({0x11}));
  store(0x120, bytes({0x22}));
  constexpr int rounds = 200;
  const auto misreads = [this](unsigned char offset, std::byte expected, std::atomic<int>& count) {
    for (int i = 0; i < rounds; ++i) {
      Bytes pointer = bytes({0x01, offset});
      Bytes data(1);
      const std::array messages{Message{subject.eeprom, false, pointer},
                                Message{subject.eeprom, true, data}};
      const bool right = subject.adapter->transfer(messages).ok() && data.front() == expected;
      count += right ? 0 : 1;
    }
  };
  std::atomic<int> wrong = 0;

  std::thread other([&] { misreads(0x00, std::byte{0x11}, wrong); });
  misreads(0x20, std::byte{0x22}, wrong);
  other.join();

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace vhost_device::i2c
