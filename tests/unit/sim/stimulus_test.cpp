// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// When stimuli are applied to a chip.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/recording_chip.hpp"

namespace vhost_device::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// Calls a function; writes down when.
class Recorded final : public Stimulus {
 public:
  explicit Recorded(std::function<void(Time)> function, std::string subject = "")
      : function_(std::move(function)), subject_(std::move(subject)) {}

  std::vector<Time> joined;
  std::vector<std::shared_ptr<void>> supervisors;

  void apply(Time now, const std::shared_ptr<void>& supervisor) override {
    supervisors.push_back(supervisor);
    function_(now);
  }
  [[nodiscard]] std::string_view subject() const override { return subject_; }
  void clock_changed(Time now) override { joined.push_back(now); }

 private:
  std::function<void(Time)> function_;
  std::string subject_;
};

class StimulusTest : public ::testing::Test {
 protected:
  std::shared_ptr<Recorded> noting_time(std::string subject = "") {
    return std::make_shared<Recorded>([this](Time now) { times.push_back(now); },
                                      std::move(subject));
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{clock};
  Controller controller{bus};
  std::shared_ptr<Lm75> sensor = std::make_shared<Lm75>("lm75", at(0x48));
  std::vector<Time> times;
};

TEST_F(StimulusTest, is_applied_before_each_message_at_the_buss_time) {
  bus.attach(sensor);
  sensor->add_stimulus(noting_time());
  static_cast<void>(controller.write(0x48, bytes({0x00})));
  clock->advance(5ms);
  static_cast<void>(controller.write(0x48, bytes({0x00})));
  EXPECT_THAT(times, ElementsAre(0ms, 5ms));
}

TEST_F(StimulusTest, is_applied_when_a_property_is_used) {
  bus.attach(sensor);
  sensor->add_stimulus(std::make_shared<Recorded>(
      [this](Time now) { sensor->set_temperature(20.0 + static_cast<double>(now / 1s)); }));
  clock->advance(7s);
  EXPECT_EQ(sensor->temperature(), 27.0);
  EXPECT_EQ(sensor->reported_temperature(), 27.0);
}

TEST_F(StimulusTest, is_applied_before_the_chip_hears_of_the_message) {
  WireLog log;
  const auto chip = std::make_shared<RecordingChip>("chip", std::vector{at(0x10)}, log);
  bus.attach(chip);
  chip->add_stimulus(std::make_shared<Recorded>([&](Time) { log.push_back("stimulus"); }));
  static_cast<void>(controller.write(0x10, bytes({0x01})));
  EXPECT_THAT(log, ElementsAre("stimulus", "chip W", "chip 01", "chip STOP"));
}

TEST_F(StimulusTest, takes_the_place_of_one_for_the_same_subject) {
  sensor->add_stimulus(noting_time("temperature"));
  const auto second = std::make_shared<Recorded>([](Time) {}, "temperature");
  sensor->add_stimulus(second);
  static_cast<void>(sensor->temperature());
  EXPECT_THAT(times, IsEmpty());
  EXPECT_EQ(second->supervisors.size(), 1U);
}

TEST_F(StimulusTest, is_over_when_it_is_removed) {
  const auto stimulus = noting_time();
  sensor->add_stimulus(stimulus);
  sensor->remove_stimulus(*stimulus);
  sensor->remove_stimulus(*stimulus);
  static_cast<void>(sensor->temperature());
  EXPECT_THAT(times, IsEmpty());
  EXPECT_EQ(stimulus.use_count(), 1);
}

TEST_F(StimulusTest, may_remove_itself) {
  std::shared_ptr<Recorded> stimulus;
  stimulus = std::make_shared<Recorded>([&](Time now) {
    times.push_back(now);
    sensor->remove_stimulus(*stimulus);
  });
  sensor->add_stimulus(stimulus);
  static_cast<void>(sensor->temperature());
  static_cast<void>(sensor->temperature());
  EXPECT_EQ(times.size(), 1U);
}

TEST_F(StimulusTest, is_told_of_another_clock_and_not_of_the_same) {
  const auto stimulus = noting_time();
  sensor->add_stimulus(stimulus);
  clock->advance(3s);
  bus.attach(sensor);
  bus.detach(*sensor);
  bus.attach(sensor);
  EXPECT_THAT(stimulus->joined, ElementsAre(3s));
}

TEST_F(StimulusTest, is_given_the_supervisor_of_the_bus) {
  const auto supervisor = std::make_shared<int>(5);
  bus.set_supervisor(supervisor);
  const auto stimulus = noting_time();
  sensor->add_stimulus(stimulus);
  static_cast<void>(sensor->temperature());
  bus.attach(sensor);
  static_cast<void>(sensor->temperature());
  EXPECT_THAT(stimulus->supervisors, ElementsAre(nullptr, supervisor));
}

TEST_F(StimulusTest, is_in_the_state_that_is_saved) {
  sensor->add_stimulus(std::make_shared<Recorded>([this](Time) { sensor->set_temperature(60.0); }));
  EXPECT_THAT(sensor->state(), Contains(Pair("temperature_c", StateValue(60.0))));
}

TEST(BusHold, keeps_transactions_of_other_threads_away) {
  WireLog log;
  Bus bus;
  bus.attach(std::make_shared<RecordingChip>("chip", std::vector{at(0x10)}, log));
  bus.set_transaction_limit(10ms);
  i2c::TransferResult result;
  {
    const auto held = bus.hold();
    std::thread([&] { result = Controller(bus).quick_write(0x10); }).join();
  }
  EXPECT_EQ(result.error, i2c::TransferError::timeout);
  EXPECT_THAT(log, IsEmpty());
  EXPECT_TRUE(Controller(bus).quick_write(0x10).ok());
}

}  // namespace
}  // namespace vhost_device::sim
