// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "examples/chips/tm12.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include "backends/sim/devices/chip_arguments.hpp"

namespace vhost_device::examples {
namespace {

using namespace std::chrono_literals;
using sim::Field;
using sim::Register;

constexpr double min_c = -55;
constexpr double max_c = 125;
constexpr sim::Time conversion_time = 100ms;

namespace reg {
// clang-format off
constexpr Register temperature{.name = "temperature", .address = 0, .width = 16, .writable = 0};
constexpr Register configuration{.name = "configuration", .address = 1, .writable = 0x01};
// clang-format on
constexpr std::array all{temperature, configuration};
}  // namespace reg

constexpr Field celsius{
    .in = reg::temperature, .high = 15, .low = 4, .is_signed = true, .scale = 0.0625};
constexpr Field shutdown{.in = reg::configuration, .high = 0, .low = 0};

constexpr sim::PointerRules pointer_rules{
    .mask = 0x01, .after = sim::AfterRegister::nothing, .last = 1, .counts_registers = true};

}  // namespace

Tm12::Tm12(i2c::Address address, double temperature_c)
    : RegisterDevice("tm12", sim::checked_address("tm12", address, 0x48, 0x4f), reg::all,
                     pointer_rules),
      temperature_c_(sim::checked_value("tm12", "temperature", temperature_c, min_c, max_c, "C")) {
  timer_.start_repeating(now(), conversion_time, conversion_time);
}

double Tm12::temperature() const {
  const Guard guard = lock();
  return temperature_c_;
}

void Tm12::set_temperature(double temperature_c) {
  sim::checked_value("tm12", "temperature", temperature_c, min_c, max_c, "C");
  const Guard guard = lock();
  catch_up();
  temperature_c_ = temperature_c;
}

double Tm12::reported_temperature() {
  const Guard guard = lock();
  catch_up();
  return physical(celsius);
}

void Tm12::catch_up() {
  if (timer_.completed(now()) > 0) set_physical(celsius, temperature_c_);
}

sim::Ack Tm12::on_write(const Register& reg, std::uint32_t /*written*/, std::uint32_t before) {
  if (reg.address != reg::configuration.address || value(reg) == before) return sim::Ack::ack;
  if (code(shutdown) != 0) {
    timer_.stop();
  } else {
    timer_.start_repeating(now(), conversion_time, conversion_time);
  }
  return sim::Ack::ack;
}

void Tm12::visit_state(sim::StateVisitor& visitor) {
  RegisterDevice::visit_state(visitor);
  visitor.value("temperature_c", temperature_c_);
  timer_.visit_state(visitor, conversion_time);
}

void Tm12::check_state() const { timer_.check_state(code(shutdown) == 0, conversion_time); }

namespace {

std::shared_ptr<sim::Device> make(const sim::Part& /*part*/, i2c::Address address,
                                  const sim::Properties& properties) {
  const auto temperature_c =
      sim::milli_property(properties, "vhost-device,temperature-millicelsius", min_c, max_c);
  return std::make_shared<Tm12>(address, temperature_c.value_or(Tm12::room_temperature_c));
}

constexpr auto vendors = std::to_array<std::string_view>({"acme"});
constexpr auto parts = std::to_array<sim::Part>({{"tm12", make}});

}  // namespace

constinit const sim::Family tm12_family{"TM12 temperature sensor", "tm12", vendors, parts};

}  // namespace vhost_device::examples
