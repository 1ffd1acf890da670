// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/i2c/replay/replayed_bus.hpp"

namespace vhost_device::i2c {
namespace {

using testing::Bytes;
using testing::bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct ByState : testing::ReplayedBus {
  explicit ByState(const std::string& lines) : ReplayedBus(lines, ReplayOrder::state) {}
};

// A session with an LM75: the temperature rises, the limit is read, set, and read.
constexpr auto lm75_session =
    "0x48 W 00  Sr 0x48 R 17 00\n"
    "0x48 W 03  Sr 0x48 R 50 00\n"
    "0x48 W 00  Sr 0x48 R 17 80\n"
    "0x48 W 03 1e 00\n"
    "0x48 W 03  Sr 0x48 R 1e 00\n"
    "0x48 W 00  Sr 0x48 R 18 00\n";

TEST(StateReplay, answers_registers_in_any_order) {
  ByState bus(lm75_session);

  EXPECT_EQ(bus.write_read(0x48, bytes({3}), 2), bytes({0x50, 0x00}));
  EXPECT_EQ(bus.write_read(0x48, bytes({0}), 2), bytes({0x17, 0x00}));
  EXPECT_EQ(bus.write_read(0x48, bytes({3}), 2), bytes({0x50, 0x00}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, walks_through_what_changed_and_stays_at_the_last) {
  ByState bus("0x48 W 00  Sr 0x48 R 17 00\n0x48 W 00  Sr 0x48 R 18 00\n");

  EXPECT_EQ(bus.write_read(0x48, bytes({0}), 2), bytes({0x17, 0x00}));
  EXPECT_EQ(bus.write_read(0x48, bytes({0}), 2), bytes({0x18, 0x00}));
  EXPECT_EQ(bus.write_read(0x48, bytes({0}), 2), bytes({0x18, 0x00}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, does_not_show_what_came_of_a_write_before_that_write) {
  ByState bus(lm75_session);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bus.write_read(0x48, bytes({3}), 2), bytes({0x50, 0x00}));
  }

  EXPECT_TRUE(bus.write(0x48, bytes({3, 0x1e, 0})).ok());

  EXPECT_EQ(bus.write_read(0x48, bytes({3}), 2), bytes({0x1e, 0x00}));
  EXPECT_EQ(bus.write_read(0x48, bytes({0}), 2), bytes({0x18, 0x00}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, takes_a_repeated_write_for_the_last_of_its_kind) {
  ByState bus("0x48 W 01 60\n0x48 W 01  Sr 0x48 R 60\n0x48 W 01 00\n0x48 W 01  Sr 0x48 R 00\n");
  EXPECT_TRUE(bus.write(0x48, bytes({1, 0x60})).ok());
  EXPECT_TRUE(bus.write(0x48, bytes({1, 0x00})).ok());

  EXPECT_TRUE(bus.write(0x48, bytes({1, 0x60})).ok());

  EXPECT_EQ(bus.write_read(0x48, bytes({1}), 1), bytes({0x60}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, of_what_was_read_before_a_write_only_is_the_last_of_that) {
  ByState bus("0x48 W 02  Sr 0x48 R 4b 00\n0x48 W 03 1e 00\n0x48 W 00  Sr 0x48 R 17 00\n");
  EXPECT_TRUE(bus.write(0x48, bytes({3, 0x1e, 0})).ok());

  EXPECT_EQ(bus.write_read(0x48, bytes({2}), 2), bytes({0x4b, 0x00}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, of_what_was_read_after_a_write_only_is_the_first_of_that) {
  ByState bus("0x50 W 20 aa\n0x50 W 20  Sr 0x50 R aa\n");

  EXPECT_EQ(bus.write_read(0x50, bytes({0x20}), 1), bytes({0xaa}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, answers_a_shorter_read_and_refuses_a_longer_one) {
  ByState bus("0x50 W 00  Sr 0x50 R 01 02 03\n");

  EXPECT_EQ(bus.write_read(0x50, bytes({0}), 2), bytes({1, 2}));
  EXPECT_THAT(bus.differences(), IsEmpty());
  EXPECT_THAT(bus.write_read(0x50, bytes({0}), 4), IsEmpty());
  EXPECT_THAT(bus.differences(), ElementsAre("0x50 W 00  Sr 0x50 R [4]: never read so; fails"));
}

TEST(StateReplay, tells_apart_reads_of_different_lengths) {
  ByState bus("0x50 W 00  Sr 0x50 R 01 02\n0x50 W 00  Sr 0x50 R 03\n");

  EXPECT_EQ(bus.write_read(0x50, bytes({0}), 1), bytes({3}));
  EXPECT_EQ(bus.write_read(0x50, bytes({0}), 2), bytes({1, 2}));
}

// An EEPROM's current address read (DS20001178J, 8.1) goes on where the last one ended.
TEST(StateReplay, of_reads_without_a_write_is_in_their_order_after_the_same_write) {
  ByState bus("0x50 W 00\n0x50 R 01\n0x50 R 02\n");

  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(bus.write(0x50, bytes({0})).ok());
    EXPECT_EQ(bus.read(0x50, 1), bytes({1}));
    EXPECT_EQ(bus.read(0x50, 1), bytes({2}));
  }
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, of_a_chip_without_registers_walks_and_stays_at_the_last) {
  ByState bus("0x20 R fe\n0x20 R ff\n");

  EXPECT_EQ(bus.read(0x20, 1), bytes({0xfe}));
  EXPECT_EQ(bus.read(0x20, 1), bytes({0xff}));
  EXPECT_EQ(bus.read(0x20, 1), bytes({0xff}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

// A command and what it brings, in transactions of their own, as an SHT3x has it.
TEST(StateReplay, of_a_repeated_command_walks_through_what_it_brought) {
  ByState bus("0x44 W 2c 06\n0x44 R 60 00\n0x44 W 2c 06\n0x44 R 61 00\n");

  EXPECT_TRUE(bus.write(0x44, bytes({0x2c, 6})).ok());
  EXPECT_EQ(bus.read(0x44, 2), bytes({0x60, 0}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(bus.write(0x44, bytes({0x2c, 6})).ok());
    EXPECT_EQ(bus.read(0x44, 2), bytes({0x61, 0}));
  }
}

TEST(StateReplay, of_a_pointer_written_alone_answers_a_joined_read) {
  ByState bus("0x48 W 00\n0x48 R 17 00\n0x48 W 00\n0x48 R 18 00\n");

  EXPECT_EQ(bus.write_read(0x48, bytes({0}), 2), bytes({0x17, 0}));
  EXPECT_EQ(bus.write_read(0x48, bytes({0}), 2), bytes({0x18, 0}));
}

TEST(StateReplay, of_a_joined_read_answers_a_pointer_written_alone) {
  ByState bus("0x48 W 00  Sr 0x48 R 17 00\n0x48 W 00  Sr 0x48 R 18 00\n");

  EXPECT_TRUE(bus.write(0x48, bytes({0})).ok());
  EXPECT_EQ(bus.read(0x48, 2), bytes({0x17, 0}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

// An EEPROM does not answer during its write cycle, and a driver asks again and again.
TEST(StateReplay, of_a_busy_chip_is_busy_as_often) {
  ByState bus(
      "0x50 W 00 aa\n"
      "0x50 W 08 bb  ! address NACK\n"
      "0x50 W 08 bb  ! address NACK\n"
      "0x50 W 08 bb\n"
      "0x50 W 00  ! address NACK  Sr 0x50 R [1]\n"
      "0x50 W 00  Sr 0x50 R aa\n");
  const TransferResult busy{0, TransferError::address_nack};

  EXPECT_TRUE(bus.write(0x50, bytes({0, 0xaa})).ok());
  EXPECT_EQ(bus.write(0x50, bytes({8, 0xbb})), busy);
  EXPECT_EQ(bus.write(0x50, bytes({8, 0xbb})), busy);
  EXPECT_TRUE(bus.write(0x50, bytes({8, 0xbb})).ok());
  EXPECT_THAT(bus.write_read(0x50, bytes({0}), 1), IsEmpty());
  EXPECT_EQ(bus.write_read(0x50, bytes({0}), 1), bytes({0xaa}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, of_a_new_write_acknowledges_and_tells_it) {
  ByState bus(lm75_session);

  EXPECT_TRUE(bus.write(0x48, bytes({3, 0x23, 0})).ok());
  EXPECT_TRUE(bus.write(0x48, bytes({3, 0x23, 0})).ok());

  EXPECT_THAT(bus.differences(),
              ElementsAre("0x48 W 03 23 00: never written; acknowledged, to no effect"));
  EXPECT_EQ(bus.replayer.difference_count(), 2U);
  EXPECT_EQ(bus.write_read(0x48, bytes({3}), 2), bytes({0x50, 0x00}));
}

TEST(StateReplay, of_a_new_read_fails_and_tells_it) {
  ByState bus("0x50 W 00 00  Sr 0x50 R 01\n");
  Bytes sent = bytes({1, 0});
  Bytes received(1);
  const Message messages[]{{testing::at(0x50), false, sent}, {testing::at(0x50), true, received}};

  EXPECT_EQ(bus.replayer.transfer(messages), (TransferResult{1, TransferError::io_error}));

  EXPECT_THAT(bus.differences(), ElementsAre("0x50 W 01 00  Sr 0x50 R [1]: never read so; fails"));
}

TEST(StateReplay, of_a_read_after_a_new_write_does_not_take_another_registers_value) {
  ByState bus("0x50 W 00  Sr 0x50 R 01\n");
  EXPECT_EQ(bus.write_read(0x50, bytes({0}), 1), bytes({1}));
  EXPECT_TRUE(bus.write(0x50, bytes({7})).ok());

  EXPECT_THAT(bus.read(0x50, 1), IsEmpty());
}

TEST(StateReplay, of_an_address_that_never_answered_is_not_new) {
  ByState bus("0x51 W 00  ! address NACK  Sr 0x51 R [2]\n0x30 R [1]  ! not permitted\n");

  EXPECT_EQ(bus.write(0x51, bytes({9})), (TransferResult{0, TransferError::address_nack}));
  EXPECT_EQ(bus.write(0x51, {}), (TransferResult{0, TransferError::address_nack}));
  EXPECT_EQ(bus.write(0x30, {}), (TransferResult{0, TransferError::not_permitted}));
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, of_an_address_that_is_not_in_the_recording_is_told_once) {
  ByState bus(lm75_session);

  EXPECT_EQ(bus.write(0x49, bytes({1})), (TransferResult{0, TransferError::address_nack}));
  EXPECT_THAT(bus.read(0x49, 7), IsEmpty());

  EXPECT_THAT(bus.differences(), ElementsAre("0x49: not in the recording; not acknowledged"));
}

TEST(StateReplay, of_the_address_alone_answers_as_the_chip_did) {
  ByState bus(lm75_session);

  EXPECT_TRUE(bus.write(0x48, {}).ok());
  EXPECT_THAT(bus.differences(), IsEmpty());
}

TEST(StateReplay, rewound_begins_anew) {
  ByState bus(lm75_session);
  EXPECT_TRUE(bus.write(0x48, bytes({3, 0x1e, 0})).ok());
  EXPECT_EQ(bus.write_read(0x48, bytes({3}), 2), bytes({0x1e, 0x00}));

  bus.replayer.rewind();

  EXPECT_EQ(bus.write_read(0x48, bytes({3}), 2), bytes({0x50, 0x00}));
}

TEST(Replayer, tells_each_difference_once_and_reports_all) {
  ByState bus(lm75_session);
  std::vector<std::string> told;
  bus.replayer.on_difference([&](const std::string& text) { told.push_back(text); });

  EXPECT_TRUE(bus.write(0x48, bytes({3, 0x23, 0})).ok());
  EXPECT_TRUE(bus.write(0x48, bytes({3, 0x23, 0})).ok());
  static_cast<void>(bus.write_read(0x48, bytes({0}), 2));

  EXPECT_THAT(told, ElementsAre(HasSubstr("0x48 W 03 23 00")));
  EXPECT_EQ(bus.replayer.report(),
            "3 transactions, 2 of them new\n"
            "  2x  0x48 W 03 23 00: never written; acknowledged, to no effect\n");
}

}  // namespace
}  // namespace vhost_device::i2c
