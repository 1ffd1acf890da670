// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/contract/adapter_contract.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/contract/smbus_contract.hpp"

namespace vhost_device::i2c {

Bytes bytes(std::initializer_list<unsigned char> values) {
  Bytes result;
  for (const unsigned char value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

TransferResult ContractFixture::transfer(std::initializer_list<Message> messages) {
  return subject.adapter->transfer({messages.begin(), messages.size()});
}

TransferResult ContractFixture::write(Address address, Bytes data) {
  return transfer({{address, false, data}});
}

TransferResult ContractFixture::read(Address address, Bytes& data) {
  return transfer({{address, true, data}});
}

Bytes ContractFixture::at(unsigned char offset, const Bytes& data) const {
  Bytes message(subject.pointer_bytes);
  message.back() = static_cast<std::byte>(offset);
  message.insert(message.end(), data.begin(), data.end());
  return message;
}

void ContractFixture::store(unsigned char offset, unsigned char value) {
  ASSERT_TRUE(write(subject.chip, at(offset, bytes({value}))).ok());
  subject.finish_write();
}

std::byte ContractFixture::stored(unsigned char offset) {
  Bytes pointer = at(offset);
  Bytes data(1);
  EXPECT_EQ(transfer({{subject.chip, false, pointer}, {subject.chip, true, data}}),
            (TransferResult{2, TransferError::none}));
  return data.front();
}

namespace {

constexpr TransferResult all_of(std::size_t messages) { return {messages, TransferError::none}; }

TEST_P(AdapterContract, no_message_at_all_succeeds) {
  EXPECT_EQ(subject.adapter->transfer({}), all_of(0));
}

TEST_P(AdapterContract, functionality_is_what_the_adapter_is_known_to_offer) {
  EXPECT_EQ(subject.adapter->functionality() & contract_functions(), subject.functionality);
}

TEST_P(AdapterContract, absent_address_is_a_failure_of_the_first_message) {
  const TransferResult nack{0, subject.absent_error};
  Bytes data(1);

  EXPECT_EQ(write(subject.absent, bytes({1})), nack);
  EXPECT_EQ(read(subject.absent, data), nack);
  EXPECT_EQ(write(subject.absent, {}), nack);
}

TEST_P(AdapterContract, absent_address_is_a_failure_of_a_group) {
  Bytes pointer = bytes({0});
  Bytes data(1);

  EXPECT_EQ(transfer({{subject.absent, false, pointer}, {subject.absent, true, data}}),
            (TransferResult{0, subject.absent_error}));
}

TEST_P(AdapterContract, bytes_written_are_read_back) {
  store(0x40, 1);
  store(0x41, 2);

  EXPECT_EQ(stored(0x40), std::byte{1});
  EXPECT_EQ(stored(0x41), std::byte{2});
}

TEST_P(AdapterContract, data_that_is_sent_is_not_changed) {
  Bytes data = at(0x40, bytes({0xaa}));

  EXPECT_EQ(transfer({{subject.chip, false, data}}), all_of(1));

  EXPECT_EQ(data, at(0x40, bytes({0xaa})));
  subject.finish_write();
}

TEST_P(AdapterContract, state_of_a_chip_lasts_between_transactions) {
  store(0x60, 7);
  store(0x61, 8);
  Bytes pointer = at(0x60);
  Bytes before(1);
  Bytes first(1);

  EXPECT_EQ(transfer({{subject.chip, false, pointer}, {subject.chip, true, before}}), all_of(2));
  EXPECT_EQ(read(subject.chip, first), all_of(1));

  EXPECT_EQ(before, bytes({7}));
  EXPECT_EQ(first, bytes({8}));
}

TEST_P(AdapterContract, bus_is_free_after_a_failure) {
  static_cast<void>(write(subject.absent, bytes({1})));

  store(0xe0, 4);

  EXPECT_EQ(stored(0xe0), std::byte{4});
}

TEST_P(AdapterContract, message_over_the_limit_of_all_adapters_is_too_long) {
  EXPECT_EQ(write(subject.chip, Bytes(max_message_length + 1)),
            (TransferResult{0, TransferError::too_long}));
}

TEST_P(AdapterContract, transactions_of_two_threads_do_not_mix) {
  store(0x80, 0x11);
  store(0xa0, 0x22);
  constexpr int rounds = 200;
  const auto misreads = [this](unsigned char offset, std::byte expected, std::atomic<int>& count) {
    for (int i = 0; i < rounds; ++i) {
      Bytes pointer = at(offset);
      Bytes data(1);
      const bool right =
          transfer({{subject.chip, false, pointer}, {subject.chip, true, data}}).ok() &&
          data.front() == expected;
      count += right ? 0 : 1;
    }
  };
  std::atomic<int> wrong = 0;

  std::thread other([&] { misreads(0x80, std::byte{0x11}, wrong); });
  misreads(0xa0, std::byte{0x22}, wrong);
  other.join();

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace vhost_device::i2c
