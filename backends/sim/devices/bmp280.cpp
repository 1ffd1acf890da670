// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/bmp280.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "backends/sim/devices/bmp280_registers.hpp"
#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

struct Bmp280Row {
  std::string_view name;
  bool has_humidity;
  std::array<Time, 8> standby_times;
};

namespace {

using namespace std::chrono_literals;
using namespace bmp280;

constexpr double min_c = -40;
constexpr double max_c = 85;
constexpr double min_pa = 30000;
constexpr double max_pa = 110000;
constexpr double max_percent = 100;

constexpr Time start_up_time = 2ms;

constexpr Time longest_measurement = 98ms;  // 16 samples of each quantity
constexpr Time longest_cycle = longest_measurement + 4s;

// By an oversampling's code: 0 is skipped, and so is the time of it.
constexpr std::array<unsigned, 8> samples{0, 1, 2, 4, 8, 16, 16, 16};

constexpr std::array<Time, 8> bmp280_standby{500us, 62500us, 125ms,  250ms,
                                             500ms, 1000ms,  2000ms, 4000ms};
constexpr std::array<Time, 8> bme280_standby{500us, 62500us, 125ms, 250ms,
                                             500ms, 1000ms,  10ms,  20ms};

constexpr auto rows = std::to_array<Bmp280Row>({
    {"bmp280", false, bmp280_standby},
    {"bme280", true, bme280_standby},
});

std::span<const Register> map_of(std::string_view part) {
  if (row_of(rows, "sensor", part).has_humidity) return reg::bme280_all;
  return reg::bmp280_all;
}

// Without the filter a reading has 16 bits, and one more for each doubling of the oversampling
// (DS002, "Pressure measurement" and "Temperature measurement"). The others are 0.
std::uint32_t cut(std::uint32_t raw, std::int64_t sampling, bool is_filtered) {
  constexpr std::int64_t finest = 5;
  const auto missing = static_cast<unsigned>(finest - std::min(sampling, finest));
  return is_filtered ? raw : raw >> missing << missing;
}

}  // namespace

Bmp280::Bmp280(std::string_view part, i2c::Address address)
    : RegisterDevice(std::string(part), checked_address(part, address, 0x76, 0x77), map_of(part),
                     pointer_rules),
      row_(row_of(rows, "sensor", part)) {}

double Bmp280::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void Bmp280::set_temperature(double temperature_c) {
  checked_value(row_.name, "temperature", temperature_c, min_c, max_c, "C");
  set_quantity(temperature_c_, temperature_c);
}

double Bmp280::pressure() const {
  const Guard guard = lock();
  return pressure_pa_;
}

void Bmp280::set_pressure(double pressure_pa) {
  checked_value(row_.name, "pressure", pressure_pa, min_pa, max_pa, "Pa");
  set_quantity(pressure_pa_, pressure_pa);
}

double Bmp280::humidity() const {
  const Guard guard = lock();
  return humidity_percent_;
}

void Bmp280::set_humidity(double humidity_percent) {
  if (!row_.has_humidity) {
    throw std::invalid_argument(std::string(row_.name) + ": does not measure humidity");
  }
  checked_value(row_.name, "humidity", humidity_percent, 0, max_percent, "%");
  set_quantity(humidity_percent_, humidity_percent);
}

void Bmp280::set_quantity(double& quantity, double value) {
  const Guard guard = lock();
  catch_up();
  quantity = value;
  if (mode_ == Mode::normal) finish(now());
}

std::uint8_t Bmp280::control() {
  const Guard guard = lock();
  catch_up();
  return static_cast<std::uint8_t>(value(reg::ctrl_meas));
}

std::uint8_t Bmp280::configuration() {
  const Guard guard = lock();
  return static_cast<std::uint8_t>(value(reg::config));
}

bool Bmp280::is_measuring() {
  const Guard guard = lock();
  catch_up();
  return measures();
}

