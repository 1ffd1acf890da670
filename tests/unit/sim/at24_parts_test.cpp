// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using ::testing::Values;

Bytes word_address(std::size_t offset, unsigned length) {
  Bytes result;
  for (unsigned i = length; i > 0; --i) {
    result.push_back(static_cast<std::byte>(offset >> (8 * (i - 1)) & 0xff));
  }
  return result;
}

struct PartCase {
  std::string_view name;
  std::size_t size;
  std::size_t page_size;
  std::size_t address_count;
  unsigned pointer_bytes;
};

void PrintTo(const PartCase& part, std::ostream* out) { *out << part.name; }

class At24Part : public ::testing::TestWithParam<PartCase> {};

// Sizes and pages as on the first pages of the datasheets that at24.hpp names.
INSTANTIATE_TEST_SUITE_P(
    Datasheets, At24Part,
    Values(PartCase{"24c01", 128, 8, 1, 1}, PartCase{"24c02", 256, 8, 1, 1},
           PartCase{"24c04", 512, 16, 2, 1}, PartCase{"24c08", 1024, 16, 4, 1},
           PartCase{"24c16", 2048, 16, 8, 1}, PartCase{"24c32", 4096, 32, 1, 2},
           PartCase{"24c64", 8192, 32, 1, 2}, PartCase{"24c128", 16384, 64, 1, 2},
           PartCase{"24c256", 32768, 64, 1, 2}, PartCase{"24c512", 65536, 128, 1, 2},
           PartCase{"24c1024", 131072, 256, 2, 2}, PartCase{"24cm01", 131072, 256, 2, 2},
           PartCase{"24c2048", 262144, 256, 4, 2}, PartCase{"24cm02", 262144, 256, 4, 2}),
    [](const auto& name) { return std::string(name.param.name); });

TEST_P(At24Part, has_the_geometry_of_its_datasheet) {
  const At24 chip(GetParam().name, at(0x50));

  EXPECT_EQ(chip.name(), GetParam().name);
  EXPECT_EQ(chip.size(), GetParam().size);
  EXPECT_EQ(chip.page_size(), GetParam().page_size);
  EXPECT_EQ(chip.addresses().size(), GetParam().address_count);
}

TEST_P(At24Part, keeps_an_image_written_page_by_page_as_linux_does) {
  const PartCase& part = GetParam();
  const auto clock = std::make_shared<ManualClock>();
  Bus bus(clock);
  const auto chip = std::make_shared<At24>(part.name, at(0x50));
  bus.attach(chip);
  Bytes image(part.size);
  for (std::size_t i = 0; i < part.size; ++i) image[i] = static_cast<std::byte>(i * 7 + i / 251);
  const std::size_t block = std::size_t{1} << (8 * part.pointer_bytes);

  for (std::size_t page = 0; page < part.size; page += part.page_size) {
    const auto address = static_cast<unsigned>(0x50 + page / block);
    Bytes message = word_address(page % block, part.pointer_bytes);
    const auto first = image.begin() + static_cast<std::ptrdiff_t>(page);
    message.insert(message.end(), first, first + static_cast<std::ptrdiff_t>(part.page_size));
    ASSERT_EQ(Controller(bus).write(address, message), ok());
    clock->advance(chip->write_cycle());
  }

  EXPECT_EQ(chip->read_data(0, part.size), image);
}

class At24Address : public ::testing::TestWithParam<std::pair<std::string_view, unsigned>> {};

INSTANTIATE_TEST_SUITE_P(Outside, At24Address,
                         Values(std::pair{"24c02", 0x4f}, std::pair{"24c02", 0x58},
                                std::pair{"24c04", 0x51}, std::pair{"24c08", 0x52},
                                std::pair{"24c16", 0x51}, std::pair{"24c1024", 0x53},
                                std::pair{"24c2048", 0x55}));

TEST_P(At24Address, that_the_part_cannot_have_is_refused) {
  const std::string part(GetParam().first);
  const i2c::Address address = at(GetParam().second);

  EXPECT_THAT([&] { At24(part, address); },
              ThrowsMessage<std::invalid_argument>(AllOf(
                  HasSubstr(part), HasSubstr(to_string(address)), HasSubstr("expected 0x50"))));
}

TEST(At24, ten_bit_address_is_refused) {
  EXPECT_THROW(At24("24c02", i2c::Address::ten_bit(0x50).value()), std::invalid_argument);
}

TEST(At24, unknown_part_is_refused_with_the_known_ones) {
  EXPECT_THAT([] { At24("24c03", at(0x50)); },
              ThrowsMessage<std::invalid_argument>(
                  AllOf(HasSubstr("24c03"), HasSubstr("24c02"), HasSubstr("24cm02"))));
}

TEST(At24, impossible_geometry_is_refused) {
  const At24Geometry good = At24::geometry("24c02");
  const auto refused = [](const At24Geometry& geometry) {
    EXPECT_THROW(At24("odd", geometry, at(0x50)), std::invalid_argument);
  };

  At24Geometry bad = good;
  bad.size = 300;
  refused(bad);
  bad = good;
  bad.size = 4096;  // more than eight blocks of 256
  refused(bad);
  bad = good;
  bad.page_size = 0;
  refused(bad);
  bad = good;
  bad.page_size = 512;
  refused(bad);
  bad = good;
  bad.pointer_bytes = 3;
  refused(bad);
  bad = good;
  bad.addresses = 9;
  refused(bad);
  bad = good;
  bad.write_cycle = -1ms;
  refused(bad);
}

}  // namespace
}  // namespace vhost_device::sim
