// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/smbus_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

namespace vhost_device::linux_i2c {
namespace {

namespace func = i2c::func;
using ::testing::ElementsAreArray;
using Bytes = std::vector<std::uint8_t>;

const i2c::Address chip = *i2c::Address::seven_bit(0x50);
constexpr i2c::Functionality everything = 0xffffffff;

const i2c::Address other_chip = *i2c::Address::seven_bit(0x51);

/// Messages with the memory that they need; it can be copied.
class Group {
 public:
  Group& write(const Bytes& bytes, i2c::Address address = chip) {
    const auto view = std::as_bytes(std::span(bytes));
    parts_.push_back({address, false, {view.begin(), view.end()}});
    return *this;
  }
  Group& read(std::size_t length, i2c::Address address = chip) {
    parts_.push_back({address, true, std::vector<std::byte>(length)});
    return *this;
  }

  [[nodiscard]] std::vector<i2c::Message> messages() const {
    std::vector<i2c::Message> messages;
    for (Part& part : parts_) messages.push_back({part.address, part.read, part.data});
    return messages;
  }

 private:
  struct Part {
    i2c::Address address;
    bool read;
    std::vector<std::byte> data;
  };
  mutable std::vector<Part> parts_;  // received data changes nothing of what the messages are
};

/// 0x10, 0x11, ...: the command and what follows it.
Bytes counting(std::size_t length) {
  Bytes bytes(length);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0x10});
  return bytes;
}

/// A block write: command 0x10, the count, and that many bytes.
Bytes counted(std::size_t count) {
  Bytes bytes = counting(2 + count);
  bytes[1] = static_cast<std::uint8_t>(count);
  return bytes;
}

Bytes block_of(const SmbusCall& call) {
  return {call.data.block, call.data.block + 1 + call.data.block[0]};
}

Bytes received(const Group& group) {
  Bytes bytes;
  const auto messages = group.messages();
  for (const std::byte byte : messages.back().data) {
    bytes.push_back(std::to_integer<std::uint8_t>(byte));
  }
  return bytes;
}

// Which call: SMBus 3.2, 6.5.1 to 6.5.7, and Linux's Documentation/i2c/smbus-protocol.rst.