Bmp280Trim Bmp280::trim() const {
  const auto unsigned_word = [this](const Register& reg) {
    return static_cast<std::uint16_t>(value(reg));
  };
  const auto signed_word = [this](const Register& reg) {
    return static_cast<std::int16_t>(value(reg));
  };
  Bmp280Trim trim{};
  trim.t1 = unsigned_word(reg::t1);
  trim.t2 = signed_word(reg::t2);
  trim.t3 = signed_word(reg::t3);
  trim.p1 = unsigned_word(reg::p1);
  trim.p2 = signed_word(reg::p2);
  trim.p3 = signed_word(reg::p3);
  trim.p4 = signed_word(reg::p4);
  trim.p5 = signed_word(reg::p5);
  trim.p6 = signed_word(reg::p6);
  trim.p7 = signed_word(reg::p7);
  trim.p8 = signed_word(reg::p8);
  trim.p9 = signed_word(reg::p9);
  if (!row_.has_humidity) return trim;
  const auto joined = [this](const Register& high, const Field& low) {
    return static_cast<std::int16_t>(std::int64_t{static_cast<std::int8_t>(value(high))} * 16 +
                                     code(low));
  };
  trim.h1 = static_cast<std::uint8_t>(value(reg::h1));
  trim.h2 = signed_word(reg::h2);
  trim.h3 = static_cast<std::uint8_t>(value(reg::h3));
  trim.h4 = joined(reg::h4_high, h4_low);
  trim.h5 = joined(reg::h5_high, h5_low);
  trim.h6 = static_cast<std::int8_t>(value(reg::h6));
  return trim;
}

// Both 01 and 10 are forced mode.
Bmp280::Mode Bmp280::requested_mode() const {
  const auto mode = static_cast<Mode>(code(mode_field));
  return mode == Mode::sleep || mode == Mode::normal ? mode : Mode::forced;
}

Time Bmp280::measurement_time() const {
  const auto time_of = [](std::int64_t sampling, Time overhead) {
    const unsigned count = samples[static_cast<std::size_t>(sampling)];
    return count == 0 ? Time(0) : count * Time(2ms) + overhead;
  };
  return 1ms + time_of(code(temperature_sampling), 0ms) + time_of(code(pressure_sampling), 500us) +
         time_of(humidity_sampling_, 500us);
}

Time Bmp280::standby_time() const {
  return row_.standby_times[static_cast<std::size_t>(code(standby))];
}

bool Bmp280::measures() const {
  const auto end = timer_.end();
  return end && now() >= *end - measurement_time_;
}

void Bmp280::enter(Mode mode, Time start) {
  mode_ = mode;
  is_retimed_ = false;
  timer_.stop();
  if (mode == Mode::sleep) return;
  measurement_time_ = measurement_time();
  if (mode == Mode::forced) {
    timer_.start_once(start, measurement_time_);
  } else {
    timer_.start_repeating(start, measurement_time_, measurement_time_ + standby_time());
  }
}

void Bmp280::catch_up() {
  static_cast<void>(start_up_.completed(now()));
  while (timer_.end() && *timer_.end() <= now()) {
    const bool just_goes_on =
        mode_ == Mode::normal && requested_mode() == Mode::normal && !is_retimed_;
    if (just_goes_on) {
      static_cast<void>(timer_.completed(now()));
      measure();
    } else {
      finish(*timer_.end());
    }
  }
  show_status();
}

// The end of a measurement, and of the mode if another one was asked for meanwhile.
void Bmp280::finish(Time end) {
  measure();
  Mode next = requested_mode();
  if (mode_ == Mode::normal && next == Mode::normal) {
    enter(Mode::normal, end + standby_time());
  } else {
    if (mode_ == Mode::forced && next == Mode::forced) {
      next = Mode::sleep;
      set_code(mode_field, static_cast<std::int64_t>(Mode::sleep));
    }
    enter(next, end);
  }
  show_status();
}

void Bmp280::measure() {
  const Bmp280Compensation compensation(trim());
  const bool is_filtered = code(filter) != 0;
  const std::uint32_t temperature = compensation.raw_temperature(temperature_c_);
  std::uint32_t seen = temperature;  // by the compensation of the others
  const std::int64_t t_sampling = code(temperature_sampling);
  if (t_sampling != 0) seen = cut(temperature, t_sampling, is_filtered);
  set_code(raw_temperature, t_sampling != 0 ? seen : skipped);
  const double fine = compensation.fine_temperature(seen);

  const std::int64_t p_sampling = code(pressure_sampling);
  const std::uint32_t pressure = compensation.raw_pressure(pressure_pa_, fine);
  set_code(raw_pressure, p_sampling != 0 ? cut(pressure, p_sampling, is_filtered) : skipped);
  if (!row_.has_humidity) return;
  const std::uint32_t humidity = compensation.raw_humidity(humidity_percent_, fine);
  set_value(reg::humidity, humidity_sampling_ != 0 ? humidity : skipped_humidity);
}

void Bmp280::show_status() {
  std::uint32_t bits = 0;
  if (measures()) bits |= status::measuring;
  if (start_up_.is_running()) bits |= status::copying_trim;
  set_value(reg::status, bits);
}

