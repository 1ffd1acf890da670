// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/tmp102.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;

constexpr double min_c = -55;
constexpr double max_c = 150;
constexpr Time conversion_time = 26ms;  // typical (SBOS397H, 6.5)

namespace config {
constexpr std::uint32_t one_shot = 0x8000;
constexpr std::uint32_t polarity = 0x0400;
constexpr std::uint32_t interrupt_mode = 0x0200;
constexpr std::uint32_t shutdown = 0x0100;
constexpr std::uint32_t alert = 0x0020;
constexpr std::uint32_t extended = 0x0010;
constexpr std::uint32_t writable = 0x9fd0;  // R1 R0 and AL are read-only
}  // namespace config

namespace reg {
// clang-format off
constexpr Register temperature{.name = "temperature", .address = 0, .width = 16, .writable = 0};
constexpr Register configuration{.name = "configuration", .address = 1, .width = 16, .reset = 0x60a0,
                                 .writable = config::writable};
constexpr Register low{.name = "t_low", .address = 2, .width = 16, .reset = 0x4b00, .writable = 0xfff8};
constexpr Register high{.name = "t_high", .address = 3, .width = 16, .reset = 0x5000, .writable = 0xfff8};
// clang-format on
constexpr std::array all{temperature, configuration, low, high};
}  // namespace reg

constexpr PointerRules pointer_rules{
    .mask = 0x03, .after = AfterRegister::nothing, .last = 3, .counts_registers = true};

constexpr double degrees_per_code = 0.0625;
constexpr auto field(const Register& in, unsigned low) {
  return Field{.in = in, .high = 15, .low = low, .is_signed = true, .scale = degrees_per_code};
}
// In extended mode a reading has a bit more, for what is above 128 C.
constexpr unsigned normal_low = 4;
constexpr unsigned extended_low = 3;

constexpr Field fault_queue{.in = reg::configuration, .high = 12, .low = 11};
constexpr Field conversion_rate{.in = reg::configuration, .high = 7, .low = 6};
constexpr std::array<std::uint64_t, 4> faults{1, 2, 4, 6};
constexpr std::array<Time, 4> periods{4s, 1s, 250ms, 125ms};

constexpr auto names = std::to_array<std::string_view>({"tmp102", "tmp112"});

}  // namespace

Tmp102::Tmp102(std::string_view part, i2c::Address address, double temperature_c)
    : RegisterDevice(std::string(row_of(names, "sensor", part)),
                     checked_address(part, address, 0x48, 0x4b), reg::all, pointer_rules),
      temperature_c_(checked_value(part, "temperature", temperature_c, min_c, max_c, "C")) {
  convert(1);
  start_conversions();
}

double Tmp102::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void Tmp102::set_temperature(double temperature_c) {
  checked_value(name(), "temperature", temperature_c, min_c, max_c, "C");
  const Guard guard = lock();
  catch_up();
  temperature_c_ = temperature_c;
  if (is_set(reg::configuration, config::shutdown)) return;
  convert(1);
  start_conversions();
}

double Tmp102::reported_temperature() {
  const Guard guard = lock();
  catch_up();
  return degrees(reg::temperature);
}

Level Tmp102::alert_level() {
  const Guard guard = lock();
  catch_up();
  const bool active = is_set(reg::configuration, config::interrupt_mode) ? thermostat_.pending()
                                                                         : thermostat_.tripped();
  return active == is_set(reg::configuration, config::polarity) ? Level::high : Level::low;
}

double Tmp102::high_limit() {
  const Guard guard = lock();
  return degrees(reg::high);
}

double Tmp102::low_limit() {
  const Guard guard = lock();
  return degrees(reg::low);
}

std::uint16_t Tmp102::configuration() {
  const Guard guard = lock();
  catch_up();
  return static_cast<std::uint16_t>(value(reg::configuration));
}

double Tmp102::degrees(const Register& in) const {
  return physical(
      field(in, is_set(reg::configuration, config::extended) ? extended_low : normal_low));
}

Time Tmp102::period() const { return periods[static_cast<std::size_t>(code(conversion_rate))]; }

