// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/paths/buses.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/linux/i2c_dev.hpp"
#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "backends/sim/devices/lm75.hpp"

namespace vhost_device::bench {
namespace {

constexpr double temperature_c = 23.5;  // see `Work`

i2c::Address address(unsigned value) { return i2c::Address::seven_bit(value).value(); }

std::shared_ptr<i2c::Adapter> make_simulated() {
  auto bus = std::make_shared<sim::Bus>();
  const auto eeprom = std::make_shared<sim::At24>("24c32", address(eeprom_address));
  eeprom->set_write_cycle(std::chrono::milliseconds(0));
  bus->attach(eeprom);
  bus->attach(std::make_shared<sim::Lm75>("lm75", address(register_address), temperature_c));
  return bus;
}

/// What the kernel would show of the stand-in's adapter, for as long as this lives.
class Sysfs {
 public:
  Sysfs() {
    std::string folder = std::filesystem::temp_directory_path() / "vhost-device-paths-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make a folder");
    folder_ = folder;
    std::filesystem::create_directory(folder_ / "i2c-7");
    std::ofstream(folder_ / "i2c-7" / "name") << "stand-in\n";
  }
  Sysfs(const Sysfs&) = delete;
  Sysfs& operator=(const Sysfs&) = delete;
  ~Sysfs() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

std::shared_ptr<i2c::Adapter> make_linux(const std::vector<i2c::Address>& addresses) {
  static const Sysfs sysfs;
  linux_i2c::I2cDev::Options options;
  options.paths.sysfs = sysfs.folder();
  return std::make_shared<linux_i2c::I2cDev>("7", addresses, options);
}

}  // namespace

std::shared_ptr<i2c::Router> make_bus(Bus bus) {
  auto router = std::make_shared<i2c::Router>();
  if (bus == Bus::simulated) {
    router->grant_rest(make_simulated());
  } else {
    const std::vector addresses{address(register_address), address(eeprom_address)};
    if (!router->grant(make_linux(addresses), addresses)) throw std::logic_error("granted twice");
  }
  return router;
}

}  // namespace vhost_device::bench
