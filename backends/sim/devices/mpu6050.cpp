// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/mpu6050.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;

struct Row {
  std::string_view name;
};
constexpr auto rows = std::to_array<Row>({{"mpu6050"}});

constexpr double max_g = 16;
constexpr double max_degrees_per_s = 2000;
constexpr double min_c = -40;
constexpr double max_c = 85;
constexpr Time pulse = 50us;  // 4.14, LATCH_INT_EN

namespace pin {  // of INT_PIN_CFG
constexpr std::uint32_t active_low = 0x80;
constexpr std::uint32_t latched = 0x20;
constexpr std::uint32_t any_read_clears = 0x10;
}  // namespace pin

namespace interrupt {  // of INT_ENABLE and INT_STATUS
constexpr std::uint32_t fifo_overflow = 0x10;
constexpr std::uint32_t data_ready = 0x01;
}  // namespace interrupt

namespace fifo_enable {
constexpr std::uint32_t temperature = 0x80;
constexpr std::uint32_t gyro_x = 0x40;  // Y and Z are below
constexpr std::uint32_t acceleration = 0x08;
}  // namespace fifo_enable

namespace user {  // of USER_CTRL
constexpr std::uint32_t fifo_enable = 0x40;
constexpr std::uint32_t fifo_reset = 0x04;
constexpr std::uint32_t signal_reset = 0x01;
constexpr std::uint32_t resets = 0x07;
}  // namespace user

namespace power {  // of PWR_MGMT_1 and 2
constexpr std::uint32_t reset = 0x80;
constexpr std::uint32_t sleep = 0x40;
constexpr std::uint32_t cycle = 0x20;
constexpr std::uint32_t no_temperature = 0x08;
constexpr std::uint32_t acceleration_x_off = 0x20;  // Y and Z are below
constexpr std::uint32_t gyro_x_off = 0x04;
}  // namespace power

namespace reg {
// clang-format off
constexpr Register acceleration_offset_x{.name = "xa_offs", .address = 0x06, .width = 16};
constexpr Register acceleration_offset_y{.name = "ya_offs", .address = 0x08, .width = 16};
constexpr Register acceleration_offset_z{.name = "za_offs", .address = 0x0a, .width = 16};
constexpr Register self_test{.name = "self_test", .address = 0x0d, .width = 32};
constexpr Register gyro_offset_x{.name = "xg_offs_usr", .address = 0x13, .width = 16};
constexpr Register gyro_offset_y{.name = "yg_offs_usr", .address = 0x15, .width = 16};
constexpr Register gyro_offset_z{.name = "zg_offs_usr", .address = 0x17, .width = 16};
constexpr Register divider{.name = "smplrt_div", .address = 0x19};
constexpr Register configuration{.name = "config", .address = 0x1a, .writable = 0x3f};
constexpr Register gyro_configuration{.name = "gyro_config", .address = 0x1b, .writable = 0xf8};
constexpr Register acceleration_configuration{.name = "accel_config", .address = 0x1c};
constexpr Register motion_threshold{.name = "mot_thr", .address = 0x1f};
constexpr Register motion_duration{.name = "mot_dur", .address = 0x20};
constexpr Register fifo_enable{.name = "fifo_en", .address = 0x23};
constexpr Register interrupt_pin{.name = "int_pin_cfg", .address = 0x37, .writable = 0xfe};
constexpr Register interrupt_enable{.name = "int_enable", .address = 0x38};
constexpr Register interrupt_status{.name = "int_status", .address = 0x3a, .writable = 0,
                                    .clear_on_read = 0xff};
constexpr Register acceleration_x{.name = "accel_xout", .address = 0x3b, .width = 16, .writable = 0};
constexpr Register acceleration_y{.name = "accel_yout", .address = 0x3d, .width = 16, .writable = 0};
constexpr Register acceleration_z{.name = "accel_zout", .address = 0x3f, .width = 16, .writable = 0};
constexpr Register temperature{.name = "temp_out", .address = 0x41, .width = 16, .writable = 0};
constexpr Register gyro_x{.name = "gyro_xout", .address = 0x43, .width = 16, .writable = 0};
constexpr Register gyro_y{.name = "gyro_yout", .address = 0x45, .width = 16, .writable = 0};
constexpr Register gyro_z{.name = "gyro_zout", .address = 0x47, .width = 16, .writable = 0};
constexpr Register path_reset{.name = "signal_path_reset", .address = 0x68, .writable = 0};
constexpr Register motion_control{.name = "mot_detect_ctrl", .address = 0x69};
constexpr Register user_control{.name = "user_ctrl", .address = 0x6a};
constexpr Register power_1{.name = "pwr_mgmt_1", .address = 0x6b, .reset = power::sleep, .writable = 0xef};
constexpr Register power_2{.name = "pwr_mgmt_2", .address = 0x6c};
constexpr Register fifo_count_high{.name = "fifo_counth", .address = 0x72, .writable = 0};
constexpr Register fifo_count_low{.name = "fifo_countl", .address = 0x73, .writable = 0};
constexpr Register fifo_data{.name = "fifo_r_w", .address = 0x74};
constexpr Register who_am_i{.name = "who_am_i", .address = 0x75, .reset = 0x68, .writable = 0};
// clang-format on
constexpr std::array all{acceleration_offset_x,
                         acceleration_offset_y,
                         acceleration_offset_z,
                         self_test,
                         gyro_offset_x,
                         gyro_offset_y,
                         gyro_offset_z,
                         divider,
                         configuration,
                         gyro_configuration,
                         acceleration_configuration,
                         motion_threshold,
                         motion_duration,
                         fifo_enable,
                         interrupt_pin,
                         interrupt_enable,
                         interrupt_status,
                         acceleration_x,
                         acceleration_y,
                         acceleration_z,
                         temperature,
                         gyro_x,
                         gyro_y,
                         gyro_z,
                         path_reset,
                         motion_control,
                         user_control,
                         power_1,
                         power_2,
                         fifo_count_high,
                         fifo_count_low,
                         fifo_data,
                         who_am_i};
constexpr std::array acceleration{acceleration_x, acceleration_y, acceleration_z};
constexpr std::array gyro{gyro_x, gyro_y, gyro_z};
}  // namespace reg

constexpr PointerRules pointer_rules{.unmapped = 0x00};

constexpr Field filter{.in = reg::configuration, .high = 2, .low = 0};
constexpr std::int64_t no_filter = 7;
constexpr Field gyro_range{.in = reg::gyro_configuration, .high = 4, .low = 3};
constexpr Field acceleration_range{.in = reg::acceleration_configuration, .high = 4, .low = 3};
constexpr Field wake_rate{.in = reg::power_2, .high = 7, .low = 6};
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
    : RegisterDevice(std::string(row_of(rows, "motion sensor", part).name),
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
constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family mpu6050_family{"MPU6050 motion sensor", "inv-mpu6050-i2c", vendors, parts};

}  // namespace vhost_device::sim