struct Row {
  std::string name;
  Group group;
  i2c::Functionality functionality;
  std::uint8_t direction;
  std::uint32_t protocol;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
std::string row_name(const ::testing::TestParamInfo<Row>& info) { return info.param.name; }

class SmbusPlan : public ::testing::TestWithParam<Row> {};

TEST_P(SmbusPlan, messages_become_the_call_with_the_same_bits) {
  const Row& row = GetParam();

  const auto call = plan_smbus(row.group.messages(), row.functionality);

  ASSERT_TRUE(call);
  EXPECT_EQ(call->direction, row.direction);
  EXPECT_EQ(call->protocol, row.protocol);
}

TEST_P(SmbusPlan, adapter_without_smbus_functions_has_no_call) {
  const Row& row = GetParam();

  EXPECT_FALSE(plan_smbus(row.group.messages(), everything & ~smbus_functions()));
}

constexpr i2c::Functionality blocks = func::smbus_write_i2c_block | func::smbus_write_block_data;

INSTANTIATE_TEST_SUITE_P(
    EveryFunction, SmbusPlan,
    ::testing::Values(
        Row{"QuickWrite", Group().write({}), everything, I2C_SMBUS_WRITE, I2C_SMBUS_QUICK},
        Row{"QuickRead", Group().read(0), everything, I2C_SMBUS_READ, I2C_SMBUS_QUICK},
        Row{"SendByte", Group().write({1}), everything, I2C_SMBUS_WRITE, I2C_SMBUS_BYTE},
        Row{"ReceiveByte", Group().read(1), everything, I2C_SMBUS_READ, I2C_SMBUS_BYTE},
        Row{"WriteByte", Group().write({1, 2}), everything, I2C_SMBUS_WRITE, I2C_SMBUS_BYTE_DATA},
        Row{"WriteWord", Group().write({1, 2, 3}), everything, I2C_SMBUS_WRITE,
            I2C_SMBUS_WORD_DATA},
        Row{"ReadByte", Group().write({1}).read(1), everything, I2C_SMBUS_READ,
            I2C_SMBUS_BYTE_DATA},
        Row{"ReadWord", Group().write({1}).read(2), everything, I2C_SMBUS_READ,
            I2C_SMBUS_WORD_DATA},
        Row{"ProcessCall", Group().write({1, 2, 3}).read(2), everything, I2C_SMBUS_WRITE,
            I2C_SMBUS_PROC_CALL},
        Row{"I2cBlockWrite", Group().write(counting(4)), everything, I2C_SMBUS_WRITE,
            I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"I2cBlockWriteOf32", Group().write(counting(33)), everything, I2C_SMBUS_WRITE,
            I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"I2cBlockRead", Group().write({1}).read(3), everything, I2C_SMBUS_READ,
            I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"I2cBlockReadOf32", Group().write({1}).read(32), everything, I2C_SMBUS_READ,
            I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"BlockWriteBeyondI2cBlocks", Group().write(counted(32)), everything, I2C_SMBUS_WRITE,
            I2C_SMBUS_BLOCK_DATA}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    OneFunction, SmbusPlan,
    ::testing::Values(
        Row{"QuickWrite", Group().write({}), func::smbus_quick, I2C_SMBUS_WRITE, I2C_SMBUS_QUICK},
        Row{"QuickRead", Group().read(0), func::smbus_quick, I2C_SMBUS_READ, I2C_SMBUS_QUICK},
        Row{"SendByte", Group().write({1}), func::smbus_write_byte, I2C_SMBUS_WRITE,
            I2C_SMBUS_BYTE},
        Row{"ReceiveByte", Group().read(1), func::smbus_read_byte, I2C_SMBUS_READ, I2C_SMBUS_BYTE},
        Row{"WriteByte", Group().write({1, 2}), func::smbus_write_byte_data, I2C_SMBUS_WRITE,
            I2C_SMBUS_BYTE_DATA},
        Row{"WriteByteAsI2cBlock", Group().write({1, 2}), func::smbus_write_i2c_block,
            I2C_SMBUS_WRITE, I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"WriteWord", Group().write({1, 2, 3}), func::smbus_write_word_data, I2C_SMBUS_WRITE,
            I2C_SMBUS_WORD_DATA},
        Row{"WriteWordAsI2cBlock", Group().write({1, 2, 3}), func::smbus_write_i2c_block,
            I2C_SMBUS_WRITE, I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"WriteWordAsBlock", Group().write(counted(1)), func::smbus_write_block_data,
            I2C_SMBUS_WRITE, I2C_SMBUS_BLOCK_DATA},
        Row{"BlockWrite", Group().write(counted(5)), func::smbus_write_block_data, I2C_SMBUS_WRITE,
            I2C_SMBUS_BLOCK_DATA},
        Row{"BlockWriteOrI2cBlock", Group().write(counted(5)), blocks, I2C_SMBUS_WRITE,
            I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"ReadByte", Group().write({1}).read(1), func::smbus_read_byte_data, I2C_SMBUS_READ,
            I2C_SMBUS_BYTE_DATA},
        Row{"ReadByteAsI2cBlock", Group().write({1}).read(1), func::smbus_read_i2c_block,
            I2C_SMBUS_READ, I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"ReadWord", Group().write({1}).read(2), func::smbus_read_word_data, I2C_SMBUS_READ,
            I2C_SMBUS_WORD_DATA},
        Row{"ReadWordAsI2cBlock", Group().write({1}).read(2), func::smbus_read_i2c_block,
            I2C_SMBUS_READ, I2C_SMBUS_I2C_BLOCK_DATA},
        Row{"ProcessCall", Group().write({1, 2, 3}).read(2), func::smbus_process_call,
            I2C_SMBUS_WRITE, I2C_SMBUS_PROC_CALL}),
    row_name);

// What no protocol puts on the wire in the same way, whatever the adapter can do.

struct Other {
  std::string name;
  Group group;
};

void PrintTo(const Other& other, std::ostream* out) { *out << other.name; }

class SmbusNoPlan : public ::testing::TestWithParam<Other> {};

TEST_P(SmbusNoPlan, messages_without_an_equal_have_no_call) {
  EXPECT_FALSE(plan_smbus(GetParam().group.messages(), everything));
}

INSTANTIATE_TEST_SUITE_P(
    Table, SmbusNoPlan,
    ::testing::Values(Other{"Nothing", Group()},  //
                      Other{"ReadOfTwo", Group().read(2)},
                      Other{"ReadThenWrite", Group().read(1).write({1})},
                      Other{"TwoWrites", Group().write({1}).write({2})},
                      Other{"TwoReads", Group().read(1).read(1)},
                      Other{"ThreeMessages", Group().write({1}).read(1).read(1)},
                      Other{"TwoChips", Group().write({1}).read(1, other_chip)},
                      Other{"ReadOfNothingAfterCommand", Group().write({1}).read(0)},
                      Other{"ReadAfterNothing", Group().write({}).read(1)},
                      Other{"ReadAfterTwo", Group().write({1, 2}).read(2)},
                      Other{"ProcessCallOfOne", Group().write({1, 2, 3}).read(1)},
                      Other{"ProcessCallOfThree", Group().write({1, 2, 3}).read(3)},
                      Other{"BlockProcessCall", Group().write(counted(2)).read(3)},
                      Other{"WriteOf34WithoutCount", Group().write(counting(34))},
                      Other{"WriteOf35", Group().write(counted(33))},
                      Other{"WriteOf8192", Group().write(Bytes(8192))},
                      Other{"ReadOf33", Group().write({1}).read(33)},
                      Other{"ReadOf8192", Group().write({1}).read(8192)},
                      Other{"TenBitAddress", Group().write({1}, *i2c::Address::ten_bit(0x50))}),
    [](const ::testing::TestParamInfo<Other>& tested) { return tested.param.name; });

TEST(SmbusBlockWrite, second_byte_that_is_not_the_count_of_the_rest_is_no_block) {
  const auto planned = [](const Bytes& bytes) {
    return plan_smbus(Group().write(bytes).messages(), func::smbus_write_block_data).has_value();
  };

  EXPECT_TRUE(planned({0x10, 2, 0xaa, 0xbb}));
  EXPECT_FALSE(planned({0x10, 1, 0xaa, 0xbb}));
  EXPECT_FALSE(planned({0x10, 3, 0xaa, 0xbb}));
  EXPECT_FALSE(planned({0x10, 0}));  // SMBus 3.2, 6.5.7: the count is not 0
}

// What is sent.

TEST(SmbusCall, send_byte_has_its_byte_as_the_command) {
  EXPECT_EQ(plan_smbus(Group().write({0xa5}).messages(), everything)->command, 0xa5);
}

TEST(SmbusCall, write_byte_has_command_and_byte) {
  const auto call = plan_smbus(Group().write({0x01, 0x60}).messages(), everything);

  EXPECT_EQ(call->command, 0x01);
  EXPECT_EQ(call->data.byte, 0x60);
}

// SMBus 3.2, 6.5.4: the low byte is sent first.
TEST(SmbusCall, words_have_the_low_byte_first) {
  const auto word = plan_smbus(Group().write({0x02, 0x34, 0x12}).messages(), everything);
  const auto call = plan_smbus(Group().write({0x03, 0x78, 0x56}).read(2).messages(), everything);

  EXPECT_EQ(word->command, 0x02);
  EXPECT_EQ(word->data.word, 0x1234);
  EXPECT_EQ(call->command, 0x03);
  EXPECT_EQ(call->data.word, 0x5678);
}

TEST(SmbusCall, i2c_block_write_counts_what_follows_the_command) {
  const auto call = plan_smbus(Group().write({0x20, 5, 6, 7, 8}).messages(), everything);

  EXPECT_EQ(call->command, 0x20);
  EXPECT_EQ(block_of(*call), (Bytes{4, 5, 6, 7, 8}));
}

TEST(SmbusCall, block_write_has_the_count_that_the_messages_have) {
  const auto call =
      plan_smbus(Group().write({0x20, 3, 6, 7, 8}).messages(), func::smbus_write_block_data);

  EXPECT_EQ(call->command, 0x20);
  EXPECT_EQ(block_of(*call), (Bytes{3, 6, 7, 8}));
}

TEST(SmbusCall, longest_block_is_sent_whole) {
  const Bytes bytes = counted(32);

  const auto call = plan_smbus(Group().write(bytes).messages(), func::smbus_write_block_data);

  EXPECT_THAT(block_of(*call), ElementsAreArray(bytes.begin() + 1, bytes.end()));
}

TEST(SmbusCall, i2c_block_read_tells_how_much_is_wanted) {
  const auto call = plan_smbus(Group().write({0x20}).read(7).messages(), everything);

  EXPECT_EQ(call->command, 0x20);
  EXPECT_EQ(call->data.block[0], 7);
}

// What is received.

TEST(SmbusReceived, byte_goes_to_the_message) {
  const Group group = Group().write({1}).read(1);
  auto call = plan_smbus(group.messages(), everything);
  call->data.byte = 0x5a;

  EXPECT_TRUE(take_received(*call, group.messages()));

  EXPECT_EQ(received(group), (Bytes{0x5a}));
}

TEST(SmbusReceived, word_goes_to_the_message_low_byte_first) {
  const Group group = Group().write({1, 2, 3}).read(2);
  auto call = plan_smbus(group.messages(), everything);
  call->data.word = 0x1234;

  EXPECT_TRUE(take_received(*call, group.messages()));

  EXPECT_EQ(received(group), (Bytes{0x34, 0x12}));
}

TEST(SmbusReceived, block_goes_to_the_message_without_its_count) {
  const Group group = Group().write({1}).read(3);
  auto call = plan_smbus(group.messages(), everything);
  std::ranges::copy(Bytes{3, 7, 8, 9}, call->data.block);

  EXPECT_TRUE(take_received(*call, group.messages()));

  EXPECT_EQ(received(group), (Bytes{7, 8, 9}));
}

// drivers/i2c/i2c-stub.c cuts a block at the end of its 256 registers.
TEST(SmbusReceived, block_of_another_length_is_no_answer) {
  const Group group = Group().write({0xfe}).read(3);
  auto call = plan_smbus(group.messages(), everything);
  call->data.block[0] = 2;

  EXPECT_FALSE(take_received(*call, group.messages()));
}

TEST(SmbusReceived, count_beyond_a_block_is_no_answer) {
  const Group group = Group().write({1}).read(32);
  auto call = plan_smbus(group.messages(), everything);
  call->data.block[0] = 255;

  EXPECT_FALSE(take_received(*call, group.messages()));
}

TEST(SmbusReceived, writes_and_quick_reads_receive_nothing) {
  const Group write = Group().write({1, 2});
  const Group quick = Group().read(0);

  EXPECT_TRUE(take_received(*plan_smbus(write.messages(), everything), write.messages()));
  EXPECT_TRUE(take_received(*plan_smbus(quick.messages(), everything), quick.messages()));
}

}  // namespace
}  // namespace vhost_device::linux_i2c
