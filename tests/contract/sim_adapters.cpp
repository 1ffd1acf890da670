// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <array>
#include <memory>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "core/i2c/router.hpp"
#include "tests/contract/adapter_contract.hpp"

namespace vhost_device::i2c {
namespace {

constexpr Address eeprom = Address::seven_bit(0x50).value();
constexpr Address absent = Address::seven_bit(0x51).value();

ContractSubject simulated_bus() {
  const auto clock = std::make_shared<sim::ManualClock>();
  const auto bus = std::make_shared<sim::Bus>(clock);
  const auto chip = std::make_shared<sim::At24>("24c32", eeprom);
  bus->attach(chip);
  return {.adapter = bus, .eeprom = eeprom, .absent = absent, .finish_write = [clock, chip] {
            clock->advance(chip->write_cycle());
          }};
}

ContractSubject routed_bus() {
  ContractSubject subject = simulated_bus();
  auto router = std::make_shared<Router>();
  router->grant_rest(subject.adapter);
  subject.adapter = router;
  return subject;
}

ContractSubject router_of_two_buses() {
  ContractSubject subject = simulated_bus();
  auto router = std::make_shared<Router>();
  const std::array addresses{eeprom, absent};
  static_cast<void>(router->grant(subject.adapter, addresses));
  router->grant_rest(std::make_shared<sim::Bus>());
  subject.adapter = router;
  return subject;
}

INSTANTIATE_TEST_SUITE_P(Simulated, AdapterContract,
                         ::testing::Values(ContractCase{"Bus", simulated_bus},
                                           ContractCase{"RoutedBus", routed_bus},
                                           ContractCase{"RouterOfTwoBuses", router_of_two_buses}),
                         contract_case_name);

}  // namespace
}  // namespace vhost_device::i2c
