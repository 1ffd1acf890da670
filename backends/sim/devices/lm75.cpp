// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/lm75.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;

enum Register : std::uint8_t {
  temperature_register,
  configuration_register,
  hysteresis_register,
  limit_register,
  product_id_register = 7
};

namespace config {
constexpr std::uint8_t shutdown = 0x01;
constexpr std::uint8_t interrupt_mode = 0x02;
constexpr std::uint8_t active_high = 0x04;
constexpr std::uint8_t fault_queue = 0x18;
constexpr unsigned fault_queue_shift = 3;
constexpr std::uint8_t resolution = 0x60;
constexpr unsigned resolution_shift = 5;
constexpr std::uint8_t one_shot = 0x80;
}  // namespace config

constexpr std::array<std::uint64_t, 4> fault_queue_lengths{1, 2, 4, 6};
constexpr std::int16_t degree = 256;

// What a read of the pointers 4 to 7 gives.
enum class Unused { wraps, repeats_last, reads_ones };

}  // namespace

struct Lm75Row {
  std::string_view name;
  double min_c;
  double max_c;
  unsigned min_resolution_bits;
  bool resolution_selectable;  // R1 R0, each step a bit more and twice the time
  bool one_shot;
  bool trips_at_limit;  // rather than above it
  unsigned limit_bits;
  Time conversion_time;  // typical, at the least resolution
  std::uint8_t pointer_mask;
  Unused unused;
};

namespace {

constexpr auto rows = std::to_array<Lm75Row>({
    {"lm75", -55, 125, 9, false, false, false, 9, 100ms, 0x07, Unused::repeats_last},
    {"lm75a", -55, 125, 9, false, false, false, 9, 100ms, 0x07, Unused::reads_ones},
    {"tmp75", -128, 128, 9, true, true, true, 12, 27500us, 0x03, Unused::wraps},
    {"tmp275", -128, 128, 9, true, true, true, 12, 27500us, 0x03, Unused::wraps},
});

constexpr std::uint8_t lm75a_product_id = 0xa1;

const Lm75Row& row_of(std::string_view part) {
  const auto* const row = std::ranges::find(rows, part, &Lm75Row::name);
  if (row != rows.end()) return *row;
  std::string known;
  for (const Lm75Row& each : rows) known.append(" ").append(each.name);
  throw std::invalid_argument("there is no sensor " + std::string(part) + "; known:" + known);
}

std::vector<i2c::Address> checked(std::string_view part, i2c::Address address) {
  constexpr unsigned first_address = 0x48;  // 1001 A2 A1 A0
  constexpr unsigned last_address = 0x4f;
  if (address.is_ten_bit() || address.value() < first_address || address.value() > last_address) {
    throw std::invalid_argument(std::string(part) + " cannot be at " + to_string(address) +
                                ": expected 0x48 to 0x4f");
  }
  return {address};
}

double checked(const Lm75Row& row, double temperature_c) {
  if (temperature_c >= row.min_c && temperature_c <= row.max_c) return temperature_c;
  throw std::invalid_argument(
      std::string(row.name) + " cannot be at " + std::to_string(temperature_c) + " C: expected " +
      std::to_string(std::lround(row.min_c)) + " to " + std::to_string(std::lround(row.max_c)));
}

// The nearest code, left-justified; the ends of the scale for what is beyond them.
std::int16_t quantised(double temperature_c, unsigned bits) {
  const double step = std::ldexp(1.0, 8 - static_cast<int>(bits));
  const double last = std::ldexp(1.0, static_cast<int>(bits) - 1) - 1;
  const double code = std::clamp(std::floor(temperature_c / step + 0.5), -last - 1, last);
  return static_cast<std::int16_t>(code * step * degree);
}

double in_degrees(std::int16_t word) { return static_cast<double>(word) / degree; }

std::int16_t top_bits(std::uint16_t word, unsigned bits) {
  return static_cast<std::int16_t>(word & (0xffffu << (16 - bits)));
}

}  // namespace

Lm75::Lm75(std::string_view part, i2c::Address address, double temperature_c)
    : Device(std::string(part), checked(part, address)),
      row_(row_of(part)),
      temperature_c_(checked(row_, temperature_c)),
      limit_(80 * degree),
      hysteresis_(75 * degree) {
  reading_ = quantised(temperature_c_, resolution_bits());
  conversion_end_ = now() + conversion_time();
}

double Lm75::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void Lm75::set_temperature(double temperature_c) {
  checked(row_, temperature_c);
  const Guard guard = lock();
  catch_up();
  temperature_c_ = temperature_c;
  if (in_shutdown()) return;
  convert(1);
  conversion_end_ = now() + conversion_time();
}

double Lm75::reported_temperature() {
  const Guard guard = lock();
  catch_up();
  return in_degrees(reading_);
}

Level Lm75::os_level() {
  const Guard guard = lock();
  catch_up();
  const bool active =
      (configuration_ & config::interrupt_mode) != 0 ? thermostat_.latched : thermostat_.tripped;
  const bool active_high = (configuration_ & config::active_high) != 0;
  return active == active_high ? Level::high : Level::low;
}

double Lm75::limit() const {
  const Guard guard = lock();
  return in_degrees(limit_);
}

double Lm75::hysteresis() const {
  const Guard guard = lock();
  return in_degrees(hysteresis_);
}

bool Lm75::in_shutdown() const { return (configuration_ & config::shutdown) != 0; }

unsigned Lm75::resolution_bits() const {
  return row_.min_resolution_bits +
         ((configuration_ & config::resolution) >> config::resolution_shift);
}

