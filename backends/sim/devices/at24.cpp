// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/at24.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <stdexcept>
#include <vector>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

namespace {

using std::chrono::milliseconds;

constexpr unsigned first_address = 0x50;  // 1010 A2 A1 A0
constexpr unsigned last_address = 0x57;
constexpr unsigned max_addresses = last_address - first_address + 1;
constexpr std::size_t min_size = 16;

struct Row {
  std::string_view name;
  std::size_t size;
  std::size_t page_size;
  unsigned pointer_bytes;
  milliseconds write_cycle;
};

constexpr auto rows = std::to_array<Row>({
    {"24c01", 128, 8, 1, milliseconds(5)},
    {"24c02", 256, 8, 1, milliseconds(5)},
    {"24c04", 512, 16, 1, milliseconds(5)},
    {"24c08", 1024, 16, 1, milliseconds(5)},
    {"24c16", 2048, 16, 1, milliseconds(5)},
    {"24c32", 4096, 32, 2, milliseconds(5)},
    {"24c64", 8192, 32, 2, milliseconds(5)},
    {"24c128", 16384, 64, 2, milliseconds(5)},
    {"24c256", 32768, 64, 2, milliseconds(5)},
    {"24c512", 65536, 128, 2, milliseconds(5)},
    {"24c1024", 131072, 256, 2, milliseconds(5)},
    {"24cm01", 131072, 256, 2, milliseconds(5)},
    {"24c2048", 262144, 256, 2, milliseconds(10)},
    {"24cm02", 262144, 256, 2, milliseconds(10)},
});

std::size_t block_size(const At24Geometry& geometry) {
  return std::size_t{1} << (8 * geometry.pointer_bytes);
}

unsigned blocks(const At24Geometry& geometry) {
  return static_cast<unsigned>(std::max<std::size_t>(geometry.size / block_size(geometry), 1));
}

unsigned address_count(const At24Geometry& geometry) {
  return std::max(geometry.addresses, blocks(geometry));
}

void check_geometry(const std::string& name, const At24Geometry& geometry) {
  const bool possible =
      (geometry.pointer_bytes == 1 || geometry.pointer_bytes == 2) &&
      std::has_single_bit(geometry.size) && geometry.size >= min_size &&
      geometry.size <= max_addresses * block_size(geometry) &&
      std::has_single_bit(geometry.page_size) && geometry.page_size <= At24::max_page_size &&
      geometry.page_size <= geometry.size && geometry.addresses <= max_addresses &&
      geometry.write_cycle >= milliseconds(0) && geometry.write_cycle <= At24::max_write_cycle;
  if (!possible) throw std::invalid_argument(name + ": there is no such EEPROM");
}

std::vector<i2c::Address> addresses_from(const std::string& name, const At24Geometry& geometry,
                                         i2c::Address address) {
  check_geometry(name, geometry);
  const unsigned first = address.value();
  const unsigned count = address_count(geometry);
  if (address.is_ten_bit() || first < first_address || first + count - 1 > last_address ||
      first % blocks(geometry) != 0) {
    throw std::invalid_argument(
        name + " cannot be at " + to_string(address) + ": expected 0x50 to 0x57" +
        (count > 1 ? ", as the first of the " + std::to_string(count) + " addresses that it takes"
                   : ""));
  }
  std::vector<i2c::Address> addresses;
  for (unsigned i = 0; i < count; ++i) addresses.push_back(*i2c::Address::seven_bit(first + i));
  return addresses;
}

}  // namespace

At24::At24(std::string_view part, i2c::Address address)
    : At24(std::string(part), geometry(part), address) {}

At24::At24(const std::string& name, const At24Geometry& geometry, i2c::Address address)
    : Eeprom(name, addresses_from(name, geometry, address), {}, geometry.size, geometry.page_size,
             geometry.write_cycle),
      geometry_(geometry) {}

At24Geometry At24::geometry(std::string_view part) {
  const Row& row = row_of(rows, "EEPROM", part);
  At24Geometry geometry;
  geometry.size = row.size;
  geometry.page_size = row.page_size;
  geometry.pointer_bytes = row.pointer_bytes;
  geometry.write_cycle = row.write_cycle;
  return geometry;
}

Ack At24::start(Direction /*direction*/) {
  pointer_bytes_seen_ = 0;
  return begin();
}

Ack At24::write_all(std::span<const std::byte> values) {
  while (!values.empty() && pointer_bytes_seen_ < geometry_.pointer_bytes) {
    load_pointer(std::to_integer<std::size_t>(values.front()));
    values = values.subspan(1);
  }
  latch(values);
  return Ack::ack;
}

void At24::load_pointer(std::size_t value) {
  ++pointer_bytes_seen_;
  std::size_t pointer = this->pointer();
  const std::size_t low = pointer & 0xff;
  if (pointer_bytes_seen_ == 1) {
    const unsigned block = selected_address().value() - addresses().front().value();
    const std::size_t base = block * block_size(geometry_);
    pointer = base | (geometry_.pointer_bytes == 1 ? value : value << 8 | low);
  } else {
    pointer = (pointer - low) | value;
  }
  set_pointer(pointer % size());  // further bits are don't care
}

void At24::read_all(std::span<std::byte> values) {
  read_on(values, geometry_.read_rollover ? size() : std::min(size(), block_size(geometry_)));
}

void At24::visit_state(StateVisitor& visitor) {
  Eeprom::visit_state(visitor);
  visitor.value("write_protect", write_protect_);
}

bool At24::write_protect() const {
  const Guard guard = lock();
  return write_protect_;
}

void At24::set_write_protect(bool protect) {
  const Guard guard = lock();
  write_protect_ = protect;
}

namespace {

At24Geometry geometry_from(const Part& part, const Properties& properties) {
  At24Geometry geometry = At24::geometry(part.name);
  if (const auto width = properties.u32("address-width")) {
    if (*width != 8 && *width != 16) properties.bad_value("address-width", "8 or 16");
    geometry.pointer_bytes = *width / 8;
  }
  const std::size_t max_size = max_addresses * block_size(geometry);
  if (const auto size = properties.u32("size")) geometry.size = *size;
  if (!std::has_single_bit(geometry.size) || geometry.size < min_size || geometry.size > max_size) {
    properties.bad_value("size", "a power of two from " + std::to_string(min_size) + " to " +
                                     std::to_string(max_size));
  }
  if (const auto page_size = properties.u32("pagesize")) {
    if (!std::has_single_bit(*page_size) ||
        *page_size > std::min(At24::max_page_size, geometry.size))
      properties.bad_value("pagesize", "a power of two from 1 to 256, and no more than the size");
    geometry.page_size = *page_size;
  }
  geometry.page_size = std::min(geometry.page_size, geometry.size);
  if (const auto count = properties.u32("num-addresses")) {
    if (*count < blocks(geometry) || *count > max_addresses)
      properties.bad_value("num-addresses", std::to_string(blocks(geometry)) + " to 8");
    geometry.addresses = *count;
  }
  geometry.read_rollover = !properties.flag("no-read-rollover");
  return geometry;
}

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  const auto chip =
      std::make_shared<At24>(std::string(part.name), geometry_from(part, properties), address);
  chip->set_write_protect(properties.flag("read-only"));
  set_up(*chip, properties);
  return chip;
}

constexpr auto vendors = std::to_array<std::string_view>(
    {"atmel", "catalyst", "microchip", "nxp", "ramtron", "renesas", "rohm", "st"});

constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family at24_family{"24Cxx EEPROM", "at24", vendors, parts};

}  // namespace vhost_device::sim
