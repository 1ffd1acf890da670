// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"
#include "tests/unit/sim/files.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;
using ::testing::UnorderedElementsAre;
using ::testing::Values;

class At24Make : public ::testing::Test {
 protected:
  std::shared_ptr<At24> make(std::string_view name, unsigned address = 0x50) {
    const Part* const part = find_part(name);
    return std::dynamic_pointer_cast<At24>(part->make(*part, at(address), properties));
  }

  TemporaryFolder folder;
  std::string file = folder.path() / "image.bin";
  FakeProperties properties;
};

TEST_F(At24Make, part_without_properties_is_as_in_its_datasheet) {
  const auto chip = make("atmel,24c32", 0x52);

  EXPECT_EQ(chip->name(), "24c32");
  EXPECT_EQ(chip->size(), 4096U);
  EXPECT_EQ(chip->page_size(), 32U);
  EXPECT_EQ(chip->write_cycle(), 5ms);
  EXPECT_FALSE(chip->write_protect());
  EXPECT_EQ(chip->addresses().front(), at(0x52));
}

TEST_F(At24Make, every_property_is_asked_for_even_where_it_is_absent) {
  make("24c32");

  EXPECT_THAT(properties.asked,
              UnorderedElementsAre("size", "pagesize", "address-width", "num-addresses",
                                   "no-read-rollover", "read-only", "vhost-device,image",
                                   "vhost-device,save", "vhost-device,write-cycle-ms"));
}

TEST_F(At24Make, size_pagesize_and_address_width_replace_the_parts) {
  properties.numbers = {{"size", 1024}, {"pagesize", 128}, {"address-width", 16}};

  const auto chip = make("24c08");

  EXPECT_EQ(chip->size(), 1024U);
  EXPECT_EQ(chip->page_size(), 128U);
  EXPECT_EQ(chip->addresses().size(), 1U);
}

TEST_F(At24Make, smaller_size_than_the_parts_page_makes_the_page_smaller) {
  properties.numbers = {{"size", 16}};

  EXPECT_EQ(make("24c32")->page_size(), 16U);
}

TEST_F(At24Make, num_addresses_beyond_the_blocks_are_the_same_blocks_again) {
  properties.numbers = {{"num-addresses", 8}};
  const auto chip = make("24c32");
  Bus bus;
  bus.attach(chip);

  Controller(bus).write(0x57, bytes({0x01, 0x23, 0xab}));

  EXPECT_EQ(chip->read_data(0x123, 1), bytes({0xab}));
}

TEST_F(At24Make, no_read_rollover_keeps_a_read_in_its_block) {
  properties.flags = {"no-read-rollover"};
  const auto chip = make("24c04");
  chip->write_data(0, bytes({1}));
  chip->write_data(0xff, bytes({2, 3}));
  Bus bus;
  bus.attach(chip);

  EXPECT_EQ(Controller(bus).write_read(0x50, bytes({0xff}), 2), bytes({2, 1}));
}

TEST_F(At24Make, read_only_is_the_write_protect_pin) {
  properties.flags = {"read-only"};

  EXPECT_TRUE(make("24c32")->write_protect());
}

TEST_F(At24Make, write_cycle_can_be_given) {
  properties.numbers = {{"vhost-device,write-cycle-ms", 0}};

  EXPECT_EQ(make("24c32")->write_cycle(), 0ms);
}

TEST_F(At24Make, image_is_loaded) {
  write_file(file, "hello");
  properties.texts = {{"vhost-device,image", file}};

  EXPECT_EQ(make("24c32")->read_data(0, 5), bytes({'h', 'e', 'l', 'l', 'o'}));
}

TEST_F(At24Make, image_without_save_stays_as_it_is) {
  write_file(file, "hello");
  properties.texts = {{"vhost-device,image", file}};

  make("24c32")->write_data(0, bytes({'J'}));

  EXPECT_EQ(read_file(file), "hello");
}

TEST_F(At24Make, image_with_save_is_loaded_and_written_back) {
  write_file(file, "hello");
  properties.texts = {{"vhost-device,image", file}};
  properties.flags = {"vhost-device,save"};

  make("24c32")->write_data(0, bytes({'J'}));

  EXPECT_THAT(read_file(file), StartsWith("Jello\xff"));
}

TEST_F(At24Make, image_with_save_need_not_exist) {
  properties.texts = {{"vhost-device,image", file}};
  properties.flags = {"vhost-device,save"};

  make("24c01");

  EXPECT_EQ(read_file(file), std::string(128, '\xff'));
}

TEST_F(At24Make, missing_image_is_a_property_error) {
  properties.texts = {{"vhost-device,image", file}};

  EXPECT_THAT([&] { make("24c32"); },
              ThrowsMessage<PropertyError>(
                  AllOf(StartsWith("vhost-device,image"), HasSubstr("No such file"))));
}

TEST_F(At24Make, too_long_image_is_a_property_error_and_is_not_touched) {
  write_file(file, std::string(200, 'x'));
  properties.texts = {{"vhost-device,image", file}};
  properties.flags = {"vhost-device,save"};

  EXPECT_THAT([&] { make("24c01"); }, ThrowsMessage<PropertyError>(HasSubstr("128")));
  EXPECT_EQ(read_file(file), std::string(200, 'x'));
}

TEST_F(At24Make, save_without_image_is_a_property_error) {
  properties.flags = {"vhost-device,save"};

  EXPECT_THAT([&] { make("24c32"); },
              ThrowsMessage<PropertyError>(StartsWith("vhost-device,save")));
}

class At24BadProperty : public At24Make,
                        public ::testing::WithParamInterface<std::pair<const char*, int>> {};

INSTANTIATE_TEST_SUITE_P(Values, At24BadProperty,
                         Values(std::pair{"size", 0}, std::pair{"size", 8}, std::pair{"size", 1000},
                                std::pair{"size", 4096}, std::pair{"pagesize", 0},
                                std::pair{"pagesize", 3}, std::pair{"pagesize", 512},
                                std::pair{"address-width", 7}, std::pair{"num-addresses", 0},
                                std::pair{"num-addresses", 9},
                                std::pair{"vhost-device,write-cycle-ms", 60001}));

TEST_P(At24BadProperty, is_a_property_error_that_names_it) {
  const auto& [name, value] = GetParam();
  properties.numbers = {{name, value}};

  EXPECT_THAT([&] { make("24c08"); }, ThrowsMessage<PropertyError>(StartsWith(name)));
}

}  // namespace
}  // namespace vhost_device::sim
