// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/adxl345.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>

#include "backends/sim/devices/adxl345_registers.hpp"
#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;
using namespace adxl345;

constexpr auto names = std::to_array<std::string_view>({"adxl345"});

constexpr double max_g = 16;
constexpr Time slowest_period = 10240ms;  // 0.09765625 Hz; each code halves it (table 7)
constexpr Time wake_up_time = 1100us;     // and the period (table 1, turn-on and wake-up time)

constexpr int codes_per_g = 256;  // at full resolution, and in the smallest range
constexpr unsigned least_bits = 10;
constexpr unsigned word_bits = 16;

}  // namespace

Adxl345::Adxl345(std::string_view part, i2c::Address address, Axes acceleration_g)
    : RegisterDevice(std::string(row_of(names, "accelerometer", part)),
                     checked_address(part, address, {0x53, 0x1d}), reg::all, pointer_rules),
      acceleration_g_(checked_axes(part, "acceleration", acceleration_g, max_g, "g")) {}

Axes Adxl345::acceleration() const {
  const Guard guard = lock();
  return acceleration_g_;
}

void Adxl345::set_acceleration(Axes acceleration_g) {
  checked_axes(name(), "acceleration", acceleration_g, max_g, "g");
  const Guard guard = lock();
  catch_up();
  acceleration_g_ = acceleration_g;
  if (!is_measuring()) return;
  sample();
  show();
  timer_.start_repeating(now(), period(), period());
}

Level Adxl345::int1_level() { return pin(false); }

Level Adxl345::int2_level() { return pin(true); }

Level Adxl345::pin(bool is_second) {
  const Guard guard = lock();
  catch_up();
  const std::uint32_t map = value(reg::interrupt_map);
  const std::uint32_t on = value(reg::interrupt_source) & value(reg::interrupt_enable);
  const bool active = (on & (is_second ? map : ~map)) != 0;
  const bool inverted = is_set(reg::data_format, format::invert);
  return active != inverted ? Level::high : Level::low;
}

unsigned Adxl345::fifo_entries() {
  const Guard guard = lock();
  catch_up();
  return value(reg::fifo_status) & ~fifo::triggered;
}

double Adxl345::data_rate() {
  const Guard guard = lock();
  return 1 / std::chrono::duration<double>(period()).count();
}

Time Adxl345::period() const {
  return slowest_period / (1 << (value(reg::data_rate) & rate::code));
}

bool Adxl345::is_measuring() const { return is_set(reg::power_control, measure); }

bool Adxl345::keeps_when_full() const {
  return (value(reg::fifo_control) & fifo::mode) == fifo::until_full || triggered_;
}

std::uint16_t Adxl345::reading(std::size_t axis) const {
  const std::uint32_t word = value(reg::data_format);
  const unsigned range = word & format::range;
  const bool is_full = (word & format::full_resolution) != 0;
  const unsigned bits = least_bits + (is_full ? range : 0);
  const double scale = is_full ? codes_per_g : codes_per_g >> range;
  const double felt_g = acceleration_g_[axis] + physical(offsets[axis]);
  const int limit = 1 << (bits - 1);
  int code = std::clamp(static_cast<int>(std::floor(felt_g * scale + 0.5)), -limit, limit - 1);
  const bool is_fast = (value(reg::data_rate) & rate::code) >= rate::without_lowest_bit;
  if (is_fast && (is_full || range == 0)) code &= ~1;
  const bool to_left = (word & format::left_justified) != 0;
  return static_cast<std::uint16_t>(to_left ? code * (1 << (word_bits - bits)) : code);
}

bool Adxl345::is_active() const {
  const std::uint32_t control = value(reg::activity_control);
  if ((control & activity_is_ac) != 0) return false;
  for (std::size_t axis = 0; axis < acceleration_g_.size(); ++axis) {
    const double felt_g = acceleration_g_[axis] + physical(offsets[axis]);
    const bool takes_part = (control & activity_x >> axis) != 0;
    if (takes_part && std::abs(felt_g) > physical(activity_limit)) return true;
  }
  return false;
}

void Adxl345::power_changed() {
  if (!is_measuring()) {
    timer_.stop();
    return;
  }
  timer_.start_repeating(now(), wake_up_time + period(), period());
}

void Adxl345::catch_up() {
  // More than fill the FIFO make no difference.
  const std::uint64_t count = std::min<std::uint64_t>(timer_.completed(now()), max_entries + 1);
  for (std::uint64_t i = 0; i < count; ++i) sample();
  if (count > 0) show();
}

void Adxl345::sample() {
  Sample taken;
  for (std::size_t axis = 0; axis < taken.words.size(); ++axis) taken.words[axis] = reading(axis);
  push(taken);
  if (!is_set(reg::interrupt_enable, source::activity) || !is_active()) return;
  activity_ = true;
  trigger();
}

