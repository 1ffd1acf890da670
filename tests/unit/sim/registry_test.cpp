// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::IsNull;
using ::testing::NotNull;
using ::testing::Values;

class KnownCompatible : public ::testing::TestWithParam<const char*> {};

// From Linux's bindings eeprom/at24.yaml and hwmon/lm75.yaml, and the bare device ids.
INSTANTIATE_TEST_SUITE_P(Linux, KnownCompatible,
                         Values("atmel,24c01", "microchip,24c32", "st,24c256", "nxp,24c02",
                                "atmel,24c2048", "24c02", "national,lm75", "national,lm75a",
                                "ti,tmp75", "ti,tmp275", "lm75", "tmp75"));

TEST_P(KnownCompatible, is_found) { EXPECT_THAT(find_part(GetParam()), NotNull()); }

class UnknownCompatible : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Strings, UnknownCompatible,
                         Values("", ",", "24c03", "atmel,", ",24c02", "acme,24c02", "atmel,lm75",
                                "atmel,24c02,x", "atmel;24c02", "ATMEL,24C02", " 24c02"));

TEST_P(UnknownCompatible, is_not_found) { EXPECT_THAT(find_part(GetParam()), IsNull()); }

TEST(Registry, every_listed_compatible_is_found) {
  for (const std::string& compatible : compatibles()) {
    EXPECT_THAT(find_part(compatible), NotNull()) << compatible;
  }
}

TEST(Registry, every_compatible_is_listed_once) {
  const std::vector<std::string> listed = compatibles();

  EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()).size(), listed.size());
}

TEST(Registry, vendor_and_bare_name_are_the_same_part) {
  EXPECT_EQ(find_part("24c32"), find_part("atmel,24c32"));
}

TEST(Registry, part_makes_a_chip_with_its_name) {
  const Part* const part = find_part("national,lm75a");

  const auto chip = part->make(*part, at(0x4c), FakeProperties());

  EXPECT_EQ(chip->name(), "lm75a");
  EXPECT_EQ(chip->addresses().front(), at(0x4c));
}

TEST(Registry, families_tell_which_linux_driver_proves_them) {
  std::set<std::string_view> drivers;
  for (const Family* const family : families()) drivers.insert(family->driver);

  EXPECT_THAT(drivers, ::testing::IsSupersetOf({"at24", "lm75"}));
}

}  // namespace
}  // namespace vhost_device::sim
