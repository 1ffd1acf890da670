// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// SMBus 3.2, 6.5 "Bus Protocols", and the I2C block transfers of Linux
// (Documentation/i2c/smbus-protocol.rst).

#include <numeric>

#include "tests/contract/smbus_contract.hpp"

namespace vhost_device::i2c {
namespace {

constexpr std::size_t longest_block = 32;

Exchange sends(std::initializer_list<unsigned char> sent) { return {bytes(sent), {}}; }
Exchange receives(std::initializer_list<unsigned char> received) { return {{}, bytes(received)}; }
Exchange answers(std::initializer_list<unsigned char> sent,
                 std::initializer_list<unsigned char> received) {
  return {bytes(sent), bytes(received)};
}

/// 0x80, 0x81, ...: none of them is a count that could be mistaken for a block's.
Bytes block() {
  std::vector<unsigned char> values(longest_block);
  std::iota(values.begin(), values.end(), static_cast<unsigned char>(0x80));
  Bytes result;
  for (const unsigned char value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// `block()` from an offset on, byte by byte.
std::vector<Exchange> block_stored_at(unsigned char offset) {
  std::vector<Exchange> exchanges;
  const Bytes data = block();
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto pointer = static_cast<unsigned char>(offset + i);
    exchanges.push_back(sends({pointer, std::to_integer<unsigned char>(data[i])}));
  }
  return exchanges;
}

}  // namespace

const std::vector<SmbusProtocol>& smbus_protocols() {
  using namespace func;
  // A write of some byte to 0x21 goes before what reads or writes 0x20, so that the two are told
  // apart. i2c-stub keeps a word for each offset where other chips have two bytes at two offsets:
  // words are read where they were written, and their low bytes are the same for both.
  static const std::vector<SmbusProtocol> protocols{
      {"QuickWrite", smbus_quick, {}, sends({}), {}},
      {"QuickRead", smbus_quick, {}, receives({}), {}},
      {"SendByte",
       smbus_write_byte,
       {sends({0x20, 0x11}), sends({0x21, 0x12})},
       sends({0x20}),
       {receives({0x11})}},
      {"ReceiveByte",
       smbus_read_byte,
       {sends({0x20, 0x13}), sends({0x21, 0x14}), sends({0x20})},
       receives({0x13}),
       {receives({0x14})}},
      {"WriteByteData",
       smbus_write_byte_data | smbus_write_i2c_block,
       {sends({0x21, 0x15})},
       sends({0x20, 0x16}),
       {sends({0x20}), receives({0x16}), receives({0x15})}},
      {"ReadByteData",
       smbus_read_byte_data | smbus_read_i2c_block,
       {sends({0x20, 0x17}), sends({0x21, 0x18})},
       answers({0x20}, {0x17}),
       {receives({0x18})}},
      {"WriteWordData",
       smbus_write_word_data | smbus_write_i2c_block,
       {sends({0x30, 0x00})},
       sends({0x30, 0xa1, 0xa2}),
       {answers({0x30}, {0xa1}), answers({0x30}, {0xa1, 0xa2})}},
      {"ReadWordData",
       smbus_read_word_data | smbus_read_i2c_block,
       {sends({0x30, 0xb1, 0xb2})},
       answers({0x30}, {0xb1, 0xb2}),
       {answers({0x30}, {0xb1})}},
      // Too long for an I2C block: here it can be nothing else. Before those, since QEMU's
      // controller has a byte index that they leave wrong for it (hw/i2c/pm_smbus.c, smb_index).
      {"WriteLongestBlock",
       smbus_write_block_data,
       {sends({0xa0, 0x00})},
       {joined(bytes({0xa0, longest_block}), block()), {}},
       {answers({0xa0}, {longest_block}), answers({0xa0}, {longest_block, 0x80})}},
      {"WriteI2cBlock",
       smbus_write_i2c_block,
       {sends({0x43, 0x00})},
       sends({0x40, 0xc1, 0xc2, 0xc3}),
       {answers({0x40}, {0xc1}), answers({0x41}, {0xc2}), answers({0x42}, {0xc3}),
        answers({0x43}, {0x00})}},
      {"WriteLongestI2cBlock",
       smbus_write_i2c_block,
       {sends({0x40, 0x00}), sends({0x5f, 0x00})},
       {joined(bytes({0x40}), block()), {}},
       {answers({0x40}, {0x80}), answers({0x50}, {0x90}), answers({0x5f}, {0x9f})}},
      {"ReadI2cBlock",
       smbus_read_i2c_block,
       {sends({0x40, 0xd1}), sends({0x41, 0xd2}), sends({0x42, 0xd3})},
       answers({0x40}, {0xd1, 0xd2, 0xd3}),
       {}},
      {"ReadLongestI2cBlock",
       smbus_read_i2c_block,
       block_stored_at(0x40),
       {bytes({0x40}), block()},
       {}},
      {"WriteBlockOfOne",
       smbus_write_word_data | smbus_write_i2c_block | smbus_write_block_data,
       {sends({0x80, 0x00})},
       sends({0x80, 1, 0xe1}),
       {answers({0x80}, {1}), answers({0x80}, {1, 0xe1})}},
      {"WriteBlock",
       smbus_write_i2c_block | smbus_write_block_data,
       {sends({0x90, 0x00})},
       sends({0x90, 3, 0xe2, 0xe3, 0xe4}),
       {answers({0x90}, {3})}},
      // An EEPROM has no STOP to write at, and its address counter has gone on by two.
      {"ProcessCall",
       smbus_process_call,
       {sends({0x70, 0xf1}), sends({0x71, 0xf2}), sends({0x72, 0xf3}), sends({0x73, 0xf4})},
       answers({0x70, 0x01, 0x02}, {0xf3, 0xf4}),
       {answers({0x70}, {0xf1}), answers({0x71}, {0xf2})}},
  };
  return protocols;
}

}  // namespace vhost_device::i2c