void Adxl345::push(const Sample& taken) {
  if ((value(reg::fifo_control) & fifo::mode) == fifo::bypass) {
    overrun_ = entries_ > 0;
    samples_[0] = taken;
    entries_ = 1;
    return;
  }
  if (entries_ == max_entries) {
    if (keeps_when_full()) return;
    drop_oldest(1);
  }
  samples_[entries_++] = taken;
  overrun_ = entries_ >= fifo_depth;
}

// The last sample stays to be read again, as there is nothing else.
void Adxl345::drop_oldest(std::size_t count) {
  if (entries_ == 0) return;
  const std::size_t dropped = std::min(count, entries_);
  if (dropped == entries_) {
    samples_[0] = samples_[entries_ - 1];
  } else {
    std::copy(samples_.begin() + static_cast<std::ptrdiff_t>(dropped),
              samples_.begin() + static_cast<std::ptrdiff_t>(entries_), samples_.begin());
  }
  entries_ -= dropped;
}

// The last samples are kept, as many as FIFO_CTL says, and from now on none is lost ("Trigger
// Mode").
void Adxl345::trigger() {
  const std::uint32_t control = value(reg::fifo_control);
  const bool is_int2 = is_set(reg::interrupt_map, source::activity);
  const bool is_its_pin = is_int2 == ((control & fifo::trigger_is_int2) != 0);
  if ((control & fifo::mode) != fifo::trigger_mode || triggered_ || !is_its_pin) return;
  const std::size_t kept = control & fifo::samples;
  if (entries_ > kept) drop_oldest(entries_ - kept);
  triggered_ = true;
}

void Adxl345::data_was_read() {
  if (!reads_data_) return;
  reads_data_ = false;
  drop_oldest(1);
  overrun_ = false;
  show();
}

void Adxl345::show() {
  for (std::size_t axis = 0; axis < reg::data.size(); ++axis) {
    set_value(reg::data[axis], samples_[0].words[axis]);
  }
  const std::uint32_t control = value(reg::fifo_control);
  const bool is_on = (control & fifo::mode) != fifo::bypass;
  const auto held = static_cast<std::uint32_t>(is_on ? entries_ : 0);
  set_value(reg::fifo_status, held | (triggered_ ? fifo::triggered : 0));
  std::uint32_t sources = 0;
  if (entries_ > 0) sources |= source::data_ready;
  if (activity_) sources |= source::activity;
  if (held >= (control & fifo::samples)) sources |= source::watermark;
  if (overrun_) sources |= source::overrun;
  set_value(reg::interrupt_source, sources);
}

Ack Adxl345::start(Direction direction) {
  data_was_read();
  return RegisterDevice::start(direction);
}

void Adxl345::stop() {
  data_was_read();
  RegisterDevice::stop();
}

std::uint32_t Adxl345::on_read(const Register& reg, std::uint32_t value) {
  if (reg.address == reg::fifo_control.address) data_was_read();
  if (reg.address >= reg::data_x.address && reg.address <= reg::data_z.address) {
    reads_data_ = true;
  }
  if (reg.address == reg::fifo_status.address) return this->value(reg);
  if (reg.address == reg::interrupt_source.address) {
    activity_ = false;
    show();
  }
  return value;
}

Ack Adxl345::on_write(const Register& reg, std::uint32_t /*written*/, std::uint32_t before) {
  const std::uint32_t changed = before ^ value(reg);
  if (reg.address == reg::power_control.address && (changed & measure) != 0) power_changed();
  if (reg.address == reg::data_rate.address && (changed & rate::code) != 0) power_changed();
  if (reg.address == reg::fifo_control.address &&
      (value(reg::fifo_control) & fifo::mode) == fifo::bypass) {
    drop_oldest(entries_);
    overrun_ = false;
    triggered_ = false;
  }
  show();
  return Ack::ack;
}

void Adxl345::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  for (std::size_t axis = 0; axis < acceleration_g_.size(); ++axis) {
    visitor.value("acceleration_g." + std::to_string(axis), acceleration_g_[axis], -max_g, max_g);
  }
  timer_.visit_state(visitor, wake_up_time + slowest_period);
  visitor.value("fifo.entries", entries_, 0, max_entries);
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    for (std::size_t axis = 0; axis < reg::data.size(); ++axis) {
      visitor.value("fifo." + std::to_string(i) + "." + std::to_string(axis),
                    samples_[i].words[axis]);
    }
  }
  visitor.value("overrun", overrun_);
  visitor.value("activity", activity_);
  visitor.value("triggered", triggered_);
}

void Adxl345::check_state() const {
  timer_.check_state(is_measuring(), period());
  const bool is_bypassed = (value(reg::fifo_control) & fifo::mode) == fifo::bypass;
  require_state(!is_bypassed || (entries_ <= 1 && !triggered_),
                "fifo.entries: the FIFO is bypassed");
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  return std::make_shared<Adxl345>(part.name, address, acceleration_property(properties, max_g));
}

constexpr auto vendors = std::to_array<std::string_view>({"adi"});
constexpr auto parts = parts_of(names, make);

}  // namespace

constinit const Family adxl345_family{"ADXL345 accelerometer", "adxl345_i2c", vendors, parts};

}  // namespace vhost_device::sim
