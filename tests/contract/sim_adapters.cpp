// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <array>
#include <memory>

#include "backends/sim/bus/bus.hpp"
#include "core/i2c/replay/recorder.hpp"
#include "core/i2c/router.hpp"
#include "tests/contract/small_chip.hpp"
#include "tests/contract/smbus_contract.hpp"

namespace vhost_device::i2c {
namespace {

constexpr Address eeprom = Address::seven_bit(0x50).value();
constexpr Address absent = Address::seven_bit(0x51).value();

ContractSubject bus_with(const std::shared_ptr<sim::At24>& chip, unsigned pointer_bytes) {
  const auto clock = std::make_shared<sim::ManualClock>();
  const auto bus = std::make_shared<sim::Bus>(clock);
  bus->attach(chip);
  return {.adapter = bus,
          .chip = eeprom,
          .pointer_bytes = pointer_bytes,
          .absent = absent,
          .finish_write = [clock, chip] { clock->advance(chip->write_cycle()); }};
}

ContractSubject simulated_bus() {
  return bus_with(std::make_shared<sim::At24>("24c32", eeprom), 2);
}

ContractSubject bus_with_small_chip() { return bus_with(small_chip(eeprom), 1); }

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

ContractSubject recorded_bus() {
  ContractSubject subject = simulated_bus();
  subject.adapter = std::make_shared<Recorder>(subject.adapter, "/dev/null", nullptr);
  return subject;
}

const std::vector<ContractCase> cases{{"Bus", simulated_bus},
                                      {"BusWithSmallChip", bus_with_small_chip},
                                      {"RoutedBus", routed_bus},
                                      {"RouterOfTwoBuses", router_of_two_buses},
                                      {"RecordedBus", recorded_bus}};

INSTANTIATE_TEST_SUITE_P(Simulated, AdapterContract, ::testing::ValuesIn(cases),
                         contract_case_name);
INSTANTIATE_TEST_SUITE_P(Simulated, PlainI2cContract, ::testing::ValuesIn(cases),
                         contract_case_name);
INSTANTIATE_TEST_SUITE_P(Simulated, SmbusContract,
                         ::testing::ValuesIn(with_protocols({{"Bus", bus_with_small_chip}},
                                                            smbus_protocols())),
                         smbus_case_name);

}  // namespace
}  // namespace vhost_device::i2c
