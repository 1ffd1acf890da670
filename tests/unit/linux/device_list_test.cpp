// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/device_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/linux/host_tree.hpp"

namespace vhost_device::linux_i2c {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<i2c::Address> addresses(std::initializer_list<unsigned> values) {
  std::vector<i2c::Address> result;
  for (const unsigned value : values) result.push_back(*i2c::Address::seven_bit(value));
  return result;
}

std::vector<BusGrant> parsed(std::string_view text) { return parse_device_list(text, false); }

TEST(DeviceList, address_that_begins_ten_bits_is_refused_also_where_reserved_ones_are_allowed) {
  EXPECT_THROW(static_cast<void>(parse_device_list("2:0x78", true)), DeviceListError);
  EXPECT_THROW(static_cast<void>(parse_device_list("2:0x7b", true)), DeviceListError);
}

TEST(DeviceList, names_with_spaces_and_decimal_addresses_are_the_originals_example) {
  EXPECT_EQ(parsed("i915 gmbus dpd:32:21,DPDDC-D:10:23"),
            (std::vector<BusGrant>{{"i915 gmbus dpd", addresses({32, 21})},
                                   {"DPDDC-D", addresses({10, 23})}}));
}

TEST(DeviceList, number_stands_for_a_bus) {
  EXPECT_EQ(parsed("2:32:21"), (std::vector<BusGrant>{{"2", addresses({32, 21})}}));
}

TEST(DeviceList, hexadecimal_addresses_have_a_prefix) {
  EXPECT_EQ(parsed("2:0x20:0X5a:0x5B"),
            (std::vector<BusGrant>{{"2", addresses({0x20, 0x5a, 0x5b})}}));
}

TEST(DeviceList, leading_zero_is_decimal) {
  EXPECT_EQ(parsed("2:010"), (std::vector<BusGrant>{{"2", addresses({10})}}));
}

TEST(DeviceList, bus_written_twice_is_one_grant) {
  EXPECT_EQ(parsed("2:32,3:33,2:34"),
            (std::vector<BusGrant>{{"2", addresses({32, 34})}, {"3", addresses({33})}}));
}

// UM10204, 3.1.12: 0000 xxx and 1111 xxx are reserved.
TEST(DeviceList, first_and_last_addresses_of_chips_are_granted) {
  EXPECT_EQ(parsed("2:0x08:0x77"), (std::vector<BusGrant>{{"2", addresses({0x08, 0x77})}}));
}

TEST(DeviceList, reserved_addresses_are_granted_when_allowed) {
  EXPECT_EQ(parse_device_list("2:0x00:0x07:0x7c:0x7f", true),
            (std::vector<BusGrant>{{"2", addresses({0x00, 0x07, 0x7c, 0x7f})}}));
}

/// A list, and what its refusal says: the value, and what would be right.
struct Refused {
  std::string name;
  std::string list;
  std::string value;
  std::string remedy;
  bool allow_reserved = false;
};

void PrintTo(const Refused& refused, std::ostream* out) { *out << '"' << refused.list << '"'; }

class DeviceListRefusal : public ::testing::TestWithParam<Refused> {};

TEST_P(DeviceListRefusal, refusal_names_the_value_and_the_remedy) {
  const Refused& refused = GetParam();

  const std::string text = text_of<DeviceListError>(
      [&] { static_cast<void>(parse_device_list(refused.list, refused.allow_reserved)); });

  EXPECT_THAT(text, AllOf(HasSubstr(refused.value), HasSubstr(refused.remedy)));
}

constexpr const char* format = "<bus>:<addr>";
constexpr const char* range = "0x08 to 0x77";
constexpr const char* hint = "given by its number";

INSTANTIATE_TEST_SUITE_P(
    Table, DeviceListRefusal,
    ::testing::Values(
        Refused{"EmptyList", "", "the list is empty", format},
        Refused{"CommaAlone", ",", "empty entry", format},
        Refused{"EmptyBus", ":32", "':32' has no name or number of a bus", format},
        Refused{"EmptyLastEntry", "2:32,", "empty entry", format},
        Refused{"EmptyMiddleEntry", "2:32,,3:33", "empty entry", format},
        Refused{"BusAlone", "2", "'2' has no address", "'2:0x50'"},
        Refused{"BusWithColonAlone", "a b:", "'a b:' has no address", "'a b:0x50'"},
        Refused{"NameWithComma", "dpd, left:32", "'dpd' has no address", hint},
        Refused{"NameWithColon", "at 0:1f.4:32", "the address '1f.4'", hint},
        Refused{"EmptyAddress", "2:32:", "the address '' on the bus '2'", range},
        Refused{"Word", "2:eeprom", "the address 'eeprom' on the bus '2'", range},
        Refused{"HexadecimalWithoutPrefix", "2:5a", "the address '5a'", "0x before it"},
        Refused{"PrefixAlone", "2:0x", "the address '0x'", range},
        Refused{"Negative", "2:-1", "the address '-1'", range},
        Refused{"TwoPrefixes", "2:0x0x20", "the address '0x0x20'", range},
        Refused{"Space", "2: 32", "the address ' 32'", range},
        Refused{"BeyondAllIntegers", "2:99999999999", "the address '99999999999'", range},
        Refused{"Twice", "2:32:0x20", "the address 0x20 is given twice", "each address is one"},
        Refused{"TwiceOnTwoBuses", "a:32,b:32",
                "the address 0x20 is given twice, on the bus 'a' and on the bus 'b'", "one bus"},
        Refused{"GeneralCall", "2:0", "the address '0' on the bus '2' is 0x00", range},
        Refused{"LastReservedBelow", "2:7", "is 0x07", "--allow-reserved"},
        Refused{"FirstReservedAbove", "2:0x78", "the address '0x78'", "--allow-reserved"},
        Refused{"TenBits", "2:0x80", "the address '0x80' on the bus '2' is too large", range},
        Refused{"TenBitsWhenReservedAreAllowed", "2:128", "the address '128'", range, true},
        Refused{"TwiceWhenReservedAreAllowed", "2:3,4:3", "the address 0x03", "twice", true}),
    [](const ::testing::TestParamInfo<Refused>& tested) { return tested.param.name; });

}  // namespace
}  // namespace vhost_device::linux_i2c
