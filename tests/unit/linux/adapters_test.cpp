// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/adapters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/linux/host_tree.hpp"

namespace vhost_device::linux_i2c {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string refusal(const HostTree& tree, std::string_view name_or_number) {
  return text_of<AdapterError>(
      [&] { static_cast<void>(find_adapter(name_or_number, tree.paths())); });
}

TEST(Adapters, folders_of_sysfs_are_listed_by_number_with_names) {
  const HostTree tree;
  tree.add_adapter(10, "DPDDC-D");
  tree.add_adapter(2, "i915 gmbus dpd");

  EXPECT_THAT(list_adapters(tree.paths()),
              ElementsAre(HostAdapter{2, "i915 gmbus dpd"}, HostAdapter{10, "DPDDC-D"}));
}

TEST(Adapters, chips_and_folders_without_a_name_are_no_adapters) {
  const HostTree tree;
  tree.bind("2-0048", "lm75");
  tree.add_folder("i2c-INT33FE:00");
  tree.add_folder("i2c-");
  tree.add_folder("i2c-7");
  tree.add_folder("i2c-99999999999999999999");

  EXPECT_THAT(list_adapters(tree.paths()), IsEmpty());
}

TEST(Adapters, host_without_i2c_has_none) {
  EXPECT_THAT(list_adapters({"/nonexistent/sysfs", "/nonexistent/dev"}), IsEmpty());
}

TEST(Adapters, digits_choose_by_number_and_anything_else_by_name) {
  EXPECT_TRUE(is_adapter_number("12"));
  EXPECT_FALSE(is_adapter_number("i2c-1"));
  EXPECT_FALSE(is_adapter_number("-1"));
  EXPECT_FALSE(is_adapter_number(""));
}

TEST(Adapters, name_and_number_of_one_adapter_find_the_same) {
  const HostTree tree;
  tree.add_adapter(1, "SMBus stub driver");
  tree.add_adapter(3, "i915 gmbus dpd");

  EXPECT_EQ(find_adapter("i915 gmbus dpd", tree.paths()), (HostAdapter{3, "i915 gmbus dpd"}));
  EXPECT_EQ(find_adapter("3", tree.paths()), (HostAdapter{3, "i915 gmbus dpd"}));
}

TEST(Adapters, number_is_taken_before_a_name_of_digits) {
  const HostTree tree;
  tree.add_adapter(1, "2");
  tree.add_adapter(2, "other");

  EXPECT_EQ(find_adapter("2", tree.paths()), (HostAdapter{2, "other"}));
}

TEST(Adapters, unknown_name_is_refused_with_those_that_exist) {
  const HostTree tree;
  tree.add_adapter(3, "i915 gmbus dpd");
  tree.add_adapter(1, "SMBus stub driver");

  EXPECT_EQ(refusal(tree, "i915 gmbus"),
            "there is no I2C adapter with the name 'i915 gmbus'; those of this host are "
            "1 (SMBus stub driver), 3 (i915 gmbus dpd)");
}

TEST(Adapters, unknown_number_is_refused_with_those_that_exist) {
  const HostTree tree;
  tree.add_adapter(3, "i915 gmbus dpd");

  EXPECT_EQ(refusal(tree, "4"),
            "there is no I2C adapter with the number '4'; those of this host are "
            "3 (i915 gmbus dpd)");
}

TEST(Adapters, number_beyond_all_integers_is_unknown) {
  const HostTree tree;

  EXPECT_THAT(refusal(tree, "99999999999999999999"),
              HasSubstr("no I2C adapter with the number '99999999999999999999'"));
}

TEST(Adapters, host_without_adapters_is_told_what_to_load) {
  const HostTree tree;

  EXPECT_THAT(refusal(tree, "0"), HasSubstr("this host has none"));
  EXPECT_THAT(refusal(tree, "0"), HasSubstr("modprobe i2c-dev"));
}

TEST(Adapters, name_of_two_adapters_is_refused_with_their_numbers) {
  const HostTree tree;
  tree.add_adapter(4, "Synopsys DesignWare I2C adapter");
  tree.add_adapter(2, "Synopsys DesignWare I2C adapter");
  tree.add_adapter(3, "other");

  EXPECT_EQ(refusal(tree, "Synopsys DesignWare I2C adapter"),
            "the adapters 2 and 4 all have the name 'Synopsys DesignWare I2C adapter'; choose "
            "one of them by its number");
}

TEST(FindAgain, adapter_chosen_by_name_may_have_a_new_number) {
  const HostTree tree;
  tree.add_adapter(4, "usb");
  tree.add_adapter(3, "other");

  EXPECT_EQ(find_again({3, "usb"}, true, tree.paths()).adapter, (HostAdapter{4, "usb"}));
}

TEST(FindAgain, adapter_chosen_by_name_is_gone_when_two_have_the_name) {
  const HostTree tree;
  tree.add_adapter(4, "usb");
  tree.add_adapter(3, "usb");

  const Found found = find_again({3, "usb"}, true, tree.paths());

  EXPECT_EQ(found.adapter, std::nullopt);
  EXPECT_EQ(found.problem, "3 and 4 have its name now");
}

TEST(FindAgain, adapter_chosen_by_number_is_the_same_with_number_and_name) {
  const HostTree tree;
  tree.add_adapter(3, "usb");
  tree.add_adapter(4, "usb");

  EXPECT_EQ(find_again({3, "usb"}, false, tree.paths()).adapter, (HostAdapter{3, "usb"}));
}

TEST(FindAgain, other_adapter_with_the_number_is_not_taken_for_it) {
  const HostTree tree;
  tree.add_adapter(3, "other");
  tree.add_adapter(4, "usb");

  const Found found = find_again({3, "usb"}, false, tree.paths());

  EXPECT_EQ(found.adapter, std::nullopt);
  EXPECT_EQ(found.problem, "its number belongs to 'other' now");
}

TEST(FindAgain, adapter_that_left_is_gone_either_way) {
  const HostTree tree;
  tree.add_adapter(4, "other");

  EXPECT_EQ(find_again({3, "usb"}, false, tree.paths()).adapter, std::nullopt);
  EXPECT_EQ(find_again({3, "usb"}, true, tree.paths()).adapter, std::nullopt);
}

TEST(BoundDriver, link_in_the_folder_of_a_chip_names_its_driver) {
  const HostTree tree;
  tree.bind("3-0048", "lm75");

  const auto driver = bound_driver(3, *i2c::Address::seven_bit(0x48), tree.paths());

  ASSERT_TRUE(driver);
  EXPECT_EQ(driver->name, "lm75");
  EXPECT_EQ(driver->location, tree.paths().sysfs / "3-0048" / "driver");
}

// Documentation/i2c/ten-bit-addresses.rst: the folder has 0xa000 added to the address.
TEST(BoundDriver, ten_bit_address_is_another_than_the_same_number_in_seven_bits) {
  const HostTree tree;
  tree.bind("3-a048", "at24");

  EXPECT_TRUE(bound_driver(3, *i2c::Address::ten_bit(0x48), tree.paths()));
  EXPECT_FALSE(bound_driver(3, *i2c::Address::seven_bit(0x48), tree.paths()));
}

TEST(BoundDriver, chip_without_a_driver_and_no_chip_have_none) {
  const HostTree tree;
  tree.add_folder("3-0048");

  EXPECT_FALSE(bound_driver(3, *i2c::Address::seven_bit(0x48), tree.paths()));
  EXPECT_FALSE(bound_driver(3, *i2c::Address::seven_bit(0x49), tree.paths()));
}

// A link to itself and a folder in the place of a file stand for what cannot be read for want of
// descriptors: nothing says that it is not there.

TEST(FindAgain, adapter_that_cannot_be_looked_for_is_not_gone) {
  const HostTree tree;
  const std::filesystem::path loop = tree.paths().dev / "loop";
  std::filesystem::create_symlink(loop, loop);

  const Found found = find_again({3, "usb"}, true, {loop, tree.paths().dev});

  EXPECT_EQ(found.adapter, std::nullopt);
  EXPECT_FALSE(found.gone);
  EXPECT_EQ(found.problem, loop.native() + " cannot be read: Too many levels of symbolic links");
}

TEST(FindAgain, adapter_whose_name_cannot_be_read_is_not_gone) {
  const HostTree tree;
  tree.add_folder("i2c-3/name");

  const Found found = find_again({3, "usb"}, false, tree.paths());

  EXPECT_FALSE(found.gone);
  EXPECT_THAT(found.problem, ::testing::HasSubstr("Is a directory"));
}

TEST(FindAdapter, folder_that_cannot_be_read_is_not_taken_for_an_empty_one) {
  const HostTree tree;
  const std::filesystem::path loop = tree.paths().dev / "loop";
  std::filesystem::create_symlink(loop, loop);

  EXPECT_THAT(text_of<AdapterError>([&] {
                (void)find_adapter("usb", {loop, tree.paths().dev});
              }),
              ::testing::HasSubstr("Too many levels of symbolic links"));
}

}  // namespace
}  // namespace vhost_device::linux_i2c
