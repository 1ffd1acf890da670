// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pca953x.hpp"

#include <array>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

struct Pca953xRow {
  std::string_view name;
  unsigned ports;
  unsigned first_address;
  unsigned last_address;
  bool has_pull_ups = false;
  /// There is an "A" part with addresses of its own, for which Linux has no name.
  bool has_a_part = false;
};

namespace {

constexpr unsigned pins_per_port = 8;
constexpr unsigned first_a_address = 0x38;
constexpr unsigned last_a_address = 0x3f;

// clang-format off
constexpr auto rows = std::to_array<Pca953xRow>({
    {.name = "pca9534", .ports = 1, .first_address = 0x20, .last_address = 0x27, .has_a_part = true},
    {.name = "pca9538", .ports = 1, .first_address = 0x70, .last_address = 0x73},
    {.name = "pca9554", .ports = 1, .first_address = 0x20, .last_address = 0x27, .has_pull_ups = true, .has_a_part = true},
    {.name = "tca9554", .ports = 1, .first_address = 0x20, .last_address = 0x27, .has_pull_ups = true, .has_a_part = true},
    {.name = "tca6408", .ports = 1, .first_address = 0x20, .last_address = 0x21},
    {.name = "pca9535", .ports = 2, .first_address = 0x20, .last_address = 0x27},
    {.name = "pca9539", .ports = 2, .first_address = 0x74, .last_address = 0x77},
    {.name = "pca9555", .ports = 2, .first_address = 0x20, .last_address = 0x27, .has_pull_ups = true},
    {.name = "tca9539", .ports = 2, .first_address = 0x74, .last_address = 0x77},
    {.name = "tca6416", .ports = 2, .first_address = 0x20, .last_address = 0x21},
    {.name = "tca6424", .ports = 3, .first_address = 0x22, .last_address = 0x23},
});
// clang-format on

// The four registers of a port, in this order.
enum Kind : unsigned { input, output_port, polarity, configuration };

constexpr std::uint8_t all_ones = 0xff;

constexpr std::array one_port{
    Register{.name = "input", .address = 0, .writable = 0},
    Register{.name = "output", .address = 1, .reset = all_ones},
    Register{.name = "polarity", .address = 2},
    Register{.name = "configuration", .address = 3, .reset = all_ones},
};
constexpr std::array two_ports{
    Register{.name = "input_0", .address = 0, .writable = 0},
    Register{.name = "input_1", .address = 1, .writable = 0},
    Register{.name = "output_0", .address = 2, .reset = all_ones},
    Register{.name = "output_1", .address = 3, .reset = all_ones},
    Register{.name = "polarity_0", .address = 4},
    Register{.name = "polarity_1", .address = 5},
    Register{.name = "configuration_0", .address = 6, .reset = all_ones},
    Register{.name = "configuration_1", .address = 7, .reset = all_ones},
};
// 3, 7, 11 and 15 are reserved (SCPS193D, table 8-2).
constexpr std::array three_ports{
    Register{.name = "input_0", .address = 0, .writable = 0},
    Register{.name = "input_1", .address = 1, .writable = 0},
    Register{.name = "input_2", .address = 2, .writable = 0},
    Register{.name = "output_0", .address = 4, .reset = all_ones},
    Register{.name = "output_1", .address = 5, .reset = all_ones},
    Register{.name = "output_2", .address = 6, .reset = all_ones},
    Register{.name = "polarity_0", .address = 8},
    Register{.name = "polarity_1", .address = 9},
    Register{.name = "polarity_2", .address = 10},
    Register{.name = "configuration_0", .address = 12, .reset = all_ones},
    Register{.name = "configuration_1", .address = 13, .reset = all_ones},
    Register{.name = "configuration_2", .address = 14, .reset = all_ones},
};

struct Layout {
  std::span<const Register> registers;
  PointerRules rules;
  unsigned stride;  // from one kind of register to the next
};

// By the number of ports.
const Layout& layout_of(unsigned ports) {
  static constexpr auto layouts = std::to_array<Layout>({
      {one_port, {.mask = 0x03, .after = AfterRegister::same}, 1},
      {two_ports, {.mask = 0x07, .after = AfterRegister::next}, 2},
      {three_ports, {.mask = 0x0f, .after = AfterRegister::same, .auto_increment_bit = 0x80}, 4},
  });
  return layouts.at(ports - 1);
}

std::vector<i2c::Address> address_of(const Pca953xRow& row, i2c::Address address) {
  const bool is_a_part = row.has_a_part && address.value() >= first_a_address;
  return is_a_part ? checked_address(row.name, address, first_a_address, last_a_address)
                   : checked_address(row.name, address, row.first_address, row.last_address);
}

}  // namespace