void Tmp102::start_conversions() {
  if (is_set(reg::configuration, config::shutdown)) {
    timer_.start_once(now(), conversion_time);
  } else {
    timer_.start_repeating(now(), conversion_time, period());
  }
}

// The one under way, if there is one, and no other.
void Tmp102::finish_conversion() {
  const auto end = timer_.end();
  timer_.stop();
  if (end && now() >= *end - conversion_time) timer_.start_once(now(), *end - now());
}

void Tmp102::catch_up() {
  if (const std::uint64_t count = timer_.completed(now())) convert(count);
}

void Tmp102::convert(std::uint64_t count) {
  const bool extended = is_set(reg::configuration, config::extended);
  const Field reading = field(reg::temperature, extended ? extended_low : normal_low);
  // The lowest bit tells which format it is (SBOS397H, "Temperature Register").
  set_value(reg::temperature, extended ? 1 : 0);
  set_physical(reading, temperature_c_);
  const double reported = degrees(reg::temperature);
  thermostat_.conversions(count, reported >= degrees(reg::high), reported < degrees(reg::low),
                          faults[static_cast<std::size_t>(code(fault_queue))]);
  set_bits(reg::configuration, config::one_shot, is_set(reg::configuration, config::shutdown));
  show_alert();
}

// AL is the comparator's output in either mode, with the polarity upside down: 1 is no alert when
// the pin is active low (SBOS397H, "Alert (AL Bit)").
void Tmp102::show_alert() {
  const bool bit = thermostat_.tripped() == is_set(reg::configuration, config::polarity);
  set_bits(reg::configuration, config::alert, bit);
}

std::uint32_t Tmp102::on_read(const Register& /*reg*/, std::uint32_t value) {
  thermostat_.acknowledge();
  return value;
}

Ack Tmp102::on_write(const Register& reg, std::uint32_t written, std::uint32_t before) {
  if (reg.address != reg::configuration.address) return Ack::ack;
  const std::uint32_t changed = before ^ value(reg::configuration);
  set_bits(reg::configuration, config::one_shot, false);
  if ((changed & config::interrupt_mode) != 0) thermostat_.reset();
  if (is_set(reg::configuration, config::shutdown)) {
    // The conversion under way is finished, and an interrupt is not pending any more (SBOS397H,
    // "Shutdown Mode" and "High- and Low-Limit Registers"); OS begins one more.
    if ((changed & config::shutdown) != 0) {
      finish_conversion();
      thermostat_.acknowledge();
    }
    if ((written & config::one_shot) != 0) start_conversions();
    if (!timer_.is_running()) {
      set_bits(reg::configuration, config::one_shot, true);
    }
  } else if ((changed & config::extended) != 0) {
    // Not at the next conversion's end, as in silicon: a driver that changes the format and then
    // reads would find the old one, or not, by how quick the host is.
    convert(1);
    start_conversions();
  } else if ((changed & (config::shutdown | conversion_rate.mask())) != 0) {
    start_conversions();
  }
  show_alert();
  return Ack::ack;
}

void Tmp102::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  visitor.value("temperature_c", temperature_c_, min_c, max_c);
  thermostat_.visit_state(visitor);
  timer_.visit_state(visitor, periods.front());
}

void Tmp102::check_state() const {
  // In shutdown OS reads 1 unless a conversion is under way.
  const bool shutdown = is_set(reg::configuration, config::shutdown);
  timer_.check_state(!shutdown || !is_set(reg::configuration, config::one_shot),
                     shutdown ? Time(0) : period());
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  const auto temperature_c =
      milli_property(properties, "vhost-device,temperature-millicelsius", min_c, max_c);
  return std::make_shared<Tmp102>(part.name, address,
                                  temperature_c.value_or(Tmp102::room_temperature_c));
}

constexpr auto vendors = std::to_array<std::string_view>({"ti"});
constexpr auto parts = parts_of(names, make);

}  // namespace

constinit const Family tmp102_family{"TMP102 temperature sensor", "tmp102", vendors, parts};

}  // namespace vhost_device::sim
