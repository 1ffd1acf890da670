// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// Chips that come to the channels of muxes and leave them, and muxes that do with chips behind
// them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "backends/sim/devices/pca954x.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/recording_chip.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

std::shared_ptr<Pca954x> make_mux(unsigned address) {
  return std::make_shared<Pca954x>("pca9548", at(address));
}

class MuxMembership : public ::testing::Test {
 protected:
  std::shared_ptr<RecordingChip> make(const std::string& name, unsigned address) {
    return std::make_shared<RecordingChip>(name, std::vector{at(address)}, wire);
  }
  template <typename Place>
  std::shared_ptr<RecordingChip> attach(Place& place, const std::string& name, unsigned address) {
    auto chip = make(name, address);
    place.attach(chip);
    return chip;
  }

  WireLog wire;
  std::shared_ptr<Pca954x> mux = make_mux(0x70);
  Bus bus;
  Bus other_bus;
  Controller controller{bus};
};

TEST_F(MuxMembership, chips_attached_before_their_mux_come_with_it) {
  attach(mux->channel(0), "a", 0x48);

  bus.attach(mux);

  static_cast<void>(controller.write(0x70, bytes({1})));
  EXPECT_EQ(controller.quick_write(0x48), ok());
}

TEST_F(MuxMembership, mux_that_leaves_takes_its_chips_with_it) {
  const auto chip = attach(mux->channel(0), "a", 0x48);
  bus.attach(mux);
  static_cast<void>(controller.write(0x70, bytes({1})));

  bus.detach(*mux);
  EXPECT_EQ(controller.quick_write(0x48), address_nack);
  other_bus.attach(mux);

  EXPECT_EQ(Controller(other_bus).quick_write(0x48), ok());
  EXPECT_THAT(mux->channel(0).devices(), ElementsAre(chip));
}

TEST_F(MuxMembership, chip_detached_from_a_channel_does_not_answer_and_fits_elsewhere) {
  bus.attach(mux);
  const auto chip = attach(mux->channel(0), "a", 0x48);
  static_cast<void>(controller.write(0x70, bytes({1})));

  mux->channel(0).detach(*chip);

  EXPECT_EQ(controller.quick_write(0x48), address_nack);
  EXPECT_NO_THROW(other_bus.attach(chip));
}

TEST_F(MuxMembership, chip_is_detached_from_its_own_channel_only) {
  bus.attach(mux);
  const auto chip = attach(mux->channel(0), "a", 0x48);

  EXPECT_THAT([&] { mux->channel(1).detach(*chip); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("not on this channel")));
  EXPECT_THAT([&] { bus.detach(*chip); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("not on this bus")));
}

TEST_F(MuxMembership, clear_empties_a_channel) {
  const auto chip = attach(mux->channel(0), "a", 0x48);
  attach(mux->channel(0), "b", 0x49);
  const auto kept = attach(mux->channel(1), "c", 0x48);

  mux->channel(0).clear();

  EXPECT_THAT(mux->channel(0).devices(), IsEmpty());
  EXPECT_THAT(mux->channel(1).devices(), ElementsAre(kept));
  EXPECT_NO_THROW(bus.attach(chip));
}

TEST_F(MuxMembership, bus_lists_its_own_chips_without_those_behind_a_mux) {
  attach(mux->channel(0), "a", 0x48);
  bus.attach(mux);

  EXPECT_THAT(bus.devices(), ElementsAre(mux));
}

TEST_F(MuxMembership, chip_on_a_channel_is_on_a_bus_already) {
  const auto chip = attach(mux->channel(0), "a", 0x48);

  EXPECT_THAT([&] { bus.attach(chip); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("on a bus already")));
  EXPECT_THAT([&] { mux->channel(1).attach(chip); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("on a bus already")));
}

TEST_F(MuxMembership, no_chip_is_refused) {
  EXPECT_THROW(mux->channel(0).attach(nullptr), std::invalid_argument);
}

TEST_F(MuxMembership, chips_outlive_their_mux) {
  const auto chip = make("a", 0x48);
  make_mux(0x70)->channel(0).attach(chip);

  EXPECT_NO_THROW(bus.attach(chip));
}

TEST_F(MuxMembership, chips_behind_a_mux_outlive_their_bus) {
  attach(mux->channel(0), "a", 0x48);
  std::make_unique<Bus>()->attach(mux);

  EXPECT_NO_THROW(bus.attach(mux));
}

TEST_F(MuxMembership, address_of_the_mux_itself_is_taken_behind_it) {
  EXPECT_THAT([&] { attach(mux->channel(0), "a", 0x70); },
              ThrowsMessage<std::invalid_argument>(
                  AllOf(HasSubstr("a cannot"), HasSubstr("0x70"), HasSubstr("pca9548"))));
}

TEST_F(MuxMembership, address_on_the_way_to_the_bus_is_taken) {
  attach(bus, "lm75", 0x48);
  bus.attach(mux);
  const auto inner = make_mux(0x71);
  mux->channel(0).attach(inner);

  EXPECT_THAT([&] { attach(inner->channel(0), "tmp102", 0x48); },
              ThrowsMessage<std::invalid_argument>(
                  AllOf(HasSubstr("tmp102"), HasSubstr("lm75"), HasSubstr("0x48"))));
  EXPECT_THROW(attach(inner->channel(0), "a", 0x70), std::invalid_argument);
}

TEST_F(MuxMembership, address_of_a_chip_behind_a_mux_is_taken_before_it) {
  bus.attach(mux);
  const auto inner = make_mux(0x71);
  mux->channel(0).attach(inner);
  attach(inner->channel(0), "lm75", 0x48);

  EXPECT_THAT([&] { attach(bus, "tmp102", 0x48); },
              ThrowsMessage<std::invalid_argument>(
                  AllOf(HasSubstr("tmp102"), HasSubstr("lm75"), HasSubstr("pca9548 at 0x71"))));
  EXPECT_THROW(attach(mux->channel(0), "tmp102", 0x48), std::invalid_argument);
  EXPECT_NO_THROW(attach(mux->channel(1), "tmp102", 0x48));
}

