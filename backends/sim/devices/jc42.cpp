// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/jc42.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::sim {

struct Jc42Row {
  std::string_view name;
  std::uint32_t manufacturer;
  std::uint32_t device;
  std::uint32_t capability;
  unsigned resolution;  // at power-up, as the resolution register has it
  bool has_resolution_register;
};

namespace {

using namespace std::chrono_literals;

constexpr double min_c = -40;
constexpr double max_c = 125;
constexpr double degrees_per_code = 0.0625;

namespace config {
constexpr std::uint32_t shutdown = 0x0100;
constexpr std::uint32_t critical_lock = 0x0080;
constexpr std::uint32_t window_lock = 0x0040;
constexpr std::uint32_t interrupt_clear = 0x0020;
constexpr std::uint32_t event_status = 0x0010;
constexpr std::uint32_t event_enable = 0x0008;
constexpr std::uint32_t critical_only = 0x0004;
constexpr std::uint32_t active_high = 0x0002;
constexpr std::uint32_t interrupt_mode = 0x0001;
constexpr std::uint32_t hysteresis = 0x0600;
constexpr std::uint32_t writable = 0x07cf;  // event_status is read-only, interrupt_clear reads 0
// What either lock keeps as it is (DS25095A, register 5-2).
constexpr std::uint32_t locked = hysteresis | event_enable | active_high | interrupt_mode;
}  // namespace config

namespace flag {
constexpr std::uint32_t critical = 0x8000;
constexpr std::uint32_t upper = 0x4000;
constexpr std::uint32_t lower = 0x2000;
}  // namespace flag

namespace reg {
constexpr std::uint32_t limit_bits = 0x1ffc;  // steps of 0.25 C

// clang-format off
constexpr Register capability{.name = "capability", .address = 0, .width = 16, .writable = 0};
constexpr Register configuration{.name = "configuration", .address = 1, .width = 16,
                                 .writable = config::writable};
constexpr Register upper{.name = "t_upper", .address = 2, .width = 16, .writable = limit_bits};
constexpr Register lower{.name = "t_lower", .address = 3, .width = 16, .writable = limit_bits};
constexpr Register critical{.name = "t_crit", .address = 4, .width = 16, .writable = limit_bits};
constexpr Register temperature{.name = "temperature", .address = 5, .width = 16, .writable = 0};
constexpr Register manufacturer{.name = "manufacturer", .address = 6, .width = 16, .writable = 0};
constexpr Register device{.name = "device", .address = 7, .width = 16, .writable = 0};
constexpr Register resolution{.name = "resolution", .address = 8, .writable = 0x03};
// clang-format on
constexpr std::array all{capability,  configuration, upper,  lower,     critical,
                         temperature, manufacturer,  device, resolution};
}  // namespace reg

constexpr PointerRules pointer_rules{
    .after = AfterRegister::nothing, .last = 8, .counts_registers = true};

constexpr auto degrees_in(const Register& in) {
  return Field{.in = in, .high = 12, .low = 0, .is_signed = true, .scale = degrees_per_code};
}
constexpr Field hysteresis_field{.in = reg::configuration, .high = 10, .low = 9};
constexpr std::array<double, 4> hystereses{0, 1.5, 3, 6};

constexpr Field resolution_field{.in = reg::resolution, .high = 1, .low = 0};
constexpr unsigned finest = 3;
// Typical (DS25095A, table of the temperature conversion time).
constexpr std::array<Time, 4> conversion_times{30ms, 65ms, 130ms, 250ms};

constexpr std::uint32_t microchip = 0x0054;
constexpr std::uint32_t nxp = 0x1131;
constexpr Jc42Row mcp98243{"mcp98243", microchip, 0x2101, 0x00ef, 1, true};
constexpr Jc42Row named(std::string_view name, Jc42Row row) {
  row.name = name;
  return row;
}
constexpr auto rows = std::to_array<Jc42Row>({
    {"mcp9804", microchip, 0x0201, 0x001f, finest, true},
    {"mcp9808", microchip, 0x0400, 0x001f, finest, true},
    {"mcp9843", microchip, 0x0001, 0x00ef, 1, true},
    mcp98243,
    {"se97", nxp, 0xa200, 0x0017, 2, false},
    named("jc42", mcp98243),
    named("jc-42.4-temp", mcp98243),
});

std::span<const Register> map_of(std::string_view part) {
  const std::span<const Register> all(reg::all);
  return row_of(rows, "sensor", part).has_resolution_register ? all : all.first(all.size() - 1);
}

}  // namespace

