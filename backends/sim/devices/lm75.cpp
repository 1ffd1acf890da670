// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/lm75.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t temperature_register = 0;
constexpr std::uint8_t configuration_register = 1;
constexpr std::uint8_t hysteresis_register = 2;
constexpr std::uint8_t limit_register = 3;
constexpr std::uint8_t product_id_register = 7;

namespace config {
constexpr std::uint8_t shutdown = 0x01;
constexpr std::uint8_t interrupt_mode = 0x02;
constexpr std::uint8_t active_high = 0x04;
constexpr std::uint8_t fault_queue = 0x18;
constexpr unsigned fault_queue_shift = 3;
constexpr std::uint8_t resolution = 0x60;
constexpr unsigned resolution_shift = 5;
constexpr std::uint8_t one_shot = 0x80;
constexpr std::uint8_t lm75_bits = shutdown | interrupt_mode | active_high | fault_queue;
}  // namespace config

constexpr std::uint16_t lm75a_product_id = 0xa1ff;
constexpr std::uint16_t ones = 0xffff;
constexpr std::uint16_t default_limit = 80 << 8;
constexpr std::uint16_t default_hysteresis = 75 << 8;

// What a read of the pointers 4 to 7 gives, if they are anything else than 0 to 3.
enum class Unused { alias, last_register, ones_and_id };

}  // namespace

struct Lm75Row {
  std::string_view name;
  double min_c;
  double max_c;
  std::uint8_t configuration_bits;  // that exist and are kept
  bool has_one_shot;
  bool trips_at_limit;  // or only above it
  unsigned limit_bits;  // of T_OS and T_HYST
  std::array<std::uint64_t, 4> fault_queue;
  Time conversion_time;  // typical, at 9 bits
  Unused unused;
};

namespace {

constexpr unsigned min_resolution_bits = 9;
constexpr int finest_takes = 8;  // times what 9 bits do, at 12 bits
constexpr std::uint8_t tmp75_bits = config::lm75_bits | config::resolution;

// clang-format off
constexpr auto rows = std::to_array<Lm75Row>({
    {"lm75", -55, 125, config::lm75_bits, false, false, 9, {1, 2, 4, 6}, 100ms, Unused::last_register},
    {"lm75a", -55, 125, config::lm75_bits, false, false, 9, {1, 2, 4, 6}, 100ms, Unused::ones_and_id},
    {"tmp75", -128, 128, tmp75_bits, true, true, 12, {1, 2, 3, 4}, 27500us, Unused::alias},
    {"tmp275", -128, 128, tmp75_bits, true, true, 12, {1, 2, 4, 6}, 27500us, Unused::alias},
});
// clang-format on

const Lm75Row& row(std::string_view part) { return row_of(rows, "sensor", part); }

double checked_temperature(const Lm75Row& row, double temperature_c) {
  return checked_value(row.name, "temperature", temperature_c, row.min_c, row.max_c, "C");
}

std::int16_t as_signed(std::uint16_t word) { return static_cast<std::int16_t>(word); }

double in_degrees(std::uint16_t word) { return as_signed(word) / 256.0; }

std::uint16_t top_bits(unsigned word, unsigned bits) {
  return static_cast<std::uint16_t>(word & (0xffffu << (16 - bits)));
}

// The nearest code, left-justified; the scale's last one for what is beyond it.
std::uint16_t quantised(double temperature_c, unsigned bits) {
  const double codes_per_degree = std::ldexp(1.0, static_cast<int>(bits) - 8);
  const double codes = std::ldexp(1.0, static_cast<int>(bits) - 1);
  const double code =
      std::clamp(std::floor(temperature_c * codes_per_degree + 0.5), -codes, codes - 1);
  return static_cast<std::uint16_t>(static_cast<int>(code) * (1 << (16 - bits)));
}

}  // namespace

Lm75::Lm75(std::string_view part, i2c::Address address, double temperature_c)
    : Device(std::string(part), checked_address(part, address, 0x48, 0x4f)),
      row_(row(part)),
      temperature_c_(checked_temperature(row_, temperature_c)),
      reading_(0),
      limit_(default_limit),
      hysteresis_(default_hysteresis) {
  convert(1);
  start_conversion();
}

double Lm75::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void Lm75::set_temperature(double temperature_c) {
  checked_temperature(row_, temperature_c);
  const Guard guard = lock();
  catch_up();
  temperature_c_ = temperature_c;
  if (in_shutdown()) return;
  convert(1);
  start_conversion();
}

double Lm75::reported_temperature() {
  const Guard guard = lock();
  catch_up();
  return in_degrees(reading_);
}

