// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pca954x.hpp"

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

struct Pca954xRow {
  std::string_view name;
  std::uint8_t channels;
  std::uint8_t enable;  // bit of a multiplexer; 0 for a switch
  std::uint8_t at_first;
  bool has_interrupts;
  bool has_reset;
  unsigned last_address;
};

namespace {

constexpr unsigned first_address = 0x70;  // 1110 A2 A1 A0
constexpr unsigned first_interrupt_bit = 4;

constexpr auto rows = std::to_array<Pca954xRow>({
    {"pca9540", 2, 0x04, 0x00, false, false, 0x70},
    {"pca9542", 2, 0x04, 0x00, true, false, 0x77},
    {"pca9543", 2, 0x00, 0x00, true, true, 0x73},
    {"pca9544", 4, 0x04, 0x00, true, false, 0x77},
    {"pca9545", 4, 0x00, 0x00, true, true, 0x73},
    {"pca9546", 4, 0x00, 0x00, false, true, 0x77},
    {"pca9547", 8, 0x08, 0x08, false, true, 0x77},
    {"pca9548", 8, 0x00, 0x00, false, true, 0x77},
});

const Pca954xRow& row(std::string_view part) { return row_of(rows, "mux", part); }

/// The bits of the control register that select.
constexpr std::uint8_t selection_bits(const Pca954xRow& row) {
  const unsigned bits = row.enable != 0 ? 2U * row.enable : 1U << row.channels;
  return static_cast<std::uint8_t>(bits - 1);
}

/// Which channels a selection connects: bit n for channel n.
constexpr std::uint32_t channels_of(const Pca954xRow& row, std::uint8_t selection) {
  if (row.enable == 0) return selection;
  if ((selection & row.enable) == 0) return 0;
  // Table 4 of the PCA9540B and PCA9542A: channels that they do not have are none.
  const unsigned channel = selection & (row.enable - 1U);
  return channel < row.channels ? 1U << channel : 0;
}

}  // namespace

Pca954x::Pca954x(std::string_view part, i2c::Address address)
    : Mux(std::string(part), checked_address(part, address, first_address, row(part).last_address),
          row(part).channels, channels_of(row(part), row(part).at_first)),
      row_(row(part)),
      selection_(row_.at_first) {}

Ack Pca954x::write(std::byte value) {
  selection_ = std::to_integer<std::uint8_t>(value) & selection_bits(row_);
  return Ack::ack;
}

std::byte Pca954x::read() { return static_cast<std::byte>(control_byte()); }

void Pca954x::stop() { connect(channels_of(row_, selection_)); }

std::uint8_t Pca954x::control_byte() const {
  return static_cast<std::uint8_t>(interrupts_ << first_interrupt_bit | selection_);
}

std::uint8_t Pca954x::control() const {
  const Guard guard = lock();
  return control_byte();
}

std::vector<std::size_t> Pca954x::selected() const {
  const Guard guard = lock();
  std::vector<std::size_t> channels;
  for (std::size_t index = 0; index < channel_count(); ++index) {
    if (channel(index).connected()) channels.push_back(index);
  }
  return channels;
}

void Pca954x::reset() {
  if (!row_.has_reset) throw std::invalid_argument(name() + " has no RESET pin");
  const Guard guard = lock();
  selection_ = row_.at_first;
  connect(channels_of(row_, selection_));
}

void Pca954x::check_interrupt(std::size_t channel) const {
  if (!row_.has_interrupts) throw std::invalid_argument(name() + " has no interrupt inputs");
  static_cast<void>(this->channel(channel));
}

Level Pca954x::interrupt_input(std::size_t channel) const {
  check_interrupt(channel);
  const Guard guard = lock();
  return (interrupts_ >> channel & 1) != 0 ? Level::low : Level::high;
}

void Pca954x::set_interrupt_input(std::size_t channel, Level level) {
  check_interrupt(channel);
  const Guard guard = lock();
  const auto bit = static_cast<std::uint8_t>(1U << channel);
  const unsigned others = interrupts_ & ~unsigned{bit};
  interrupts_ = static_cast<std::uint8_t>(level == Level::low ? others | bit : others);
}

Level Pca954x::interrupt_output() const {
  const Guard guard = lock();
  return interrupts_ != 0 ? Level::low : Level::high;
}

void Pca954x::visit_state(StateVisitor& visitor) {
  const std::uint8_t before = selection_;
  visitor.value("control", selection_, 0, selection_bits(row_));
  visitor.value("interrupts", interrupts_, 0, row_.has_interrupts ? (1 << row_.channels) - 1 : 0);
  // Only of another state: what was written may still wait for its STOP.
  if (selection_ != before) connect(channels_of(row_, selection_));
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  // Both are for the driver (Linux's bindings i2c-mux-pca954x.yaml and mux-controller.yaml).
  static_cast<void>(properties.flag("i2c-mux-idle-disconnect"));
  static_cast<void>(properties.i32("idle-state"));
  return std::make_shared<Pca954x>(part.name, address);
}

constexpr auto vendors = std::to_array<std::string_view>({"nxp"});

constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family pca954x_family{"PCA954x I2C mux or switch", "i2c-mux-pca954x", vendors,
                                      parts};

}  // namespace vhost_device::sim