Jc42::Jc42(std::string_view part, i2c::Address address, double temperature_c)
    : RegisterDevice(std::string(part), checked_address(part, address, 0x18, 0x1f), map_of(part),
                     pointer_rules),
      row_(row_of(rows, "sensor", part)),
      temperature_c_(checked_value(part, "temperature", temperature_c, min_c, max_c, "C")) {
  set_value(reg::capability, row_.capability);
  set_value(reg::manufacturer, row_.manufacturer);
  set_value(reg::device, row_.device);
  if (row_.has_resolution_register) set_value(reg::resolution, row_.resolution);
  convert();
  start_conversions();
}

double Jc42::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void Jc42::set_temperature(double temperature_c) {
  checked_value(row_.name, "temperature", temperature_c, min_c, max_c, "C");
  const Guard guard = lock();
  catch_up();
  temperature_c_ = temperature_c;
  if (is_set(reg::configuration, config::shutdown)) return;
  convert();
  start_conversions();
}

double Jc42::reported_temperature() {
  const Guard guard = lock();
  catch_up();
  return physical(degrees_in(reg::temperature));
}

Level Jc42::event_level() {
  const Guard guard = lock();
  catch_up();
  const bool is_asserted = is_set(reg::configuration, config::event_status);
  return is_asserted == is_set(reg::configuration, config::active_high) ? Level::high : Level::low;
}

double Jc42::upper_limit() {
  const Guard guard = lock();
  return physical(degrees_in(reg::upper));
}

double Jc42::lower_limit() {
  const Guard guard = lock();
  return physical(degrees_in(reg::lower));
}

double Jc42::critical_limit() {
  const Guard guard = lock();
  return physical(degrees_in(reg::critical));
}

double Jc42::hysteresis() {
  const Guard guard = lock();
  return hysteresis_c();
}

double Jc42::resolution() {
  const Guard guard = lock();
  return degrees_per_code * (1U << (finest - resolution_code()));
}

std::uint16_t Jc42::configuration() {
  const Guard guard = lock();
  catch_up();
  return static_cast<std::uint16_t>(value(reg::configuration));
}

double Jc42::hysteresis_c() const {
  return hystereses[static_cast<std::size_t>(code(hysteresis_field))];
}

unsigned Jc42::resolution_code() const {
  return row_.has_resolution_register ? static_cast<unsigned>(code(resolution_field))
                                      : row_.resolution;
}

// Critical is never an interrupt: it lasts until the temperature is below it again. An interrupt
// mode for critical alone there is not (DS25095A, 5.2.3).
bool Jc42::event_is_active() const {
  if (!is_set(reg::configuration, config::event_enable)) return false;
  const std::uint32_t flags = value(reg::temperature);
  if ((flags & flag::critical) != 0) return true;
  if (is_set(reg::configuration, config::critical_only)) return false;
  if (is_set(reg::configuration, config::interrupt_mode)) return interrupt_;
  return (flags & (flag::upper | flag::lower)) != 0;
}

Time Jc42::conversion_time() const { return conversion_times[resolution_code()]; }

void Jc42::start_conversions() {
  timer_.stop();
  if (is_set(reg::configuration, config::shutdown)) return;
  timer_.start_repeating(now(), conversion_time(), conversion_time());
}

void Jc42::catch_up() {
  if (timer_.completed(now()) > 0) convert();
}

void Jc42::convert() {
  const unsigned cut_off = finest - resolution_code();
  const Field reading{.in = reg::temperature,
                      .high = 12,
                      .low = cut_off,
                      .is_signed = true,
                      .scale = degrees_per_code * (1U << cut_off)};
  const std::uint32_t flags = flag::critical | flag::upper | flag::lower;
  set_value(reg::temperature, value(reg::temperature) & flags);
  set_physical(reading, temperature_c_);
  compare();
}

