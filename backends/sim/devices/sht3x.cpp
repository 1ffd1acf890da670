// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/sht3x.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"
#include "backends/sim/devices/sht3x_commands.hpp"
#include "backends/sim/registers/crc8.hpp"

namespace vhost_device::sim {

namespace {

using namespace std::chrono_literals;
using Kind = Sht3xCommand::Kind;

constexpr auto names = std::to_array<std::string_view>({"sht3x", "sht30", "sht31", "sht35"});

constexpr double min_c = -40;
constexpr double max_c = 125;
constexpr double max_percent = 100;

constexpr std::uint8_t crc_polynomial = 0x31;
constexpr std::uint8_t crc_start = 0xff;

// 4.13: S / (2^16 - 1) of 175 C from -45 C on, and of 100 %.
constexpr double full_scale = 65535;
constexpr double first_c = -45;
constexpr double span_c = 175;

std::uint16_t raw_of(double part) {
  return static_cast<std::uint16_t>(std::floor(part * full_scale + 0.5));
}
double celsius_of(std::uint16_t raw) { return first_c + span_c * raw / full_scale; }
double percent_of(std::uint16_t raw) { return max_percent * raw / full_scale; }

namespace flag {
constexpr std::uint16_t alert_pending = 0x8000;
constexpr std::uint16_t heater = 0x2000;
constexpr std::uint16_t humidity_alert = 0x0800;
constexpr std::uint16_t temperature_alert = 0x0400;
constexpr std::uint16_t reset_detected = 0x0010;
constexpr std::uint16_t command_failed = 0x0002;
constexpr std::uint16_t checksum_failed = 0x0001;
constexpr std::uint16_t after_reset = alert_pending | reset_detected;
constexpr std::uint16_t cleared =
    alert_pending | humidity_alert | temperature_alert | reset_detected;
}  // namespace flag

constexpr Time reset_time = 500us;
constexpr Time longest_period = 2s;  // 0.5 measurements a second

constexpr std::size_t command_bytes = 2;

std::uint16_t word_at(std::span<const std::byte> bytes) {
  constexpr unsigned bits_per_byte = 8;
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[0]) << bits_per_byte |
                                    std::to_integer<unsigned>(bytes[1]));
}

void put_word(std::span<std::byte> place, std::uint16_t word) {
  constexpr unsigned bits_per_byte = 8;
  place[0] = static_cast<std::byte>(word >> bits_per_byte);
  place[1] = static_cast<std::byte>(word);
  place[2] = std::byte{crc8(place.first(2), crc_polynomial, crc_start)};
}

const Sht3xCommand* find_command(std::span<const std::byte> written) {
  if (written.size() < command_bytes) return nullptr;
  const auto* const found =
      std::ranges::find(sht3x_commands, word_at(written), &Sht3xCommand::code);
  return found != sht3x_commands.end() ? found : nullptr;
}

std::string known(std::string_view part) { return std::string(row_of(names, "sensor", part)); }

}  // namespace

Sht3x::Sht3x(std::string_view part, i2c::Address address, double temperature_c,
             double humidity_percent)
    : Device(known(part), checked_address(part, address, 0x44, 0x45)),
      temperature_c_(checked_value(part, "temperature", temperature_c, min_c, max_c, "C")),
      humidity_percent_(checked_value(part, "humidity", humidity_percent, 0, max_percent, "%")),
      status_(flag::after_reset) {}

double Sht3x::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void Sht3x::set_temperature(double temperature_c) {
  checked_value(name(), "temperature", temperature_c, min_c, max_c, "C");
  set_quantity(temperature_c_, temperature_c);
}

double Sht3x::humidity() const {
  const Guard guard = lock();
  return humidity_percent_;
}

void Sht3x::set_humidity(double humidity_percent) {
  checked_value(name(), "humidity", humidity_percent, 0, max_percent, "%");
  set_quantity(humidity_percent_, humidity_percent);
}

void Sht3x::set_quantity(double& quantity, double value) {
  const Guard guard = lock();
  catch_up();
  quantity = value;
  if (mode_ == Mode::periodic) measure();
}

