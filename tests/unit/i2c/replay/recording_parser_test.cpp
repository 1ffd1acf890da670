// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/recording_parser.hpp"

#include "tests/unit/i2c/replay/replayed_bus.hpp"

namespace vhost_device::i2c {
namespace {

using ::testing::AllOf;
using testing::at;
using testing::bytes;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::parse;
using testing::recording;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(RecordingLine, has_messages_with_their_bytes) {
  const Recording parsed = recording("0x48 W 00  Sr 0x48 R 1a 80\n");

  ASSERT_THAT(parsed.transactions(), SizeIs(1));
  const auto& transaction = parsed.transactions()[0];
  EXPECT_EQ(transaction.line, 2U);
  EXPECT_EQ(transaction.result(), (TransferResult{2, TransferError::none}));
  const auto messages = parsed.messages(transaction);
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].address, at(0x48));
  EXPECT_FALSE(messages[0].read);
  EXPECT_THAT(parsed.data(messages[0]), ElementsAreArray(bytes({0x00})));
  EXPECT_TRUE(messages[1].read);
  EXPECT_THAT(parsed.data(messages[1]), ElementsAreArray(bytes({0x1a, 0x80})));
}

TEST(RecordingLine, tells_which_message_failed_and_how) {
  const Recording parsed =
      recording("0x50 W 01  Sr 0x50 W 00 02 03  ! data NACK at byte 1  Sr 0x50 R [16]\n");

  const auto& transaction = parsed.transactions()[0];
  EXPECT_EQ(transaction.result(), (TransferResult{1, TransferError::data_nack}));
  EXPECT_EQ(transaction.acknowledged, 1U);
  const auto messages = parsed.messages(transaction);
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(messages[2].length, 16U);
  EXPECT_THAT(parsed.data(messages[2]), IsEmpty());
}

TEST(RecordingLine, may_have_remarks_blanks_and_ten_bit_addresses) {
  const Recording parsed = recording("# all of it\r\n\n\t0x148  W\t0a # here\r\n");

  ASSERT_THAT(parsed.transactions(), SizeIs(1));
  const auto messages = parsed.messages(parsed.transactions()[0]);
  EXPECT_EQ(messages[0].address, Address::ten_bit(0x148));
  EXPECT_THAT(parsed.data(messages[0]), ElementsAreArray(bytes({0x0a})));
}

TEST(RecordingLine, may_name_its_bus) {
  const RecordingFile file = parse("guest0  0x48 W\nguest1  0x49 W\nguest0  0x48 R 01\n");

  ASSERT_THAT(file.buses, SizeIs(2));
  EXPECT_EQ(file.buses[0].bus(), "guest0");
  EXPECT_THAT(file.buses[0].transactions(), SizeIs(2));
  EXPECT_EQ(file.buses[1].bus(), "guest1");
  EXPECT_THAT(file.buses[1].transactions(), SizeIs(1));
}

TEST(RecordingFile, without_a_transaction_is_one_empty_bus) {
  const RecordingFile file = parse("");

  ASSERT_THAT(file.buses, SizeIs(1));
  EXPECT_THAT(file.buses[0].transactions(), IsEmpty());
  EXPECT_FALSE(file.is_incomplete);
}

TEST(RecordingFile, cut_off_in_a_line_is_used_without_that_line) {
  const RecordingFile file = parse("0x48 W 00  Sr 0x48 R 1a 80\n0x48 W 00  Sr 0x48 R 1");

  EXPECT_THAT(file.buses[0].transactions(), SizeIs(1));
  EXPECT_TRUE(file.is_incomplete);
  EXPECT_THAT(file.warnings, ElementsAre(AllOf(StartsWith("r.txt:3: "), HasSubstr("no end"))));
}

TEST(RecordingFile, tells_what_the_recorder_left_out) {
  const RecordingFile file = parse("0x48 W\nmissing 12\nmissing rest\n");

  EXPECT_TRUE(file.is_incomplete);
  EXPECT_THAT(file.warnings, ElementsAre("r.txt:3: 12 transactions are missing here",
                                         AllOf(StartsWith("r.txt:4: "), HasSubstr("full"))));
}

TEST(RecordingAddresses, are_those_that_answered_and_the_others) {
  const auto found = addresses_of(
      recording("0x48 W 00\n0x20 W 00  ! address NACK\n0x50 W 01  ! data NACK at byte 0\n"));

  EXPECT_THAT(found.all, ElementsAre(at(0x20), at(0x48), at(0x50)));
  EXPECT_THAT(found.answered, ElementsAre(at(0x48), at(0x50)));
}

struct Refusal {
  std::string lines;
  std::vector<std::string> says;
};

class HostileRecording : public ::testing::TestWithParam<Refusal> {};

