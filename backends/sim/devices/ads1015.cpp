// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/ads1015.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

struct Ads1015Row {
  std::string_view name;
  unsigned bits;
  std::array<unsigned, 8> rates;  // conversions a second
  bool has_comparator;
};

namespace {

// The absolute maximum ratings with the highest supply, 5.5 V.
constexpr double min_v = -0.3;
constexpr double max_v = 5.8;

namespace config {
constexpr std::uint32_t start = 0x8000;  // OS: written, it begins a conversion; read, none is on
constexpr std::uint32_t single_shot = 0x0100;
constexpr std::uint32_t window = 0x0010;
constexpr std::uint32_t active_high = 0x0008;
constexpr std::uint32_t latching = 0x0004;
constexpr std::uint32_t writable = 0x7fff;
}  // namespace config

namespace reg {
// clang-format off
constexpr Register conversion{.name = "conversion", .address = 0, .width = 16, .writable = 0};
constexpr Register configuration{.name = "configuration", .address = 1, .width = 16, .reset = 0x8583,
                                 .writable = config::writable};
constexpr Register low{.name = "lo_thresh", .address = 2, .width = 16, .reset = 0x8000};
constexpr Register high{.name = "hi_thresh", .address = 3, .width = 16, .reset = 0x7fff};
// clang-format on
constexpr std::array all{conversion, configuration, low, high};
constexpr std::size_t without_comparator = 2;
}  // namespace reg

constexpr PointerRules pointer_rules{
    .mask = 0x03, .after = AfterRegister::nothing, .last = 3, .counts_registers = true};

constexpr Field mux{.in = reg::configuration, .high = 14, .low = 12};
constexpr Field gain{.in = reg::configuration, .high = 11, .low = 9};
constexpr Field data_rate{.in = reg::configuration, .high = 7, .low = 5};
constexpr Field queue{.in = reg::configuration, .high = 1, .low = 0};

struct Pair {
  int positive;
  int negative;  // -1 is ground
};
constexpr std::array<Pair, 8> pairs{
    {{0, 1}, {0, 3}, {1, 3}, {2, 3}, {0, -1}, {1, -1}, {2, -1}, {3, -1}}};
constexpr std::array<double, 8> full_scales_v{6.144, 4.096, 2.048, 1.024,
                                              0.512, 0.256, 0.256, 0.256};
constexpr std::array<std::uint64_t, 4> queues{1, 2, 4, 0};  // 0: the comparator is off
constexpr double half_of_16_bits = 32768;

constexpr std::array<unsigned, 8> rates_of_12_bits{128, 250, 490, 920, 1600, 2400, 3300, 3300};
constexpr std::array<unsigned, 8> rates_of_16_bits{8, 16, 32, 64, 128, 250, 475, 860};

constexpr auto rows = std::to_array<Ads1015Row>({
    {"ads1015", 12, rates_of_12_bits, true},
    {"ads1115", 16, rates_of_16_bits, true},
    {"tla2024", 12, rates_of_12_bits, false},
});

constexpr Time longest_period = Time(std::chrono::seconds(1)) / rates_of_16_bits.front();

std::span<const Register> map_of(std::string_view part) {
  const std::span<const Register> all(reg::all);
  return row_of(rows, "converter", part).has_comparator ? all : all.first(reg::without_comparator);
}

std::size_t index_of(const Field& field, std::uint32_t word) {
  return static_cast<std::size_t>(field.code(word));
}

std::size_t checked_input(std::string_view part, unsigned input) {
  if (input < Ads1015::input_count) return input;
  throw std::invalid_argument(std::string(part) + ": input " + std::to_string(input) +
                              " (expected 0 to 3)");
}

}  // namespace

Ads1015::Ads1015(std::string_view part, i2c::Address address)
    : RegisterDevice(std::string(part), checked_address(part, address, 0x48, 0x4b), map_of(part),
                     pointer_rules),
      row_(row_of(rows, "converter", part)),
      active_(reg::configuration.reset),
      converted_full_scale_v_(full_scales_v[index_of(gain, active_)]) {}

double Ads1015::voltage(unsigned input) const {
  const std::size_t index = checked_input(row_.name, input);
  const Guard guard = lock();
  return volts_[index];
}

void Ads1015::set_voltage(unsigned input, double volts) {
  const std::size_t index = checked_input(row_.name, input);
  checked_value(row_.name, "voltage", volts, min_v, max_v, "V");
  const Guard guard = lock();
  catch_up();
  volts_[index] = volts;
  if (is_set(reg::configuration, config::single_shot)) return;
  finish(1);
  begin(now());
}

double Ads1015::reported_voltage() {
  const Guard guard = lock();
  catch_up();
  const auto code = static_cast<std::int16_t>(value(reg::conversion));
  return code / half_of_16_bits * converted_full_scale_v_;
}

Level Ads1015::alert_level() {
  const Guard guard = lock();
  catch_up();
  const bool off = !row_.has_comparator || queues[index_of(queue, value(reg::configuration))] == 0;
  if (off) return Level::high;
  // RDY is what OS says in single-shot mode (SBAS444, "Conversion Ready Pin").
  const bool ready =
      is_set(reg::configuration, config::single_shot) && is_set(reg::configuration, config::start);
  const bool active = pin_is_ready() ? ready : comparator_.asserted();
  return active == is_set(reg::configuration, config::active_high) ? Level::high : Level::low;
}

