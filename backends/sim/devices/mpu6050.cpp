// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/mpu6050.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"
#include "backends/sim/devices/mpu6050_registers.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;
using namespace mpu6050;

constexpr auto names = std::to_array<std::string_view>({"mpu6050"});

constexpr double max_g = 16;
constexpr double max_degrees_per_s = 2000;
constexpr double min_c = -40;
constexpr double max_c = 85;
constexpr Time pulse = 50us;  // 4.14, LATCH_INT_EN

// LSB/g and LSB per degree per second (4.17, 4.19).
constexpr std::array<double, 4> acceleration_scales{16384, 8192, 4096, 2048};
constexpr std::array<double, 4> gyro_scales{131, 65.5, 32.8, 16.4};
// 4.18: degrees = code / 340 + 36.53.
constexpr double codes_per_degree = 340;
constexpr double degrees_at_zero = 36.53;
// The gyroscope's output rate, which the sample rate divides, without and with the filter (4.2).
constexpr Time period_unfiltered = 125us;
constexpr Time period_filtered = 1ms;
constexpr std::array<Time, 4> wake_periods{800ms, 200ms, 50ms, 25ms};  // 4.29

std::uint16_t word_of(double physical, double scale) {
  using Limits = std::numeric_limits<std::int16_t>;
  const double code = std::floor(physical * scale + 0.5);
  return static_cast<std::uint16_t>(
      static_cast<std::int16_t>(std::clamp<double>(code, Limits::min(), Limits::max())));
}

}  // namespace

Mpu6050::Mpu6050(std::string_view part, i2c::Address address, Axes acceleration_g,
                 double temperature_c)
    : RegisterDevice(std::string(row_of(names, "motion sensor", part)),
                     checked_address(part, address, 0x68, 0x69), reg::all, pointer_rules),
      acceleration_g_(checked_axes(part, "acceleration", acceleration_g, max_g, "g")),
      temperature_c_(checked_value(part, "temperature", temperature_c, min_c, max_c, "C")) {}

Axes Mpu6050::acceleration() const {
  const Guard guard = lock();
  return acceleration_g_;
}

void Mpu6050::set_acceleration(Axes acceleration_g) {
  checked_axes(name(), "acceleration", acceleration_g, max_g, "g");
  const Guard guard = lock();
  catch_up();
  acceleration_g_ = acceleration_g;
  inputs_changed();
}

Axes Mpu6050::angular_velocity() const {
  const Guard guard = lock();
  return degrees_per_s_;
}

void Mpu6050::set_angular_velocity(Axes degrees_per_s) {
  checked_axes(name(), "angular velocity", degrees_per_s, max_degrees_per_s, "deg/s");
  const Guard guard = lock();
  catch_up();
  degrees_per_s_ = degrees_per_s;
  inputs_changed();
}

double Mpu6050::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void Mpu6050::set_temperature(double temperature_c) {
  checked_value(name(), "temperature", temperature_c, min_c, max_c, "C");
  const Guard guard = lock();
  catch_up();
  temperature_c_ = temperature_c;
  inputs_changed();
}

Level Mpu6050::interrupt_level() {
  const Guard guard = lock();
  catch_up();
  const bool held = (value(reg::interrupt_status) & value(reg::interrupt_enable)) != 0;
  const bool pulsed = pulse_end_ && now() < *pulse_end_;
  const bool active = is_set(reg::interrupt_pin, pin::latched) ? held : pulsed;
  return active == is_set(reg::interrupt_pin, pin::active_low) ? Level::low : Level::high;
}

unsigned Mpu6050::fifo_count() {
  const Guard guard = lock();
  catch_up();
  return static_cast<unsigned>(fifo_.count());
}

bool Mpu6050::is_asleep() {
  const Guard guard = lock();
  return sleeps();
}

double Mpu6050::sample_rate() {
  const Guard guard = lock();
  return 1 / std::chrono::duration<double>(period()).count();
}

bool Mpu6050::sleeps() const { return is_set(reg::power_1, power::sleep); }

Time Mpu6050::period() const {
  if (is_set(reg::power_1, power::cycle)) {
    return wake_periods[static_cast<std::size_t>(code(wake_rate))];
  }
  const bool is_filtered = code(filter) != 0 && code(filter) != no_filter;
  return (is_filtered ? period_filtered : period_unfiltered) * (1 + value(reg::divider));
}

void Mpu6050::start_sampling() {
  if (sleeps()) {
    timer_.stop();
  } else {
    timer_.start_repeating(now(), period(), period());
  }
}

void Mpu6050::inputs_changed() {
  if (sleeps()) return;
  sample(now());
  start_sampling();
}

void Mpu6050::catch_up() {
  // Samples that only push like ones out of the FIFO make no difference.
  constexpr std::uint64_t enough = 1024;
  const std::uint64_t count = std::min(timer_.completed(now()), enough);
  if (count == 0) return;
  const Time last = timer_.end().value_or(now()) - period();
  for (std::uint64_t i = 0; i < count; ++i) sample(last);
}

void Mpu6050::sample(Time when) {
  measure();
  if (is_set(reg::user_control, user::fifo_enable)) fill_fifo(when);
  raise(interrupt::data_ready, when);
}

