// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/recording_format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/i2c/replay/recording_parser.hpp"
#include "tests/unit/i2c/trace/traced_bus.hpp"

namespace vhost_device::i2c {
namespace {

using testing::at;
using testing::bytes;
using ::testing::ElementsAreArray;
using ::testing::SizeIs;

class RecordedBus : public ::testing::Test, protected testing::TracedBus {
 protected:
  /// The whole recording of what was transferred.
  [[nodiscard]] std::string recorded(std::size_t limit = max_recording_size) const {
    RecordingFormat format({}, limit);
    std::string text;
    format.begin(text);
    for (const auto& transaction : tracer.transactions()) format.add(*transaction, text);
    return text;
  }
};

TEST_F(RecordedBus, has_a_first_line_and_one_for_each_transaction) {
  now = std::chrono::seconds(5);

  ASSERT_TRUE(write_read(0x48, bytes({0x00}), 2).ok());
  ASSERT_TRUE(write(0x48, {}).ok());

  EXPECT_EQ(recorded(), "I2C recording 1\n0x48 W 00  Sr 0x48 R a5 a5\n0x48 W\n");
}

TEST_F(RecordedBus, keeps_what_was_never_sent) {
  fail(0, TransferError::address_nack);
  EXPECT_FALSE(write_read(0x48, bytes({0x00, 0x10}), 2).ok());
  fail(0, TransferError::data_nack, 1);
  EXPECT_FALSE(write(0x50, bytes({1, 2, 3})).ok());

  EXPECT_EQ(recorded(),
            "I2C recording 1\n"
            "0x48 W 00 10  ! address NACK  Sr 0x48 R [2]\n"
            "0x50 W 01 02 03  ! data NACK at byte 1\n");
}

TEST_F(RecordedBus, keeps_every_byte_of_a_long_message) {
  const testing::Bytes sent(max_message_length, std::byte{0x5a});
  ASSERT_TRUE(write(0x48, sent).ok());

  const RecordingFile file = parse_recording(recorded(), "r");

  const Recording& bus = file.buses.at(0);
  EXPECT_THAT(bus.data(bus.messages(bus.transactions()[0])[0]), ElementsAreArray(sent));
}

TEST_F(RecordedBus, is_read_back_with_every_outcome) {
  constexpr TransferError errors[]{TransferError::address_nack,     TransferError::data_nack,
                                   TransferError::arbitration_lost, TransferError::timeout,
                                   TransferError::io_error,         TransferError::not_supported,
                                   TransferError::not_permitted,    TransferError::too_long};
  for (const TransferError error : errors) {
    fail(1, error);
    EXPECT_FALSE(write_read(0x48, bytes({0x00}), 2).ok());
  }

  const RecordingFile file = parse_recording(recorded(), "r");

  const auto transactions = file.buses.at(0).transactions();
  ASSERT_THAT(transactions, SizeIs(std::size(errors)));
  for (std::size_t i = 0; i < std::size(errors); ++i) {
    EXPECT_EQ(transactions[i].result(), (TransferResult{1, errors[i]}));
    EXPECT_EQ(transactions[i].message_count, 2U);
  }
}

TEST_F(RecordedBus, with_notes_stays_a_recording) {
  wire->inside = [] { add_note("two\n0x99 lines"); };
  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  EXPECT_EQ(recorded(), "I2C recording 1\n0x48 W 01  # two 0x99 lines\n");
  EXPECT_THAT(parse_recording(recorded(), "r").buses.at(0).transactions(), SizeIs(1));
}

TEST_F(RecordedBus, that_is_full_says_so_and_can_be_read) {
  constexpr std::size_t limit = 64;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(write(0x48, bytes({1, 2, 3})).ok());

  const std::string text = recorded(limit);

  EXPECT_LE(text.size(), limit);
  EXPECT_TRUE(text.ends_with("\nmissing rest\n"));
  EXPECT_TRUE(parse_recording(text, "r").is_incomplete);
}

TEST_F(RecordedBus, of_several_is_named) {
  ASSERT_TRUE(write(0x48, bytes({1})).ok());
  RecordingFormat format({.buses = {"guest0", "guest1"}, .begun = {}});
  std::string text;
  format.begin(text);
  format.add(*last(), text);
  format.add_gap(3, text);

  EXPECT_EQ(text, "I2C recording 1\nguest0  0x48 W 01\nmissing 3\n");
  EXPECT_EQ(parse_recording(text, "r").buses.at(0).bus(), "guest0");
}

}  // namespace
}  // namespace vhost_device::i2c