std::int16_t Ads1015::low_threshold() {
  const Guard guard = lock();
  return static_cast<std::int16_t>(row_.has_comparator ? value(reg::low) : reg::low.reset);
}

std::int16_t Ads1015::high_threshold() {
  const Guard guard = lock();
  return static_cast<std::int16_t>(row_.has_comparator ? value(reg::high) : reg::high.reset);
}

std::uint16_t Ads1015::configuration() {
  const Guard guard = lock();
  catch_up();
  return static_cast<std::uint16_t>(value(reg::configuration));
}

bool Ads1015::pin_is_ready() const {
  constexpr std::uint32_t sign = 0x8000;
  return is_set(reg::high, sign) && !is_set(reg::low, sign);
}

double Ads1015::input_difference() const {
  const Pair pair = pairs[index_of(mux, active_)];
  const double negative = pair.negative < 0 ? 0 : volts_[static_cast<std::size_t>(pair.negative)];
  return volts_[static_cast<std::size_t>(pair.positive)] - negative;
}

Time Ads1015::active_period() const {
  return Time(std::chrono::seconds(1)) / row_.rates[index_of(data_rate, active_)];
}

// A conversion with the configuration of now; in continuous mode the next one follows it.
void Ads1015::begin(Time start) {
  active_ = value(reg::configuration);
  const Time period = active_period();
  set_value(reg::configuration, active_ & ~config::start);
  if (is_set(reg::configuration, config::single_shot)) {
    timer_.start_once(start, period);
  } else {
    timer_.start_repeating(start, period, period);
  }
}

// A configuration that was written meanwhile counts from the end of the conversion under way.
void Ads1015::catch_up() {
  while (timer_.end() && *timer_.end() <= now()) {
    const Time end = *timer_.end();
    const bool is_new = ((active_ ^ value(reg::configuration)) & ~config::start) != 0;
    if (!is_new) return finish(timer_.completed(now()));
    finish(1);
    if (is_set(reg::configuration, config::single_shot)) return timer_.stop();
    begin(end);
  }
}

void Ads1015::convert() {
  converted_full_scale_v_ = full_scales_v[index_of(gain, active_)];
  const Field result{.in = reg::conversion,
                     .high = 15,
                     .low = 16 - row_.bits,
                     .is_signed = true,
                     .scale = converted_full_scale_v_ / std::exp2(row_.bits - 1)};
  set_value(reg::conversion, 0);
  set_physical(result, input_difference());
}

void Ads1015::finish(std::uint64_t count) {
  convert();
  const std::uint32_t word = value(reg::configuration);
  if ((word & config::single_shot) != 0) set_value(reg::configuration, word | config::start);
  const std::uint64_t readings = queues[index_of(queue, word)];
  if (!row_.has_comparator || readings == 0) return;
  comparator_.readings(count, static_cast<std::int16_t>(value(reg::conversion)),
                       {.is_window = (word & config::window) != 0,
                        .is_latching = (word & config::latching) != 0,
                        .queue = readings,
                        .low = static_cast<std::int16_t>(value(reg::low)),
                        .high = static_cast<std::int16_t>(value(reg::high))});
}

std::uint32_t Ads1015::on_read(const Register& reg, std::uint32_t value) {
  const bool ends =
      reg.address == reg::conversion.address && is_set(reg::configuration, config::latching);
  if (ends) comparator_.acknowledge({.is_latching = true});
  return value;
}

Ack Ads1015::on_write(const Register& reg, std::uint32_t written, std::uint32_t before) {
  if (reg.address != reg::configuration.address) return Ack::ack;
  const std::uint32_t word = value(reg::configuration);
  if (queues[index_of(queue, word)] == 0) comparator_.reset();
  // OS does nothing while a conversion is under way.
  const bool was_asleep = (before & config::single_shot) != 0 && !timer_.is_running();
  const bool begins = (word & config::single_shot) == 0 || (written & config::start) != 0;
  if (was_asleep && begins) begin(now());
  return Ack::ack;
}

void Ads1015::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  for (std::size_t i = 0; i < volts_.size(); ++i) {
    visitor.value("ain" + std::to_string(i) + "_v", volts_[i], min_v, max_v);
  }
  visitor.value("active_configuration", active_, 0, reg::configuration.mask());
  visitor.value("converted_full_scale_v", converted_full_scale_v_, full_scales_v.back(),
                full_scales_v.front());
  comparator_.visit_state(visitor);
  timer_.visit_state(visitor, longest_period);
}

void Ads1015::check_state() const {
  require_state(std::ranges::find(full_scales_v, converted_full_scale_v_) != full_scales_v.end(),
                "converted_full_scale_v: no gain of the part");
  // OS reads 0 while a conversion is under way. That has the period of what it was begun with.
  const bool repeats = (active_ & config::single_shot) == 0;
  timer_.check_state(!is_set(reg::configuration, config::single_shot) ||
                         !is_set(reg::configuration, config::start),
                     repeats ? active_period() : Time(0));
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  auto chip = std::make_shared<Ads1015>(part.name, address);
  for (unsigned input = 0; input < Ads1015::input_count; ++input) {
    const std::string name = "vhost-device,ain" + std::to_string(input) + "-millivolt";
    if (const auto volts = milli_property(properties, name, min_v, max_v)) {
      chip->set_voltage(input, *volts);
    }
  }
  return chip;
}

constexpr auto vendors = std::to_array<std::string_view>({"ti"});
constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family ads1015_family{"ADS1015 converter", "ti-ads1015", vendors, parts};

}  // namespace vhost_device::sim
