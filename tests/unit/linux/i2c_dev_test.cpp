// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/i2c_dev.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/unit/linux/host_tree.hpp"

// What is refused at the start. What an adapter does is tested where there is one: in the guest.

namespace vhost_device::linux_i2c {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector chips{*i2c::Address::seven_bit(0x50), *i2c::Address::seven_bit(0x48)};

std::string refusal(const HostTree& tree, std::string_view name_or_number, bool force = false) {
  I2cDev::Options options;
  options.force = force;
  options.paths = tree.paths();
  return text_of<AdapterError>([&] { const I2cDev adapter(name_or_number, chips, options); });
}

TEST(I2cDev, unknown_adapter_is_refused_with_those_that_exist) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus stub driver");

  EXPECT_THAT(refusal(tree, "2"), HasSubstr("3 (SMBus stub driver)"));
}

TEST(I2cDev, adapter_without_a_device_file_is_refused_with_the_module_to_load) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus stub driver");

  EXPECT_THAT(refusal(tree, "3"), AllOf(StartsWith("i2c-3 (SMBus stub driver): "),
                                        HasSubstr((tree.paths().dev / "i2c-3").native()),
                                        HasSubstr("modprobe i2c-dev")));
}

TEST(I2cDev, regular_file_in_the_place_of_the_device_is_refused) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus stub driver");
  tree.add_node(3);

  EXPECT_THAT(refusal(tree, "SMBus stub driver"), HasSubstr("i2c-3 is not its device file"));
}

TEST(I2cDev, other_device_in_the_place_of_the_device_is_refused) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus stub driver");
  std::filesystem::create_symlink("/dev/null", tree.paths().dev / "i2c-3");

  EXPECT_THAT(refusal(tree, "3"), HasSubstr("i2c-3 is not its device file"));
}

TEST(I2cDev, address_of_a_driver_is_refused_with_its_name_and_what_to_do) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus stub driver");
  tree.add_node(3);
  tree.bind("3-0048", "lm75");

  EXPECT_EQ(refusal(tree, "3"),
            "i2c-3 (SMBus stub driver): the address 0x48 belongs to the host's driver 'lm75' (" +
                (tree.paths().sysfs / "3-0048" / "driver").native() +
                "); unbind it (echo 3-0048 > /sys/bus/i2c/drivers/lm75/unbind), or force it "
                "(--force; in Python: force=True)");
}

TEST(I2cDev, all_addresses_of_drivers_are_named_with_what_to_do) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus stub driver");
  tree.add_node(3);
  tree.bind("3-0048", "lm75");
  tree.bind("3-0050", "at24");

  EXPECT_THAT(refusal(tree, "3"),
              AllOf(HasSubstr("the address 0x48 belongs to the host's driver 'lm75'"),
                    HasSubstr("the address 0x50 belongs to the host's driver 'at24'"),
                    HasSubstr("unbind them (echo 3-0048 > /sys/bus/i2c/drivers/lm75/unbind; echo "
                              "3-0050 > /sys/bus/i2c/drivers/at24/unbind)")));
}

TEST(I2cDev, adapter_that_became_another_since_it_was_found_is_refused) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus I801 adapter");
  tree.add_node(3);
  I2cDev::Options options;
  options.paths = tree.paths();

  EXPECT_THAT(text_of<AdapterError>([&] {
                const I2cDev adapter({3, "SMBus stub driver"}, /*by_name=*/true, chips, options);
              }),
              StartsWith("i2c-3 (SMBus stub driver): it is being removed"));
}

TEST(I2cDev, drivers_of_addresses_that_are_not_granted_do_not_matter) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus stub driver");
  tree.add_node(3);
  tree.bind("3-0049", "lm75");
  tree.bind("4-0048", "lm75");

  EXPECT_THAT(refusal(tree, "3"), HasSubstr("is not its device file"));
}

TEST(I2cDev, force_takes_no_notice_of_drivers) {
  const HostTree tree;
  tree.add_adapter(3, "SMBus stub driver");
  tree.add_node(3);
  tree.bind("3-0048", "lm75");

  EXPECT_THAT(refusal(tree, "3", /*force=*/true), HasSubstr("is not its device file"));
}

}  // namespace
}  // namespace vhost_device::linux_i2c