Level Sht3x::alert_level() {
  const Guard guard = lock();
  catch_up();
  return alert_.of_temperature() || alert_.of_humidity() ? Level::high : Level::low;
}

double Sht3x::high_alert_temperature() {
  const Guard guard = lock();
  return celsius_of(alert_.temperature(Sht3xAlert::high_set));
}

double Sht3x::high_alert_humidity() {
  const Guard guard = lock();
  return percent_of(alert_.humidity(Sht3xAlert::high_set));
}

double Sht3x::low_alert_temperature() {
  const Guard guard = lock();
  return celsius_of(alert_.temperature(Sht3xAlert::low_set));
}

double Sht3x::low_alert_humidity() {
  const Guard guard = lock();
  return percent_of(alert_.humidity(Sht3xAlert::low_set));
}

bool Sht3x::heater_is_on() {
  const Guard guard = lock();
  return (status_ & flag::heater) != 0;
}

bool Sht3x::measures_periodically() {
  const Guard guard = lock();
  return mode_ == Mode::periodic;
}

std::uint16_t Sht3x::status() {
  const Guard guard = lock();
  catch_up();
  return status_;
}

std::string_view Sht3x::register_name(std::span<const std::byte> written) const {
  const Sht3xCommand* const command = find_command(written);
  return command != nullptr ? command->name : std::string_view();
}

void Sht3x::catch_up() {
  static_cast<void>(reset_timer_.completed(now()));
  if (timer_.completed(now()) > 0) measure();
}

void Sht3x::measure() {
  raw_temperature_ = raw_of((temperature_c_ - first_c) / span_c);
  raw_humidity_ = raw_of(humidity_percent_ / max_percent);
  has_data_ = true;
  if (mode_ != Mode::periodic) return;
  alert_.reading(raw_temperature_, raw_humidity_);
  set_status(flag::temperature_alert, alert_.of_temperature());
  set_status(flag::humidity_alert, alert_.of_humidity());
  set_status(flag::alert_pending, alert_.of_temperature() || alert_.of_humidity());
}

void Sht3x::set_status(std::uint16_t bits, bool on) {
  status_ = static_cast<std::uint16_t>(on ? status_ | bits : status_ & ~bits);
}

Ack Sht3x::start(Direction direction) {
  catch_up();
  received_length_ = 0;
  sent_ = 0;
  if (reset_timer_.is_running()) return Ack::nack;
  if (direction == Direction::write) return Ack::ack;
  if (mode_ == Mode::single_shot) {
    if (timer_.is_running() && stretches_) {
      timer_.stop();
      measure();
    }
    if (has_data_) {
      reply_data();
      mode_ = Mode::idle;
    }
  }
  return reply_length_ > 0 ? Ack::ack : Ack::nack;
}

// A command is carried out with its last byte, not with STOP: a read may follow without one.
Ack Sht3x::write(std::byte value) {
  if (received_length_ == received_.size()) return Ack::ack;
  received_[received_length_++] = value;
  const auto received = std::span(received_).first(received_length_);
  if (received_length_ == command_bytes) {
    const Sht3xCommand* const command = find_command(received);
    set_status(flag::command_failed, command == nullptr);
    reply_length_ = 0;
    if (command != nullptr) execute(*command);
  } else if (received_length_ == received_.size()) {
    write_limit();
  }
  return Ack::ack;
}

std::byte Sht3x::read() { return sent_ < reply_length_ ? reply_[sent_++] : std::byte{0xff}; }

void Sht3x::stop() {
  if (sent_ > 0) reply_length_ = 0;
  received_length_ = 0;
  sent_ = 0;
}

void Sht3x::execute(const Sht3xCommand& command) {
  switch (command.kind) {
    case Kind::single_shot:
    case Kind::stretched:
    case Kind::periodic:
      return measure_as(command);
    case Kind::fetch:
      if (mode_ == Mode::periodic && has_data_) reply_data();
      return;
    case Kind::end_periodic:
      mode_ = Mode::idle;
      timer_.stop();
      has_data_ = false;
      return alert_.end();
    case Kind::soft_reset:
      return reset();
    case Kind::heater_on:
      return set_status(flag::heater, true);
    case Kind::heater_off:
      return set_status(flag::heater, false);
    case Kind::read_status:
      return reply_word(status_);
    case Kind::clear_status:
      return set_status(flag::cleared, false);
    case Kind::read_limit:
      return reply_word(alert_.limit(command.limit));
    case Kind::write_limit:
      return;  // with the last byte of the limit
  }
}

