// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// What a guest sees: a simulated bus behind a server's socket, a virtqueue and a driver.

#include <memory>

#include "core/virtio/features.hpp"
#include "tests/contract/small_chip.hpp"
#include "tests/contract/smbus_contract.hpp"
#include "tests/unit/io/served_bus.hpp"

namespace vhost_device::i2c {
namespace {

constexpr Address small = Address::seven_bit(0x52).value();
constexpr Address absent = Address::seven_bit(0x51).value();

/// A server, and a guest of it.
struct GuestAndServer {
  GuestAndServer(io::InProcessGuest::Options options, VirtioI2cDriver::Options driver_options)
      : guest(served.socket(), options, driver_options) {
    served.bus->clear();
    served.bus->attach(eeprom);
    served.bus->attach(small_chip(small));
    eeprom->set_write_cycle(std::chrono::milliseconds(0));
  }

  io::testing::ServedBus served;
  std::shared_ptr<sim::At24> eeprom =
      std::make_shared<sim::At24>("24c32", io::testing::eeprom_address);
  io::testing::I2cGuest guest;
};

ContractSubject guest_adapter(const io::InProcessGuest::Options& options,
                              VirtioI2cDriver::Options driver_options) {
  const auto stack = std::make_shared<GuestAndServer>(options, driver_options);
  return {.adapter = {stack, &stack->guest.driver},
          .chip = io::testing::eeprom_address,
          .absent = absent,
          .absent_error = TransferError::io_error};
}

ContractSubject guest_with_direct_descriptors() { return guest_adapter({}, {}); }

ContractSubject guest_with_indirect_descriptors() { return guest_adapter({}, {.indirect = true}); }

ContractSubject guest_with_small_chip() {
  ContractSubject subject = guest_with_direct_descriptors();
  subject.chip = small;
  subject.pointer_bytes = 1;
  return subject;
}

ContractSubject guest_without_event_idx() {
  io::InProcessGuest::Options options;
  options.front_end.features &= ~std::uint64_t{virtio::feature::event_idx};
  return guest_adapter(options, {});
}

ContractSubject guest_with_packed_ring() {
  io::InProcessGuest::Options options;
  options.front_end.features |= virtio::feature::ring_packed;
  return guest_adapter(options, {});
}

const std::vector<ContractCase> cases{{"DirectDescriptors", guest_with_direct_descriptors},
                                      {"IndirectDescriptors", guest_with_indirect_descriptors},
                                      {"WithoutEventIdx", guest_without_event_idx},
                                      {"PackedRing", guest_with_packed_ring}};

INSTANTIATE_TEST_SUITE_P(Guest, AdapterContract, ::testing::ValuesIn(cases), contract_case_name);
INSTANTIATE_TEST_SUITE_P(Guest, PlainI2cContract, ::testing::ValuesIn(cases), contract_case_name);
INSTANTIATE_TEST_SUITE_P(Guest, SmbusContract,
                         ::testing::ValuesIn(with_protocols({{"Driver", guest_with_small_chip}},
                                                            smbus_protocols())),
                         smbus_case_name);

}  // namespace
}  // namespace vhost_device::i2c