TEST_F(MuxMembership, mux_with_a_chip_at_a_taken_address_is_refused_with_both) {
  attach(mux->channel(0), "lm75", 0x48);
  attach(bus, "tmp102", 0x48);

  EXPECT_THAT([&] { bus.attach(mux); },
              ThrowsMessage<std::invalid_argument>(
                  AllOf(HasSubstr("lm75 behind"), HasSubstr("tmp102"), HasSubstr("0x48"))));

  EXPECT_NO_THROW(other_bus.attach(mux));
}

TEST_F(MuxMembership, mux_behind_itself_is_refused) {
  const auto inner = make_mux(0x71);
  mux->channel(0).attach(inner);

  EXPECT_THROW(mux->channel(1).attach(mux), std::invalid_argument);
  EXPECT_THAT([&] { inner->channel(0).attach(mux); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("behind itself")));
}

TEST_F(MuxMembership, chips_behind_a_mux_have_the_clock_of_its_bus) {
  const auto clock = std::make_shared<ManualClock>();
  Bus timed(clock);
  const auto sensor = std::make_shared<Lm75>("tmp75", at(0x48), 25.0);
  mux->channel(0).attach(sensor);
  timed.attach(mux);
  Controller timed_controller(timed);
  static_cast<void>(timed_controller.write(0x70, bytes({1})));
  // Shutdown, and one conversion (SBOS288M, 7.5.3): 27.5 ms with 9 bits.
  static_cast<void>(timed_controller.write(0x48, bytes({1, 0x01})));
  sensor->set_temperature(30.0);
  static_cast<void>(timed_controller.write(0x48, bytes({1, 0x81})));

  clock->advance(std::chrono::milliseconds(27));
  const double before = sensor->reported_temperature();
  clock->advance(std::chrono::milliseconds(1));

  EXPECT_EQ(before, 25.0);
  EXPECT_EQ(sensor->reported_temperature(), 30.0);
}

TEST_F(MuxMembership, chip_that_detaches_its_mux_gets_the_rest_of_its_message_and_no_stop) {
  bus.attach(mux);
  const auto chip = attach(mux->channel(0), "a", 0x48);
  static_cast<void>(controller.write(0x70, bytes({1})));
  chip->at_start = [&] {
    bus.detach(*mux);
    EXPECT_THROW(other_bus.attach(mux), std::invalid_argument);
  };

  EXPECT_EQ(controller.write(0x48, bytes({2})), ok());

  EXPECT_THAT(wire, ElementsAre("a W", "a 02"));
  EXPECT_NO_THROW(other_bus.attach(mux));
}

TEST_F(MuxMembership, chip_that_parts_from_its_mux_and_the_mux_from_the_bus_is_free_afterwards) {
  bus.attach(mux);
  const auto chip = attach(mux->channel(0), "a", 0x48);
  static_cast<void>(controller.write(0x70, bytes({1})));
  chip->at_start = [&] {
    bus.detach(*mux);
    mux->channel(0).detach(*chip);
  };

  EXPECT_EQ(controller.quick_write(0x48), ok());

  EXPECT_NO_THROW(other_bus.attach(mux));
  EXPECT_NO_THROW(bus.attach(chip));
}

TEST_F(MuxMembership, chip_behind_a_mux_detached_in_the_middle_gets_no_stop) {
  bus.attach(mux);
  attach(mux->channel(0), "a", 0x48);
  attach(bus, "b", 0x20)->at_start = [&] { bus.detach(*mux); };
  static_cast<void>(controller.write(0x70, bytes({1})));
  const i2c::Message messages[]{{at(0x48), false, {}}, {at(0x20), false, {}}};

  EXPECT_EQ(bus.transfer(messages), ok(2));
  EXPECT_THAT(wire, ElementsAre("a W", "b W", "b STOP"));
}

TEST_F(MuxMembership, mux_reset_in_the_middle_disconnects_from_the_next_start_on) {
  bus.attach(mux);
  attach(mux->channel(0), "a", 0x48)->at_start = [&] { mux->reset(); };
  static_cast<void>(controller.write(0x70, bytes({1})));
  const i2c::Message messages[]{{at(0x48), false, {}}, {at(0x48), false, {}}};

  EXPECT_EQ(bus.transfer(messages), (i2c::TransferResult{1, i2c::TransferError::address_nack}));
  EXPECT_THAT(wire, ElementsAre("a W", "a STOP"));
}

TEST_F(MuxMembership, chips_come_and_go_while_others_use_them) {
  constexpr int rounds = 300;
  const auto sensor = std::make_shared<Lm75>("lm75", at(0x48), 20.0);
  mux->channel(0).attach(sensor);
  std::thread mover([&] {
    for (int i = 0; i < rounds; ++i) {
      bus.attach(mux);
      bus.detach(*mux);
      other_bus.attach(mux);
      other_bus.detach(*mux);
    }
  });
  std::thread reader([&] {
    Controller other(other_bus);
    for (int i = 0; i < rounds; ++i) {
      static_cast<void>(controller.write(0x70, bytes({1})));
      static_cast<void>(controller.read(0x48, 2));
      static_cast<void>(other.read(0x48, 2));
    }
  });

  for (int i = 0; i < rounds; ++i) sensor->set_temperature(i % 100);

  mover.join();
  reader.join();
  EXPECT_EQ(sensor->temperature(), (rounds - 1) % 100);
}

}  // namespace
}  // namespace vhost_device::sim
