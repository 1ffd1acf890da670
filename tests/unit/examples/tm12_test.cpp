// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "examples/chips/tm12.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::examples {
namespace {

using namespace std::chrono_literals;
using sim::at;
using sim::bytes;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Tm12Test : public ::testing::Test {
 protected:
  Tm12Test() { bus.attach(chip); }

  std::shared_ptr<sim::ManualClock> clock = std::make_shared<sim::ManualClock>();
  sim::Bus bus{clock};
  std::shared_ptr<Tm12> chip = std::make_shared<Tm12>(at(0x48));
  sim::Controller controller{bus};
};

TEST_F(Tm12Test, registers_after_power_up_are_zero) {
  EXPECT_EQ(controller.write_read(0x48, bytes({0}), 2), bytes({0x00, 0x00}));
  EXPECT_EQ(controller.write_read(0x48, bytes({1}), 1), bytes({0x00}));
}

TEST_F(Tm12Test, conversion_that_is_over_reports_the_temperature) {
  chip->set_temperature(-12.5);
  clock->advance(99ms);
  EXPECT_EQ(controller.write_read(0x48, bytes({0}), 2), bytes({0x00, 0x00}));

  clock->advance(1ms);

  EXPECT_EQ(controller.write_read(0x48, bytes({0}), 2), bytes({0xf3, 0x80}));
  EXPECT_EQ(chip->reported_temperature(), -12.5);
}

TEST_F(Tm12Test, shutdown_keeps_the_last_reading) {
  clock->advance(100ms);
  controller.write(0x48, bytes({1, 0x01}));
  chip->set_temperature(80);

  clock->advance(10s);

  EXPECT_EQ(controller.write_read(0x48, bytes({0}), 2), bytes({0x19, 0x00}));
}

TEST_F(Tm12Test, temperature_beyond_the_range_is_refused) {
  EXPECT_THAT([this] { chip->set_temperature(126); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected -55 to 125")));
}

TEST(Tm12Family, property_of_a_board_is_the_temperature_at_first) {
  sim::FakeProperties properties;
  properties.numbers["vhost-device,temperature-millicelsius"] = 31250;
  const sim::Part& part = tm12_family.parts.front();

  const auto chip = std::dynamic_pointer_cast<Tm12>(part.make(part, at(0x4f), properties));

  EXPECT_EQ(chip->temperature(), 31.25);
}

}  // namespace
}  // namespace vhost_device::examples
