// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/registers/register_device.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

constexpr Register status{.name = "status", .address = 0x00, .reset = 0xa5};
constexpr std::array map{status};

class StatusChip final : public RegisterDevice {
 public:
  StatusChip() : RegisterDevice("status_chip", {at(0x48)}, map, {}) {}

  using RegisterDevice::is_set;
  using RegisterDevice::set_bits;
};

TEST(RegisterDevice, bits_are_set_when_all_of_them_are) {
  const StatusChip chip;

  EXPECT_TRUE(chip.is_set(status, 0x80));
  EXPECT_TRUE(chip.is_set(status, 0x81));
  EXPECT_FALSE(chip.is_set(status, 0x82));
  EXPECT_FALSE(chip.is_set(status, 0x5a));
}

TEST(RegisterDevice, setting_bits_leaves_the_others) {
  StatusChip chip;

  chip.set_bits(status, 0x0f, true);
  EXPECT_EQ(chip.register_value(status), 0xaf);

  chip.set_bits(status, 0x81, false);
  EXPECT_EQ(chip.register_value(status), 0x2e);
}

}  // namespace
}  // namespace vhost_device::sim
