// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/registry.hpp"

#include <algorithm>
#include <array>

#include "backends/sim/devices/ads1015.hpp"
#include "backends/sim/devices/adxl345.hpp"
#include "backends/sim/devices/at24.hpp"
#include "backends/sim/devices/bmp280.hpp"
#include "backends/sim/devices/ds1307.hpp"
#include "backends/sim/devices/ee1004.hpp"
#include "backends/sim/devices/ina2xx.hpp"
#include "backends/sim/devices/jc42.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "backends/sim/devices/mcp4725.hpp"
#include "backends/sim/devices/mpu6050.hpp"
#include "backends/sim/devices/pca953x.hpp"
#include "backends/sim/devices/pca954x.hpp"
#include "backends/sim/devices/pcf8563.hpp"
#include "backends/sim/devices/pmbus_supply.hpp"
#include "backends/sim/devices/sht3x.hpp"
#include "backends/sim/devices/tmp102.hpp"

namespace vhost_device::sim {

namespace {

// One row per family.
constexpr auto all_families = std::to_array<const Family*>({
    &ads1015_family,
    &adxl345_family,
    &at24_family,
    &bmp280_family,
    &ds1307_family,
    &ee1004_family,
    &ina2xx_family,
    &jc42_family,
    &lm75_family,
    &mcp4725_family,
    &mpu6050_family,
    &pca953x_family,
    &pca954x_family,
    &pcf8563_family,
    &pmbus_family,
    &sht3x_family,
    &tmp102_family,
});

}  // namespace

std::span<const Family* const> families() { return all_families; }

const Part* find_part(std::string_view compatible) {
  const std::size_t comma = compatible.find(',');
  const bool bare = comma == std::string_view::npos;
  const std::string_view vendor = bare ? std::string_view() : compatible.substr(0, comma);
  const std::string_view name = bare ? compatible : compatible.substr(comma + 1);
  for (const Family* const family : families()) {
    if (!bare && std::ranges::find(family->vendors, vendor) == family->vendors.end()) continue;
    const auto part = std::ranges::find(family->parts, name, &Part::name);
    if (part != family->parts.end()) return &*part;
  }
  return nullptr;
}

std::vector<std::string> compatibles() {
  std::vector<std::string> all;
  for (const Family* const family : families()) {
    for (const Part& part : family->parts) {
      all.emplace_back(part.name);
      for (const std::string_view vendor : family->vendors) {
        all.push_back(std::string(vendor).append(",").append(part.name));
      }
    }
  }
  return all;
}

}  // namespace vhost_device::sim
