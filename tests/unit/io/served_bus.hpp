// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "core/i2c/virtio_i2c.hpp"
#include "core/i2c/virtio_i2c_driver.hpp"
#include "core/io/in_process_guest.hpp"
#include "core/io/server.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace vhost_device::io::testing {

using vhost_device::testing::TemporaryFolder;

inline const i2c::Address eeprom_address = *i2c::Address::seven_bit(0x50);

/// The devices of guests whose bus is `adapter`.
inline Server::GuestDeviceFactory i2c_devices(std::shared_ptr<i2c::Adapter> adapter) {
  return [adapter](std::size_t) { return std::make_unique<i2c::VirtioI2c>(adapter); };
}

/// A simulated bus with a 24c02 that has no write cycle, served to `guests` guests.
struct ServedBus {
  explicit ServedBus(std::size_t guests = 1, PollPolicy poll = {})
      : server({.path = folder / "i2c.sock", .count = guests, .poll = poll}, i2c_devices(bus)) {
    eeprom->set_write_cycle(std::chrono::milliseconds(0));
    bus->attach(eeprom);
  }

  [[nodiscard]] std::filesystem::path socket(std::size_t guest = 0) const {
    return server.socket_paths().at(guest);
  }

  TemporaryFolder folder;
  std::shared_ptr<sim::Bus> bus = std::make_shared<sim::Bus>();
  std::shared_ptr<sim::At24> eeprom = std::make_shared<sim::At24>("24c02", eeprom_address);
  Server server;
};

/// A guest on a served bus with its driver, started.
struct I2cGuest {
  explicit I2cGuest(const std::filesystem::path& socket, InProcessGuest::Options options = {},
                    i2c::VirtioI2cDriver::Options driver_options = {})
      : guest(socket, options),
        ring(i2c::VirtioI2cDriver::make_ring(guest, 64)),
        driver(guest, *ring, driver_options) {
    guest.start({ring.get()});
  }

  /// Writes a byte into the EEPROM at offset 0 and reads it back; whether both worked.
  [[nodiscard]] bool eeprom_works(std::byte value) {
    std::vector to_write{std::byte{0}, value};
    std::vector pointer{std::byte{0}};
    std::vector<std::byte> read(1);
    const std::vector write_messages{i2c::Message{eeprom_address, false, to_write}};
    const std::vector read_messages{i2c::Message{eeprom_address, false, pointer},
                                    i2c::Message{eeprom_address, true, read}};
    return driver.transfer(write_messages).ok() && driver.transfer(read_messages).ok() &&
           read[0] == value;
  }

  InProcessGuest guest;
  std::unique_ptr<virtio::DriverQueue> ring;
  i2c::VirtioI2cDriver driver;
};

/// How many descriptors this process has open.
inline std::size_t open_descriptors() {
  using Iterator = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Iterator("/proc/self/fd"), Iterator()));
}

/// Waits until no more than `count` descriptors are open. The server closes a connection's on its
/// own thread, some time after the front-end has left. False when there still were more at the end.
inline bool descriptors_fall_to(std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (open_descriptors() > count) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace vhost_device::io::testing
