// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/i2c/fault_injector.hpp"
#include "core/i2c/trace/notes.hpp"
#include "tests/unit/i2c/faults.hpp"

namespace vhost_device::i2c {
namespace {

using namespace std::chrono_literals;
using testing::bytes;
using ::testing::ElementsAre;
using testing::ended;
using ::testing::IsEmpty;

/// Where a transaction ends by a fault, and what happened until then.
class FaultEnds : public testing::Faults {
 protected:
  TransferResult noted_write_read() {
    NoteScope scope;
    const TransferResult result = write_read(bytes({7}));
    for (const Note& note : scope.take()) {
      notes.push_back(std::to_string(note.message.value()) + " " + note.text);
    }
    return result;
  }
  void expect_only_the_write_was_sent() const {
    ASSERT_EQ(wire->transactions.size(), 1U);
    ASSERT_EQ(wire->transactions[0].size(), 1U);
    EXPECT_EQ(sent(0), bytes({7}));
  }

  std::vector<std::string> notes;
};

std::optional<bool> is_read(const Message& message) { return message.read; }

std::optional<bool> undecided_for_reads(const Message& message) {
  return message.read ? std::optional<bool>() : false;
}

TEST_F(FaultEnds, lost_arbitration_ends_the_transaction_before_its_message) {
  injector->add({.kind = FaultKind::lose_arbitration, .read = true});

  EXPECT_EQ(write_read(bytes({7})), ended(1, TransferError::arbitration_lost));
}

TEST_F(FaultEnds, condition_that_takes_too_long_ends_the_transaction_in_a_timeout) {
  const auto number = injector->add(
      {.kind = FaultKind::nack, .when = [](const Message&) { return std::optional<bool>(); }});

  EXPECT_EQ(write_read(bytes({1})), ended(0, TransferError::timeout));
  EXPECT_THAT(wire->transactions, IsEmpty());
  EXPECT_EQ(injector->hits(number), 0U);
}

TEST_F(FaultEnds, stretch_takes_its_time_and_changes_nothing) {
  injector->add({.kind = FaultKind::stretch, .duration = 3ms});

  EXPECT_TRUE(read().ok());
  EXPECT_EQ(waited, 3ms);
}

TEST_F(FaultEnds, stretch_beyond_the_limit_is_a_timeout) {
  injector->add({.kind = FaultKind::stretch, .duration = 1h});

  EXPECT_EQ(read(), ended(0, TransferError::timeout));
  EXPECT_EQ(waited, 1s);
}

TEST_F(FaultEnds, stretches_of_all_messages_together_have_the_limit) {
  injector->add({.kind = FaultKind::stretch, .duration = 300ms});
  const std::vector<Message> messages(64, {wire->chip, false, {}});

  EXPECT_EQ(injector->transfer(messages), ended(3, TransferError::timeout));
  EXPECT_EQ(waited, 1s);
  ASSERT_EQ(wire->transactions.size(), 1U);
  EXPECT_EQ(wire->transactions[0].size(), 3U);
}

TEST_F(FaultEnds, stretches_up_to_the_limit_go_through) {
  injector->add({.kind = FaultKind::stretch, .duration = 500ms});

  EXPECT_TRUE(write_read(bytes({1})).ok());
  EXPECT_EQ(waited, 1s);
}

TEST_F(FaultEnds, limit_of_stretches_begins_anew_with_each_transaction) {
  injector->add({.kind = FaultKind::stretch, .duration = 1s});

  EXPECT_TRUE(read().ok());
  EXPECT_TRUE(read().ok());
}

TEST_F(FaultEnds, error_of_the_chip_comes_before_that_of_a_later_fault) {
  injector->add({.kind = FaultKind::nack, .read = true});
  wire->chip = *Address::seven_bit(0x51);
  testing::Bytes data = bytes({1});
  const Message messages[]{{*Address::seven_bit(0x20), false, data}, {wire->chip, true, received}};

  EXPECT_EQ(injector->transfer(messages), ended(0, TransferError::address_nack));
}

TEST_F(FaultEnds, line_that_is_stuck_from_the_second_message_on_lets_the_first_through) {
  const auto number = injector->add({.kind = FaultKind::stuck_sda, .when = is_read});

  EXPECT_EQ(noted_write_read(), ended(1, TransferError::timeout));
  expect_only_the_write_was_sent();
  EXPECT_THAT(notes, ElementsAre("1 fault: stuck_sda"));
  EXPECT_EQ(injector->hits(number), 1U);
}

TEST_F(FaultEnds, stretch_that_is_too_long_lets_the_message_before_it_through) {
  const auto number = injector->add({.kind = FaultKind::stretch, .read = true, .duration = 2s});

  EXPECT_EQ(noted_write_read(), ended(1, TransferError::timeout));
  expect_only_the_write_was_sent();
  EXPECT_EQ(waited, 1s);
  EXPECT_THAT(notes, ElementsAre("1 fault: stretch at 0x50"));
  EXPECT_EQ(injector->hits(number), 1U);
}

TEST_F(FaultEnds, condition_that_takes_too_long_lets_the_message_before_it_through) {
  const auto number = injector->add({.kind = FaultKind::nack, .when = undecided_for_reads});

  EXPECT_EQ(noted_write_read(), ended(1, TransferError::timeout));
  expect_only_the_write_was_sent();
  EXPECT_THAT(notes, ElementsAre("1 fault: nack at 0x50, whose condition took too long"));
  EXPECT_EQ(injector->hits(number), 0U);
}

TEST_F(FaultEnds, change_of_a_message_before_the_end_happens) {
  const auto flip = injector->add({.kind = FaultKind::flip, .read = false, .mask = 0x80});
  injector->add({.kind = FaultKind::stretch, .read = true, .duration = 2s});

  EXPECT_EQ(noted_write_read(), ended(1, TransferError::timeout));
  EXPECT_EQ(sent(0), bytes({0x87}));
  EXPECT_THAT(notes, ElementsAre("0 fault: flip at 0x50", "1 fault: stretch at 0x50"));
  EXPECT_EQ(injector->hits(flip), 1U);
}

TEST_F(FaultEnds, change_of_a_message_that_is_not_sent_does_not_count) {
  const auto flip = injector->add({.kind = FaultKind::flip, .mask = 0x80});
  const auto nack = injector->add({.kind = FaultKind::nack});

  EXPECT_EQ(noted_write_read(), ended(0, TransferError::address_nack));
  EXPECT_THAT(wire->transactions, IsEmpty());
  EXPECT_THAT(notes, ElementsAre("0 fault: nack at 0x50"));
  EXPECT_EQ(injector->hits(flip), 0U);
  EXPECT_EQ(injector->hits(nack), 1U);
}

TEST_F(FaultEnds, change_of_a_byte_after_a_refused_one_does_not_count) {
  const auto flip = injector->add({.kind = FaultKind::flip, .byte = 2, .mask = 0x80});
  injector->add({.kind = FaultKind::nack, .byte = 1});

  EXPECT_EQ(write(bytes({1, 2, 3})), ended(0, TransferError::data_nack));
  EXPECT_EQ(sent(0), bytes({1}));
  EXPECT_EQ(injector->hits(flip), 0U);
}

TEST_F(FaultEnds, fault_behind_an_error_of_the_chip_does_not_count) {
  const auto flip = injector->add({.kind = FaultKind::flip, .read = true, .times = 1, .mask = 1});
  const auto nack = injector->add({.kind = FaultKind::nack, .read = true, .times = 1});
  const Address chip = std::exchange(wire->chip, *Address::seven_bit(0x51));
  testing::Bytes data = bytes({1});
  const Message messages[]{{chip, false, data}, {wire->chip, true, data}};

  EXPECT_EQ(injector->transfer(messages), ended(0, TransferError::address_nack));
  EXPECT_EQ(injector->hits(flip), 0U);
  EXPECT_EQ(injector->hits(nack), 0U);
  EXPECT_EQ(read(), ended(0, TransferError::address_nack));
  EXPECT_EQ(injector->hits(nack), 1U);
}

}  // namespace
}  // namespace vhost_device::i2c