Level Lm75::os_level() {
  const Guard guard = lock();
  catch_up();
  const bool interrupt_mode = (configuration_ & config::interrupt_mode) != 0;
  const bool active = interrupt_mode ? thermostat_.pending() : thermostat_.tripped();
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

std::uint8_t Lm75::configuration() const {
  const Guard guard = lock();
  return configuration_;
}

bool Lm75::in_shutdown() const { return (configuration_ & config::shutdown) != 0; }

unsigned Lm75::resolution_bits() const {
  const unsigned selected = configuration_ & config::resolution;
  return min_resolution_bits + (selected >> config::resolution_shift);
}

// Each further bit takes twice the time (SBOS288M, 7.5.3.5).
Time Lm75::conversion_time() const {
  return row_.conversion_time * (1 << (resolution_bits() - min_resolution_bits));
}

void Lm75::clock_changed(Time offset) {
  if (conversion_end_) *conversion_end_ += offset;
}

void Lm75::visit_state(StateVisitor& visitor) {
  catch_up();
  visitor.value("temperature_c", temperature_c_, row_.min_c, row_.max_c);
  visitor.value("reading", reading_);
  visitor.value("configuration", configuration_);
  visitor.value("limit", limit_);
  visitor.value("hysteresis", hysteresis_);
  const bool is_alias = row_.unused == Unused::alias;
  visitor.value("pointer", pointer_, 0, is_alias ? limit_register : product_id_register);
  visitor.value("last_register", last_register_, 0, limit_register);
  thermostat_.visit_state(visitor);
  visitor.moment("conversion_end_ns", conversion_end_, row_.conversion_time * finest_takes);
}

void Lm75::check_state() const {
  require_state((configuration_ & ~row_.configuration_bits) == 0,
                "configuration: has bits that the part lacks");
  require_state(top_bits(limit_, row_.limit_bits) == limit_, "limit: finer than the part's");
  require_state(top_bits(hysteresis_, row_.limit_bits) == hysteresis_,
                "hysteresis: finer than the part's");
  require_state(conversion_end_ || in_shutdown(),
                "conversion_end_ns: expected a moment outside shutdown");
}

void Lm75::start_conversion() { conversion_end_ = now() + conversion_time(); }

// Does all conversions that came to their end since the last time, however many, in one step.
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
  const std::int16_t reading = as_signed(reading_);
  const std::int16_t limit = as_signed(limit_);
  const bool over = row_.trips_at_limit ? reading >= limit : reading > limit;
  const bool under = reading < as_signed(hysteresis_);
  const unsigned queue = (configuration_ & config::fault_queue) >> config::fault_queue_shift;
  thermostat_.conversions(count, over, under, row_.fault_queue[queue]);
}

void Lm75::set_configuration(std::uint8_t value) {
  const std::uint8_t old =
      std::exchange(configuration_, static_cast<std::uint8_t>(value & row_.configuration_bits));
  const unsigned changed = old ^ configuration_;

  // SBOS288M, 7.4.5: another mode ends an alert; so does shutdown in interrupt mode.
  if ((changed & config::interrupt_mode) != 0) thermostat_.reset();
  if (in_shutdown()) {
    if ((changed & config::shutdown) != 0) thermostat_.acknowledge();
    // Without one-shot the conversion under way is the last (SBOS288M, 7.5.3.1).
    if (row_.has_one_shot && (value & config::one_shot) != 0) start_conversion();
  } else if ((changed & config::shutdown) != 0) {
    start_conversion();
  } else if ((changed & config::resolution) != 0) {
    // Not for up to 220 ms, as it is in silicon: a driver that selects the resolution when it is
    // bound and then reads would find the old one, or not, by how quick the host is.
    convert(1);
    start_conversion();
  }
}

Ack Lm75::start(Direction direction) {
  catch_up();
  position_ = 0;
  if (direction == Direction::read) select_for_reading();
  return Ack::ack;
}

Ack Lm75::write(std::byte value) {
  constexpr std::uint8_t pointer_bits = 0x07;
  const auto byte = std::to_integer<std::uint8_t>(value);
  const std::size_t position = position_++;
  if (position == 0) {
    pointer_ = byte & pointer_bits;
    if (row_.unused == Unused::alias) pointer_ &= limit_register;
    return Ack::ack;
  }
  if (pointer_ == configuration_register && position == 1) set_configuration(byte);
  if (pointer_ != hysteresis_register && pointer_ != limit_register) return Ack::ack;
  std::uint16_t& word = pointer_ == limit_register ? limit_ : hysteresis_;
  if (position == 1) word = top_bits(unsigned{byte} << 8 | (word & 0xffu), row_.limit_bits);
  if (position == 2) word = top_bits((word & 0xff00u) | byte, row_.limit_bits);
  return Ack::ack;
}

std::byte Lm75::read() {
  const auto value = static_cast<std::byte>(word_ >> 8);
  word_ = static_cast<std::uint16_t>(word_ << 8 | 0xff);
  thermostat_.acknowledge();
  return value;
}

// Two bytes, so that the second belongs to the same conversion as the first.
void Lm75::select_for_reading() {
  std::uint8_t selected = pointer_;
  if (selected > limit_register && row_.unused == Unused::ones_and_id) {
    word_ = selected == product_id_register ? lm75a_product_id : ones;
    return;
  }
  if (selected > limit_register) selected = last_register_;
  last_register_ = selected;
  switch (selected) {
    case temperature_register:
      word_ = reading_;
      break;
    case configuration_register:
      word_ = static_cast<std::uint16_t>(configuration_ << 8 | 0xff);
      break;
    case hysteresis_register:
      word_ = hysteresis_;
      break;
    default:
      word_ = limit_;
      break;
  }
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  const auto temperature_c = milli_property(properties, "vhost-device,temperature-millicelsius",
                                            row(part.name).min_c, row(part.name).max_c);
  return std::make_shared<Lm75>(part.name, address,
                                temperature_c.value_or(Lm75::room_temperature_c));
}

constexpr auto vendors = std::to_array<std::string_view>({"national", "nxp", "ti"});

constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family lm75_family{"LM75 temperature sensor", "lm75", vendors, parts};

}  // namespace vhost_device::sim
