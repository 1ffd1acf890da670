// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// For ThreadSanitizer above all: everything that may happen to a bus at the same time.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "backends/sim/devices/lm75.hpp"
#include "tests/unit/io/served_bus.hpp"

namespace vhost_device::io {
namespace {

using testing::I2cGuest;
using testing::ServedBus;

const i2c::Address sensor_address = *i2c::Address::seven_bit(0x48);
constexpr int rounds = 300;

/// Reads the EEPROM's first byte; whether that worked.
bool read_eeprom(I2cGuest& guest) {
  std::byte pointer{0};
  std::byte value{};
  const std::vector messages{i2c::Message{testing::eeprom_address, false, std::span(&pointer, 1)},
                             i2c::Message{testing::eeprom_address, true, std::span(&value, 1)}};
  return guest.driver.transfer(messages).ok();
}

TEST(SharedBus, two_guests_attach_detach_and_properties_do_not_disturb_each_other) {
  ServedBus served(2);
  I2cGuest a(served.socket(0));
  I2cGuest b(served.socket(1));
  const auto sensor = std::make_shared<sim::Lm75>("lm75", sensor_address);
  std::atomic<int> failures = 0;
  const auto guest_thread = [&failures](I2cGuest& guest) {
    std::byte value{};
    const std::vector read_sensor{i2c::Message{sensor_address, true, std::span(&value, 1)}};
    for (int i = 0; i < rounds; ++i) {
      if (!read_eeprom(guest)) ++failures;
      // The sensor may or may not be there; there is an answer in any case.
      if (guest.driver.transfer(read_sensor).error == i2c::TransferError::timeout) ++failures;
    }
  };

  std::thread first(guest_thread, std::ref(a));
  std::thread second(guest_thread, std::ref(b));
  std::thread plugging([&] {
    for (int i = 0; i < rounds; ++i) {
      served.bus->attach(sensor);
      served.bus->detach(*sensor);
    }
  });
  std::thread properties([&] {
    for (int i = 0; i < rounds; ++i) {
      sensor->set_temperature(i % 100);
      static_cast<void>(sensor->os_level());
      served.eeprom->write_data(10, std::vector(4, static_cast<std::byte>(i)));
    }
  });
  for (std::thread* thread : {&first, &second, &plugging, &properties}) thread->join();

  EXPECT_EQ(failures, 0);
}

TEST(SharedBus, guests_that_come_and_go_do_not_disturb_one_that_stays) {
  ServedBus served(2);
  I2cGuest stays(served.socket(0));
  std::atomic<bool> failed = false;

  std::thread comes_and_goes([&] {
    for (int i = 0; i < 30; ++i) {
      I2cGuest guest(served.socket(1));
      if (!read_eeprom(guest)) failed = true;
    }
  });
  for (int i = 0; i < rounds; ++i) {
    if (!read_eeprom(stays)) failed = true;
  }
  comes_and_goes.join();

  EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace vhost_device::io
