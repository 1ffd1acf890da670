// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gtest/gtest.h>

#include "core/i2c/virtio_i2c_format.hpp"

namespace vhost_device::i2c::format {
namespace {

// The examples are the table of VIRTIO 1.3, "I2C Adapter Device", "Device Operation: Request
// Queue".

TEST(AddressField, seven_bit_address_lies_in_bits_7_to_1) {
  EXPECT_EQ(decode_address(0x00a0), Address::seven_bit(0x50));
  EXPECT_EQ(encode_address(*Address::seven_bit(0x50)), 0x00a0);
}

TEST(AddressField, ten_bit_address_has_its_high_bits_behind_11110) {
  // A9 A8 = 10, A7..A0 = 0x35.
  EXPECT_EQ(decode_address(0x35f4), Address::ten_bit(0x235));
  EXPECT_EQ(encode_address(*Address::ten_bit(0x235)), 0x35f4);
}

TEST(AddressField, every_address_survives_both_ways) {
  for (unsigned value = 0; value <= Address::max_ten_bit; ++value) {
    const Address address = *Address::ten_bit(value);
    EXPECT_EQ(decode_address(encode_address(address)), address);
  }
  for (unsigned value = 0; value < 0x78; ++value) {
    const Address address = *Address::seven_bit(value);
    EXPECT_EQ(decode_address(encode_address(address)), address);
  }
}

TEST(AddressField, low_bit_set_is_no_address) {
  EXPECT_FALSE(decode_address(0x00a1));
  EXPECT_FALSE(decode_address(0x35f5));
}

TEST(AddressField, high_byte_with_a_seven_bit_address_is_no_address) {
  EXPECT_FALSE(decode_address(0x01a0));
}

}  // namespace
}  // namespace vhost_device::i2c::format