// Periodic mode has to be left before anything else is measured (4.8).
void Sht3x::measure_as(const Sht3xCommand& command) {
  if (mode_ == Mode::periodic) return set_status(flag::command_failed, true);
  has_data_ = false;
  stretches_ = command.kind == Kind::stretched;
  if (command.kind == Kind::periodic) {
    mode_ = Mode::periodic;
    timer_.start_repeating(now(), command.duration, command.period);
  } else {
    mode_ = Mode::single_shot;
    timer_.start_once(now(), command.duration);
  }
}

void Sht3x::write_limit() {
  const Sht3xCommand* const command = find_command(received_);
  if (command == nullptr || command->kind != Kind::write_limit) return;
  const auto word = std::span(received_).subspan(command_bytes, 2);
  const bool is_good = received_.back() == std::byte{crc8(word, crc_polynomial, crc_start)};
  set_status(flag::checksum_failed, !is_good);
  if (is_good) alert_.set_limit(command->limit, word_at(word));
}

void Sht3x::reset() {
  mode_ = Mode::idle;
  has_data_ = false;
  status_ = flag::after_reset;
  alert_ = {};
  timer_.stop();
  reset_timer_.start_once(now(), reset_time);
}

void Sht3x::reply_word(std::uint16_t word) {
  put_word(reply_, word);
  reply_length_ = longest_reply / 2;
}

void Sht3x::reply_data() {
  put_word(reply_, raw_temperature_);
  put_word(std::span(reply_).subspan(longest_reply / 2), raw_humidity_);
  reply_length_ = longest_reply;
  has_data_ = false;
}

void Sht3x::clock_changed(Time offset) {
  timer_.clock_changed(offset);
  reset_timer_.clock_changed(offset);
}

void Sht3x::visit_state(StateVisitor& visitor) {
  visitor.value("temperature_c", temperature_c_, min_c, max_c);
  visitor.value("humidity_percent", humidity_percent_, 0, max_percent);
  visitor.value("mode", mode_, 0, static_cast<std::int64_t>(Mode::periodic));
  visitor.value("stretches", stretches_);
  visitor.value("has_data", has_data_);
  visitor.value("raw_temperature", raw_temperature_);
  visitor.value("raw_humidity", raw_humidity_);
  visitor.value("status", status_);
  visitor.bytes("reply", reply_);
  visitor.value("reply_length", reply_length_, 0, longest_reply);
  alert_.visit_state(visitor);
  timer_.visit_state(visitor, longest_period);
  reset_timer_.visit_state(visitor, reset_time, "reset");
}

void Sht3x::check_state() const {
  const bool is_periodic = mode_ == Mode::periodic;
  timer_.check_state(is_periodic || (mode_ == Mode::single_shot && !has_data_),
                     is_periodic ? timer_.period() : Time(0));
  require_state(!is_periodic || timer_.period() > Time(0),
                "conversion_period_ns: expected one in periodic mode");
  require_state(reply_length_ % (longest_reply / 2) == 0, "reply_length: expected 0, 3 or 6");
  reset_timer_.check_state(reset_timer_.is_running(), Time(0), "reset");
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  const auto temperature_c =
      milli_property(properties, "vhost-device,temperature-millicelsius", min_c, max_c);
  const auto humidity =
      milli_property(properties, "vhost-device,humidity-millipercent", 0, max_percent);
  return std::make_shared<Sht3x>(part.name, address,
                                 temperature_c.value_or(Sht3x::room_temperature_c),
                                 humidity.value_or(Sht3x::room_humidity_percent));
}

constexpr auto vendors = std::to_array<std::string_view>({"sensirion"});
constexpr auto parts = parts_of(names, make);

}  // namespace

constinit const Family sht3x_family{"SHT3x humidity sensor", "sht3x", vendors, parts};

}  // namespace vhost_device::sim