Time Lm75::conversion_time() const {
  return row_.conversion_time * (1 << (resolution_bits() - row_.min_resolution_bits));
}

void Lm75::clock_changed(Time offset) {
  if (conversion_end_) *conversion_end_ += offset;
}

void Lm75::catch_up() {
  const Time time = now();
  if (!conversion_end_ || time < *conversion_end_) return;
  if (in_shutdown()) {
    conversion_end_.reset();
    convert(1);
    return;
  }
  const auto count = 1 + (time - *conversion_end_) / conversion_time();
  *conversion_end_ += count * conversion_time();
  convert(static_cast<std::uint64_t>(count));
}

void Lm75::convert(std::uint64_t count) {
  reading_ = quantised(temperature_c_, resolution_bits());
  const std::int16_t compared = top_bits(static_cast<std::uint16_t>(reading_), row_.limit_bits);
  const bool over = row_.trips_at_limit ? compared >= limit_ : compared > limit_;
  const bool under = compared < hysteresis_;
  const unsigned queue = (configuration_ & config::fault_queue) >> config::fault_queue_shift;
  thermostat_.conversions(count, over, under, fault_queue_lengths[queue]);
}

void Lm75::Thermostat::conversions(std::uint64_t count, bool over, bool under,
                                   std::uint64_t queue) {
  if (!(tripped ? under : over)) {
    faults = 0;
    return;
  }
  faults += count;
  if (faults < queue) return;
  latched = true;
  if (over && under) {
    // Limits the wrong way round: each full queue is an event in the other direction.
    tripped = tripped != ((faults / queue) % 2 == 1);
    faults %= queue;
  } else {
    tripped = !tripped;
    faults = 0;
  }
}

void Lm75::set_configuration(std::uint8_t value) {
  const std::uint8_t selectable = row_.resolution_selectable ? config::resolution : 0;
  const std::uint8_t kept = config::shutdown | config::interrupt_mode | config::active_high |
                            config::fault_queue | selectable;
  const auto old = std::exchange(configuration_, static_cast<std::uint8_t>(value & kept));
  const unsigned changed = old ^ configuration_;

  if ((changed & config::interrupt_mode) != 0) thermostat_ = {};
  if (in_shutdown()) {
    if ((changed & config::shutdown) != 0) thermostat_.latched = false;
    if (row_.one_shot && (value & config::one_shot) != 0)
      conversion_end_ = now() + conversion_time();
  } else if ((changed & config::shutdown) != 0) {
    conversion_end_ = now() + conversion_time();
  } else if ((changed & config::resolution) != 0) {
    convert(1);
    conversion_end_ = now() + conversion_time();
  }
}

Ack Lm75::start(Direction /*direction*/) {
  catch_up();
  position_ = 0;
  return Ack::ack;
}

Ack Lm75::write(std::byte value) {
  const auto byte = std::to_integer<std::uint8_t>(value);
  const std::size_t position = position_++;
  if (position == 0) {
    pointer_ = byte & row_.pointer_mask;
  } else if (position == 1) {
    if (pointer_ == configuration_register) set_configuration(byte);
    word_ = static_cast<std::uint16_t>(byte << 8);
  } else if (position == 2) {
    const std::int16_t word = top_bits(word_ | byte, row_.limit_bits);
    if (pointer_ == hysteresis_register) hysteresis_ = word;
    if (pointer_ == limit_register) limit_ = word;
  }
  return Ack::ack;
}

std::byte Lm75::read() {
  if (position_ % 2 == 0) word_ = register_word();
  const unsigned shift = position_ % 2 == 0 ? 8 : 0;
  ++position_;
  thermostat_.latched = false;
  return static_cast<std::byte>(word_ >> shift & 0xff);
}

// A register of one byte is there twice.
std::uint16_t Lm75::register_word() {
  const auto twice = [](std::uint8_t byte) { return static_cast<std::uint16_t>(byte * 0x0101); };
  std::uint8_t selected = pointer_;
  if (selected > limit_register) {
    if (row_.unused == Unused::reads_ones)
      return twice(selected == product_id_register ? lm75a_product_id : 0xff);
    selected = last_register_;
  }
  last_register_ = selected;
  switch (selected) {
    case configuration_register:
      return twice(configuration_);
    case hysteresis_register:
      return static_cast<std::uint16_t>(hysteresis_);
    case limit_register:
      return static_cast<std::uint16_t>(limit_);
    default:
      return static_cast<std::uint16_t>(reading_);
  }
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  constexpr auto property = "vhost-device,temperature-millicelsius";
  const auto temperature_mc = properties.i32(property);
  if (!temperature_mc) return std::make_shared<Lm75>(part.name, address);
  const Lm75Row& row = row_of(part.name);
  const double temperature_c = *temperature_mc / 1000.0;
  if (temperature_c < row.min_c || temperature_c > row.max_c) {
    properties.bad_value(property, std::to_string(std::lround(row.min_c * 1000)) + " to " +
                                       std::to_string(std::lround(row.max_c * 1000)));
  }
  return std::make_shared<Lm75>(part.name, address, temperature_c);
}

constexpr auto vendors = std::to_array<std::string_view>({"national", "nxp", "ti"});

constexpr auto parts = [] {
  std::array<Part, rows.size()> all{};
  for (std::size_t i = 0; i < rows.size(); ++i) all[i] = {rows[i].name, make};
  return all;
}();

}  // namespace

constinit const Family lm75_family{"LM75 temperature sensor", "lm75", vendors, parts};

}  // namespace vhost_device::sim