TEST_P(HostileRecording, is_refused_with_line_reason_and_remedy) {
  std::string text;
  try {
    static_cast<void>(parse(GetParam().lines));
  } catch (const RecordingError& error) {
    text = error.what();
  }

  for (const std::string& part : GetParam().says) EXPECT_THAT(text, HasSubstr(part));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, HostileRecording,
    ::testing::Values(
        Refusal{"0x48\n", {"r.txt:2: ", "expected R for a read or W"}},
        Refusal{"\n0x48 X 00\n", {"r.txt:3: ", "'X'"}},
        Refusal{"0x80 W\n", {"'0x80' is no address", "0x00 to 0x7f"}},
        Refusal{"0x400 W\n", {"'0x400' is no address", "0x3ff"}},
        Refusal{"0x W\n", {"'0x' is no address"}}, Refusal{"0x-1 W\n", {"'0x-1' is no address"}},
        Refusal{"0x48 W 1\n", {"unexpected '1'", "two hexadecimal digits"}},
        Refusal{"0x48 W 0x11\n", {"unexpected '0x11'"}},
        Refusal{"0x48 W zz\n", {"unexpected 'zz'"}},
        Refusal{"0x48 W 00 Sr\n", {"'' is no address"}}, Refusal{"bus\n", {"'' is no address"}},
        Refusal{"0x48 W [2]\n", {"give its bytes"}},
        Refusal{"0x48 R [2]\n", {"its bytes are not there", "give 2 of them"}},
        Refusal{"0x48 R 00  ! timeout\n", {"give its length instead", "[1]"}},
        Refusal{"0x48 W  ! timeout  Sr 0x48 R 00\n", {"give its length instead"}},
        Refusal{"0x48 R [65536]  ! timeout\n", {"'[65536]' is no length", "[65535]"}},
        Refusal{"0x48 R [99999999999999999999]  ! timeout\n", {"is no length"}},
        Refusal{"0x48 R [  ! timeout\n", {"'[' is no length"}},
        Refusal{"0x48 W  ! broken\n", {"'broken' is no error", "address NACK, data NACK"}},
        Refusal{"0x48 W  !\n", {"'' is no error"}},
        Refusal{"0x48 W  ! no error\n", {"'no error' is no error"}},
        Refusal{"0x48 W  ! data NACK at byte x\n", {"number of a byte"}},
        Refusal{"0x48 W  ! timeout  Sr 0x48 W  ! timeout\n", {"two errors"}},
        Refusal{"missing\n", {"'missing' is followed by ''"}},
        Refusal{"missing -3\n", {"'-3'", "a number or 'rest'"}},
        Refusal{std::string(65, 'b') + " 0x48 W\n", {"too long for the name of a bus"}},
        Refusal{"\x1b[31m\x01 0x48 X\n", {"r.txt:2: "}},
        Refusal{"0x48 \x1b[31m 00\n", {"'?[31m'"}}));

TEST(HostileRecordingFile, with_a_message_that_is_too_long_is_refused) {
  std::string line = "0x48 W";
  for (std::size_t i = 0; i <= max_message_length; ++i) line += " 00";

  EXPECT_THROW(static_cast<void>(parse(line + '\n')), RecordingError);
}

TEST(HostileRecordingFile, with_the_longest_message_is_read) {
  std::string line = "0x48 W";
  for (std::size_t i = 0; i < max_message_length; ++i) line += " 00";

  EXPECT_THAT(parse(line + '\n').buses.at(0).transactions(), SizeIs(1));
}

TEST(HostileRecordingFile, with_too_many_buses_is_refused) {
  std::string lines;
  for (std::size_t i = 0; i <= RecordingFile::max_buses; ++i) {
    lines += "bus" + std::to_string(i) + " 0x48 W\n";
  }

  EXPECT_THROW(static_cast<void>(parse(lines)), RecordingError);
}

TEST(HostileRecordingFile, of_many_gaps_has_few_warnings) {
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "missing 1\n";

  EXPECT_THAT(parse(lines).warnings, SizeIs(::testing::Le(10U)));
}

TEST(RecordingHeader, of_another_version_is_refused) {
  EXPECT_THAT([] { static_cast<void>(parse_recording("I2C recording 2\n", "r.txt")); },
              ::testing::ThrowsMessage<RecordingError>(AllOf(
                  StartsWith("r.txt:1: "), HasSubstr("'I2C recording 2'"), HasSubstr("version"))));
}

TEST(RecordingHeader, missing_is_refused) {
  for (const std::string text :
       {"", "\n", "0x48 W 00\n", "# I2C trace: seconds, bus, messages\n"}) {
    EXPECT_THAT(
        [&] { static_cast<void>(parse_recording(text, "r.txt")); },
        ::testing::ThrowsMessage<RecordingError>(AllOf(
            StartsWith("r.txt:1: "), HasSubstr("this is no recording"), HasSubstr("--record"))));
  }
}

}  // namespace
}  // namespace vhost_device::i2c