// Hysteresis is for falling temperatures alone: upper and critical end below it, lower begins below
// it (DS25095A, 5.2.2 and figure 5-10).
void Jc42::compare() {
  const double reported = physical(degrees_in(reg::temperature));
  const double below = hysteresis_c();
  const std::uint32_t before = value(reg::temperature);
  std::uint32_t after = before;
  const auto show = [&after](std::uint32_t bit, bool begins, bool ends) {
    if (begins) after |= bit;
    if (ends) after &= ~bit;
  };
  const double critical = physical(degrees_in(reg::critical));
  const double upper = physical(degrees_in(reg::upper));
  const double lower = physical(degrees_in(reg::lower));
  show(flag::critical, reported >= critical, reported < critical - below);
  show(flag::upper, reported > upper, reported <= upper - below);
  show(flag::lower, reported < lower - below, reported >= lower);
  set_value(reg::temperature, after);
  if (((before ^ after) & (flag::upper | flag::lower)) != 0 &&
      is_set(reg::configuration, config::interrupt_mode)) {
    interrupt_ = true;
  }
  show_event();
}

void Jc42::show_event() { set_bits(reg::configuration, config::event_status, event_is_active()); }

Ack Jc42::on_write(const Register& reg, std::uint32_t written, std::uint32_t before) {
  if (reg.address == reg::configuration.address) {
    configure(written, before);
  } else if (reg.address == reg::resolution.address) {
    start_conversions();
  } else {
    const bool is_critical = reg.address == reg::critical.address;
    const std::uint32_t lock = is_critical ? config::critical_lock : config::window_lock;
    if (is_set(reg::configuration, lock)) set_value(reg, before);
    // Not at the next conversion's end: a driver that sets a limit and then reads would find the
    // old flags, or not, by how quick the host is.
    if (!is_set(reg::configuration, config::shutdown)) compare();
  }
  return Ack::ack;
}

void Jc42::configure(std::uint32_t written, std::uint32_t before) {
  const std::uint32_t locks = before & (config::critical_lock | config::window_lock);
  std::uint32_t after = value(reg::configuration) | locks;  // only losing power unlocks
  std::uint32_t kept = 0;
  if (locks != 0) kept |= config::locked;
  if ((locks & config::window_lock) != 0) kept |= config::critical_only;
  // A locked chip can be woken, but not be put to sleep.
  if (locks != 0 && (before & config::shutdown) == 0) kept |= config::shutdown;
  after = (after & ~kept) | (before & kept);
  set_value(reg::configuration, after);
  const std::uint32_t changed = before ^ after;
  const bool clears = (written & config::interrupt_clear) != 0;
  if (clears || (changed & config::interrupt_mode) != 0) interrupt_ = false;
  if ((changed & config::shutdown) != 0) start_conversions();
  // In shutdown the output neither asserts nor deasserts, but for an interrupt that is cleared
  // (DS25095A, register 5-2, bits 3 and 4).
  const bool clears_interrupt = clears && (after & config::interrupt_mode) != 0;
  const bool is_cleared = clears_interrupt && !event_is_active();
  if (is_cleared || (after & config::shutdown) == 0) show_event();
}

void Jc42::visit_state(StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  visitor.value("temperature_c", temperature_c_, min_c, max_c);
  visitor.value("interrupt", interrupt_);
  timer_.visit_state(visitor, conversion_times.back());
}

void Jc42::check_state() const {
  timer_.check_state(!is_set(reg::configuration, config::shutdown), conversion_time());
}

namespace {

std::shared_ptr<Device> make(const Part& part, i2c::Address address, const Properties& properties) {
  const auto temperature_c =
      milli_property(properties, "vhost-device,temperature-millicelsius", min_c, max_c);
  return std::make_shared<Jc42>(part.name, address,
                                temperature_c.value_or(Jc42::room_temperature_c));
}

constexpr auto vendors = std::to_array<std::string_view>({"jedec", "microchip", "nxp"});
constexpr auto parts = parts_of(rows, make);

}  // namespace

constinit const Family jc42_family{"JC-42.4 temperature sensor", "jc42", vendors, parts};

}  // namespace vhost_device::sim