Pca953x::Pca953x(std::string_view part, i2c::Address address)
    : RegisterDevice(std::string(part), address_of(row_of(rows, "GPIO expander", part), address),
                     layout_of(row_of(rows, "GPIO expander", part).ports).registers,
                     layout_of(row_of(rows, "GPIO expander", part).ports).rules),
      row_(row_of(rows, "GPIO expander", part)) {
  seen_ = levels();
}

unsigned Pca953x::pins() const { return row_.ports * pins_per_port; }

std::uint32_t Pca953x::bit_of(unsigned pin) const {
  if (pin < pins()) return 1U << pin;
  throw std::invalid_argument(std::string(row_.name) + ": pin " + std::to_string(pin) +
                              " (expected 0 to " + std::to_string(pins() - 1) + ")");
}

void Pca953x::drive(unsigned pin, std::optional<Level> level) {
  const std::uint32_t bit = bit_of(pin);
  const Guard guard = lock();
  driven_ = level ? driven_ | bit : driven_ & ~bit;
  driven_high_ = level == Level::high ? driven_high_ | bit : driven_high_ & ~bit;
}

std::optional<Level> Pca953x::output(unsigned pin) {
  const std::uint32_t bit = bit_of(pin);
  const Guard guard = lock();
  if ((bits_of(configuration) & bit) != 0) return std::nullopt;
  return (bits_of(output_port) & bit) != 0 ? Level::high : Level::low;
}

Level Pca953x::level(unsigned pin) {
  const std::uint32_t bit = bit_of(pin);
  const Guard guard = lock();
  return (levels() & bit) != 0 ? Level::high : Level::low;
}

Level Pca953x::interrupt_level() {
  const Guard guard = lock();
  const std::uint32_t changed = (levels() ^ seen_) & bits_of(configuration);
  return changed != 0 ? Level::low : Level::high;
}

void Pca953x::reset() {
  const Guard guard = lock();
  file().reset();
  seen_ = levels();
}

std::uint32_t Pca953x::bits_of(unsigned kind) const {
  const unsigned first = kind * layout_of(row_.ports).stride;
  std::uint32_t bits = 0;
  for (unsigned port = 0; port < row_.ports; ++port) {
    bits |= value(Register{.name = {}, .address = first + port}) << (port * pins_per_port);
  }
  return bits;
}

std::uint32_t Pca953x::levels() const {
  const std::uint32_t inputs = bits_of(configuration);
  const std::uint32_t undriven = row_.has_pull_ups ? ~driven_ : 0;
  return (bits_of(output_port) & ~inputs) | ((driven_high_ | undriven) & inputs);
}

std::uint32_t Pca953x::on_read(const Register& reg, std::uint32_t value) {
  if (reg.address >= row_.ports) return value;
  const unsigned shift = reg.address * pins_per_port;
  const std::uint32_t port = std::uint32_t{all_ones} << shift;
  // Only the interrupt of the port that is read (PCA9555, "Interrupt output").
  seen_ = (seen_ & ~port) | (levels() & port);
  return ((levels() ^ bits_of(polarity)) & port) >> shift;
}

std::uint32_t Pca953x::next_pointer(const PointerRules& /*rules*/, const Register* /*reg*/,
                                    std::uint32_t pointer) const {
  const unsigned stride = layout_of(row_.ports).stride;
  const std::uint32_t port = pointer % stride + 1;
  return pointer - pointer % stride + (port < row_.ports ? port : 0);
}

void Pca953x::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  const std::int64_t all = (std::int64_t{1} << pins()) - 1;
  visitor.value("driven", driven_, 0, all);
  visitor.value("driven_high", driven_high_, 0, all);
  visitor.value("seen", seen_, 0, all);
}

void Pca953x::check_state() const {
  require_state((driven_high_ & ~driven_) == 0, "driven_high: has pins that are not driven");
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  auto chip = std::make_shared<Pca953x>(part.name, address);
  const auto drive = [&](std::string_view name, Level level) {
    const std::uint32_t pins = properties.u32(name).value_or(0);
    if (std::uint64_t{pins} >> chip->pins() != 0) {
      properties.bad_value(name, "a bit for each of " + std::to_string(chip->pins()) + " pins");
    }
    for (unsigned pin = 0; pin < chip->pins(); ++pin) {
      if ((pins >> pin & 1U) != 0) chip->drive(pin, level);
    }
  };
  drive("vhost-device,driven-low", Level::low);
  drive("vhost-device,driven-high", Level::high);
  return chip;
}

constexpr auto vendors = std::to_array<std::string_view>({"nxp", "ti"});
constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family pca953x_family{"PCA953x GPIO expander", "gpio-pca953x", vendors, parts};

}  // namespace vhost_device::sim
