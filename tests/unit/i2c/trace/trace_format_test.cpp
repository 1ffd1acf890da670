// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/trace_format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/i2c/trace/text_format.hpp"
#include "core/i2c/trace/vcd_format.hpp"
#include "tests/unit/i2c/trace/traced_bus.hpp"

namespace vhost_device::i2c {
namespace {

using std::chrono::nanoseconds;
using testing::at;
using testing::bytes;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(TraceFileTypeOfPath, is_told_by_the_end_of_the_name) {
  EXPECT_EQ(trace_file_type("a/b.pcapng"), TraceFileType::pcapng);
  EXPECT_EQ(trace_file_type("b.vcd"), TraceFileType::vcd);
  EXPECT_EQ(trace_file_type("b.txt"), TraceFileType::text);
  EXPECT_EQ(trace_file_type("pcapng"), TraceFileType::text);
}

class TextTrace : public ::testing::Test, protected testing::TracedBus {
 protected:
  [[nodiscard]] std::string text() const { return formatted(TraceFileType::text); }
};

TEST_F(TextTrace, joined_messages_are_one_line_with_time_and_bus) {
  now = nanoseconds(12'000'345'678);

  ASSERT_TRUE(write_read(0x48, bytes({0x00}), 2).ok());

  EXPECT_EQ(text(), "    12.000345678  i2c  0x48 W 00  Sr 0x48 R a5 a5\n");
}

TEST_F(TextTrace, address_alone_has_no_bytes) {
  ASSERT_TRUE(write(0x48, {}).ok());

  EXPECT_EQ(text(), "     0.000000000  i2c  0x48 W\n");
}

TEST_F(TextTrace, address_nack_tells_what_was_not_sent) {
  fail(0, TransferError::address_nack);
  EXPECT_FALSE(write_read(0x48, bytes({0x00}), 2).ok());

  EXPECT_EQ(text(), "     0.000000000  i2c  0x48 W NACK [1]  +1 not sent  ! address NACK\n");
}

TEST_F(TextTrace, data_nack_is_behind_the_byte_that_was_refused) {
  fail(0, TransferError::data_nack, 1);
  EXPECT_FALSE(write(0x48, bytes({1, 2, 3, 4})).ok());

  EXPECT_EQ(text(), "     0.000000000  i2c  0x48 W 01 02 NACK [2]  ! data NACK at byte 1\n");
}

TEST_F(TextTrace, notes_and_register_names_stay_in_the_line) {
  wire->inside = [] {
    name_register(0, "config");
    add_note("two\nlines");
  };

  ASSERT_TRUE(write(0x48, bytes({1, 0x60})).ok());

  EXPECT_EQ(text(), "     0.000000000  i2c  0x48 W 01 60 (config)  # two lines\n");
}

TEST_F(TextTrace, ten_bit_address_has_three_digits) {
  const Message message{*Address::ten_bit(0x048), false, {}};
  ASSERT_TRUE(tracer.transfer({&message, 1}).ok());

  EXPECT_THAT(text(), HasSubstr("  0x048 W\n"));
}

TEST_F(TextTrace, long_message_is_cut) {
  ASSERT_TRUE(write(0x48, testing::Bytes(TextFormat::max_shown + 5)).ok());

  EXPECT_THAT(text(), HasSubstr(" 00 ...(5 more)\n"));
}

TEST(TextBuses, names_are_aligned) {
  TextFormat format({.buses = {"one", "fifteen"}, .origin = {}, .begun = ""});
  Transaction transaction;
  const Message message{at(0x50), false, {}};
  transaction.begin({&message, 1});
  transaction.finish({&message, 1}, {1, TransferError::none});
  std::string text;

  format.add(transaction, text);

  EXPECT_EQ(text, "     0.000000000  one      0x50 W\n");
}

class PcapngTrace : public ::testing::Test, protected testing::TracedBus {
 protected:
  [[nodiscard]] std::string packets() const { return formatted(TraceFileType::pcapng); }
};

TEST(Pcapng, file_begins_with_a_section_and_an_interface_for_each_bus) {
  const auto format =
      make_trace_format(TraceFileType::pcapng, {.buses = {"b0", "b1"}, .origin = {}, .begun = ""});
  std::string out;

  format->begin(out);

  const std::string section(
      "\x0a\x0d\x0d\x0a\x30\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
      "\4\0\x0c\0vhost-device\0\0\0\0\x30\0\0\0",
      48);
  const std::string interface0(
      "\1\0\0\0\x28\0\0\0\xd1\0\0\0\0\0\0\0\2\0\2\0b0\0\0\x09\0\1\0\x09\0\0\0"
      "\0\0\0\0\x28\0\0\0",
      40);
  std::string interface1 = interface0;
  interface1[21] = '1';
  EXPECT_EQ(out, section + interface0 + interface1);
}

TEST_F(PcapngTrace, message_is_a_packet_of_bus_flags_address_and_data) {
  now = nanoseconds(0x0000000200000001);
  const Message message{at(0x48), true, {}};

  ASSERT_TRUE(tracer.transfer({&message, 1}).ok());

  EXPECT_EQ(packets(), std::string("\6\0\0\0\x28\0\0\0\0\0\0\0\2\0\0\0\1\0\0\0\6\0\0\0\6\0\0\0"
                                   "\0\0\0\0\1\x91\0\0\x28\0\0\0",
                                   40));
}

TEST_F(PcapngTrace, failure_and_notes_are_comments) {
  fail(0, TransferError::data_nack, 0);
  wire->inside = [] { add_note("on purpose"); };
  EXPECT_FALSE(write(0x48, bytes({1, 2})).ok());

  const std::string packet = packets();

  EXPECT_THAT(packet,
              HasSubstr(std::string("\1\0\x2b\0data NACK at byte 0; 2 bytes were asked for", 47)));
  EXPECT_THAT(packet, HasSubstr(std::string("\1\0\x0a\0on purpose", 14)));
  EXPECT_EQ(packet.size() % 4, 0U);
}

TEST_F(PcapngTrace, messages_that_were_not_reached_are_no_packets) {
  fail(0, TransferError::address_nack);
  EXPECT_FALSE(write_read(0x48, bytes({1}), 2).ok());

  EXPECT_THAT(packets(), Not(HasSubstr(std::string("\0\0\0\0\1\x91", 6))));
}

TEST(Pcapng, gap_is_a_comment_of_the_next_packet) {
  const auto format = make_trace_format(TraceFileType::pcapng, {});
  Transaction transaction;
  const Message message{at(0x50), false, {}};
  transaction.begin({&message, 1});
  transaction.finish({&message, 1}, {1, TransferError::none});
  std::string out;

  format->add_gap(3, out);
  EXPECT_EQ(out, "");
  format->add(transaction, out);

  EXPECT_THAT(out, HasSubstr("3 transactions before this one are missing"));
}

class VcdTrace : public ::testing::Test, protected testing::TracedBus {
 protected:
  [[nodiscard]] std::string changes() const { return formatted(TraceFileType::vcd); }
};

TEST(Vcd, wires_of_one_bus_are_scl_and_sda) {
  std::string out;

  make_trace_format(TraceFileType::vcd, {})->begin(out);

  EXPECT_THAT(out, HasSubstr("$timescale 100 ns $end\n"));
  EXPECT_THAT(out, HasSubstr(" SCL $end\n"));
  EXPECT_THAT(out, HasSubstr(" SDA $end\n"));
}

TEST(Vcd, wires_of_several_buses_have_names_of_their_own) {
  std::string out;

  make_trace_format(TraceFileType::vcd, {.buses = {"a", "b"}, .origin = {}, .begun = ""})
      ->begin(out);

  for (const char* name : {" SCL0 ", " SDA0 ", " SCL1 ", " SDA1 "}) {
    EXPECT_THAT(out, HasSubstr(name));
  }
}

// UM10204, 3.1.4: START and STOP are changes of SDA while SCL is high. At 100 kHz the nine clocks
// of the address are 90 us.
TEST_F(VcdTrace, address_alone_is_start_nine_clocks_and_stop) {
  ASSERT_TRUE(write(0x7f, {}).ok());

  EXPECT_EQ(changes(),
            "#50\n0d0\n#100\n0c0\n"              // START
            "#125\n1d0\n#150\n1c0\n#200\n0c0\n"  // seven ones
            "#250\n1c0\n#300\n0c0\n#350\n1c0\n#400\n0c0\n#450\n1c0\n#500\n0c0\n"
            "#550\n1c0\n#600\n0c0\n#650\n1c0\n#700\n0c0\n#750\n1c0\n#800\n0c0\n"
            "#825\n0d0\n#850\n1c0\n#900\n0c0\n"  // a zero: write
            "#950\n1c0\n#1000\n0c0\n"            // acknowledged
            "#1050\n1c0\n#1100\n1d0\n#1150\n");  // STOP
}

TEST_F(VcdTrace, idle_time_is_cut) {
  ASSERT_TRUE(write(0x7f, {}).ok());
  now = std::chrono::hours(10);
  ASSERT_TRUE(write(0x7f, {}).ok());

  // The first transaction is drawn up to step 1150; 10 ms later comes the next START.
  EXPECT_THAT(changes(), HasSubstr("#1150\n#101150\n0d0\n"));
}

TEST_F(VcdTrace, what_the_wire_did_is_not_drawn_when_nobody_knows) {
  fail(0, TransferError::arbitration_lost);
  EXPECT_FALSE(write(0x48, bytes({1})).ok());

  EXPECT_EQ(changes(), "");
}

// sigrok-cli ends at the first comment between changes.
TEST_F(VcdTrace, notes_and_errors_are_no_comments) {
  wire->inside = [] { add_note("a fault"); };
  fail(0, TransferError::address_nack);
  EXPECT_FALSE(write(0x7f, {}).ok());

  EXPECT_THAT(changes(), Not(HasSubstr("$")));
}

}  // namespace
}  // namespace vhost_device::i2c