Ack Bmp280::on_write(const Register& reg, std::uint32_t written, std::uint32_t before) {
  if (reg.address == reg::reset.address) {
    if (written == soft_reset) reset();
  } else if (reg.address == reg::ctrl_meas.address) {
    control_written(before);
  } else if (reg.address == reg::ctrl_hum.address) {
    if (mode_change_is_awaited()) set_value(reg, before);
  } else if (reg.address == reg::config.address) {
    is_retimed_ = true;
  }
  show_status();
  return Ack::ack;
}

// A mode is not changed before the measurement under way is over, and until then neither ctrl_meas
// nor ctrl_hum can be written (DS002, 3.3.1).
bool Bmp280::mode_change_is_awaited() const { return requested_mode() != mode_; }

void Bmp280::control_written(std::uint32_t before) {
  const Mode asked = requested_mode();
  const std::uint32_t after = value(reg::ctrl_meas);
  set_value(reg::ctrl_meas, before);
  if (mode_change_is_awaited()) return;
  set_value(reg::ctrl_meas, after);
  // ctrl_hum counts from here on (DS002, 5.4.3).
  if (row_.has_humidity) humidity_sampling_ = value(reg::ctrl_hum);
  is_retimed_ = true;
  if (asked != mode_ && !measures()) enter(asked, now());
}

void Bmp280::reset() {
  for (const Register& reg :
       {reg::status, reg::ctrl_meas, reg::config, reg::pressure, reg::temperature}) {
    set_value(reg, reg.reset);
  }
  if (row_.has_humidity) {
    set_value(reg::ctrl_hum, reg::ctrl_hum.reset);
    set_value(reg::humidity, reg::humidity.reset);
  }
  humidity_sampling_ = 0;
  enter(Mode::sleep, now());
  start_up_.start_once(now(), start_up_time);
}

void Bmp280::clock_changed(Time offset) {
  timer_.clock_changed(offset);
  start_up_.clock_changed(offset);
}

void Bmp280::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  visitor.value("temperature_c", temperature_c_, min_c, max_c);
  visitor.value("pressure_pa", pressure_pa_, min_pa, max_pa);
  visitor.value("humidity_percent", humidity_percent_, 0, max_percent);
  visitor.value("mode", mode_, 0, static_cast<std::int64_t>(Mode::normal));
  visitor.value("retimed", is_retimed_);
  visitor.value("humidity_sampling", humidity_sampling_, 0, row_.has_humidity ? 7 : 0);
  Time::rep measurement_ns = measurement_time_.count();
  visitor.value("measurement_ns", measurement_ns, 0, longest_measurement.count());
  measurement_time_ = Time(measurement_ns);
  timer_.visit_state(visitor, longest_cycle);
  start_up_.visit_state(visitor, start_up_time, "start_up");
}

void Bmp280::check_state() const {
  const bool is_mode = mode_ == Mode::sleep || mode_ == Mode::forced || mode_ == Mode::normal;
  require_state(is_mode, "mode: expected 0, 1 or 3");
  const bool is_normal = mode_ == Mode::normal;
  // The times of a measurement under way may be older than the registers'.
  timer_.check_state(mode_ != Mode::sleep, is_normal ? timer_.period() : Time(0));
  require_state(!is_normal || timer_.period() > measurement_time_,
                "conversion_period_ns: expected more than measurement_ns");
  require_state(mode_ != Mode::sleep || requested_mode() == Mode::sleep,
                "registers.ctrl_meas: asks for measurements, of which none is under way");
  start_up_.check_state(start_up_.is_running(), Time(0), "start_up");
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  auto chip = std::make_shared<Bmp280>(part.name, address);
  const auto temperature_c =
      milli_property(properties, "vhost-device,temperature-millicelsius", min_c, max_c);
  const auto pressure_pa =
      milli_property(properties, "vhost-device,pressure-millipascal", min_pa, max_pa);
  if (temperature_c) chip->set_temperature(*temperature_c);
  if (pressure_pa) chip->set_pressure(*pressure_pa);
  if (!row_of(rows, "sensor", part.name).has_humidity) return chip;
  const auto humidity =
      milli_property(properties, "vhost-device,humidity-millipercent", 0, max_percent);
  if (humidity) chip->set_humidity(*humidity);
  return chip;
}

constexpr auto vendors = std::to_array<std::string_view>({"bosch"});
constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family bmp280_family{"BMP280 pressure sensor", "bmp280-i2c", vendors, parts};

}  // namespace vhost_device::sim