void Mpu6050::measure() {
  const bool is_cycle = is_set(reg::power_1, power::cycle);
  const double per_g = acceleration_scales[static_cast<std::size_t>(code(acceleration_range))];
  const double per_degree = gyro_scales[static_cast<std::size_t>(code(gyro_range))];
  for (std::size_t axis = 0; axis < acceleration_g_.size(); ++axis) {
    if (!is_set(reg::power_2, power::acceleration_x_off >> axis)) {
      set_value(reg::acceleration[axis], word_of(acceleration_g_[axis], per_g));
    }
    if (!is_cycle && !is_set(reg::power_2, power::gyro_x_off >> axis)) {
      set_value(reg::gyro[axis], word_of(degrees_per_s_[axis], per_degree));
    }
  }
  if (!is_cycle && !is_set(reg::power_1, power::no_temperature)) {
    set_value(reg::temperature, word_of(temperature_c_ - degrees_at_zero, codes_per_degree));
  }
}

// In the order of the registers (4.31).
void Mpu6050::fill_fifo(Time when) {
  bool has_room = true;
  const auto push = [&](const Register& reg) {
    const std::uint32_t word = value(reg);
    has_room = fifo_.push(static_cast<std::byte>(word >> 8U)) && has_room;
    has_room = fifo_.push(static_cast<std::byte>(word & 0xffU)) && has_room;
  };
  if (is_set(reg::fifo_enable, fifo_enable::acceleration)) {
    for (const Register& reg : reg::acceleration) push(reg);
  }
  if (is_set(reg::fifo_enable, fifo_enable::temperature)) push(reg::temperature);
  for (std::size_t axis = 0; axis < reg::gyro.size(); ++axis) {
    if (is_set(reg::fifo_enable, fifo_enable::gyro_x >> axis)) push(reg::gyro[axis]);
  }
  if (!has_room) raise(interrupt::fifo_overflow, when);
}

void Mpu6050::raise(std::uint32_t interrupt, Time when) {
  set_bits(reg::interrupt_status, interrupt, true);
  if (is_set(reg::interrupt_enable, interrupt)) pulse_end_ = when + pulse;
}

std::uint32_t Mpu6050::on_read(const Register& reg, std::uint32_t value) {
  constexpr unsigned bits_per_byte = 8;
  if (is_set(reg::interrupt_pin, pin::any_read_clears)) set_value(reg::interrupt_status, 0);
  if (reg.address == reg::fifo_data.address) return std::to_integer<std::uint32_t>(fifo_.pop());
  if (reg.address != reg::fifo_count_high.address) return value;
  // Only a read of the high byte brings both up to date (4.30).
  const auto count = static_cast<std::uint32_t>(fifo_.count());
  set_value(reg::fifo_count_low, count & 0xffU);
  return count >> bits_per_byte;
}

Ack Mpu6050::on_write(const Register& reg, std::uint32_t written, std::uint32_t before) {
  const std::uint32_t changed = before ^ value(reg);
  if (reg.address == reg::fifo_data.address) {
    static_cast<void>(fifo_.push(static_cast<std::byte>(written)));
  } else if (reg.address == reg::user_control.address) {
    const bool is_fifo_off = !is_set(reg, user::fifo_enable);
    if ((written & user::fifo_reset) != 0 && is_fifo_off) fifo_.clear();
    if ((written & user::signal_reset) != 0) {
      for (const Register& each : reg::acceleration) set_value(each, 0);
      for (const Register& each : reg::gyro) set_value(each, 0);
      set_value(reg::temperature, 0);
    }
    set_bits(reg, user::resets, false);
  } else if (reg.address == reg::power_1.address && (written & power::reset) != 0) {
    file().reset();
    fifo_.clear();
    pulse_end_.reset();
    start_sampling();
  } else if (changed != 0 &&
             (reg.address == reg::power_1.address || reg.address == reg::power_2.address ||
              reg.address == reg::divider.address || reg.address == reg::configuration.address)) {
    start_sampling();
  }
  return Ack::ack;
}

std::uint32_t Mpu6050::next_pointer(const PointerRules& rules, const Register* reg,
                                    std::uint32_t pointer) const {
  if (reg != nullptr && reg->address == reg::fifo_data.address) return reg->address;
  return RegisterDevice::next_pointer(rules, reg, pointer);
}

void Mpu6050::clock_changed(Time offset) {
  timer_.clock_changed(offset);
  if (pulse_end_) *pulse_end_ += offset;
}

void Mpu6050::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  for (std::size_t axis = 0; axis < acceleration_g_.size(); ++axis) {
    visitor.value("acceleration_g." + std::to_string(axis), acceleration_g_[axis], -max_g, max_g);
    visitor.value("degrees_per_s." + std::to_string(axis), degrees_per_s_[axis], -max_degrees_per_s,
                  max_degrees_per_s);
  }
  visitor.value("temperature_c", temperature_c_, min_c, max_c);
  timer_.visit_state(visitor, wake_periods.front());
  visitor.moment("pulse_end_ns", pulse_end_, pulse);
  fifo_.visit_state(visitor);
}

void Mpu6050::check_state() const { timer_.check_state(!sleeps(), period()); }

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  const auto temperature_c =
      milli_property(properties, "vhost-device,temperature-millicelsius", min_c, max_c);
  return std::make_shared<Mpu6050>(part.name, address, acceleration_property(properties, max_g),
                                   temperature_c.value_or(Mpu6050::room_temperature_c));
}

constexpr auto vendors = std::to_array<std::string_view>({"invensense"});
constexpr auto parts = parts_of(names, make);

}  // namespace

constinit const Family mpu6050_family{"MPU6050 motion sensor", "inv-mpu6050-i2c", vendors, parts};

}  // namespace vhost_device::sim
