// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A real adapter, chosen by arguments: tests/e2e/linux/test_contract.py runs this program where
// there is one. Each of them has to be given:
//
//   adapter=         its name, or its number
//   chip=            the address of a chip that may be overwritten
//   pointer_bytes=   of that chip: 1 or 2; with 2 no SMBus protocol is asked for
//   absent=          an address at which nobody is
//   absent_error=    what is said of that: "address NACK", "I/O error"
//   functionality=   what the adapter offers, of I2C_FUNCS
//   failing=         protocols that it offers and its controller fails at: NAME=ERROR,...
//   last_byte_lost=  protocols by which its controller loses the last byte: NAME,...

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "backends/linux/adapter_file.hpp"
#include "backends/linux/i2c_dev.hpp"
#include "tests/contract/smbus_contract.hpp"

namespace vhost_device::i2c {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AdapterContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PlainI2cContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SmbusContract);

/// What any adapter of the host keeps to, and what one with I2C_FUNC_I2C does.
class LinuxContract : public ContractSuite<ContractCase> {};
class LinuxI2cContract : public ContractSuite<ContractCase> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LinuxContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LinuxI2cContract);

namespace {

std::map<std::string, std::string>& settings() {
  static std::map<std::string, std::string> arguments;
  return arguments;
}

std::string setting(const std::string& name) {
  const auto found = settings().find(name);
  if (found == settings().end()) throw std::runtime_error("there is no argument " + name + "=");
  return found->second;
}

unsigned number(const std::string& name) {
  return static_cast<unsigned>(std::stoul(setting(name), nullptr, 0));
}

Address address(const std::string& name) { return Address::seven_bit(number(name)).value(); }

TransferError error_named(std::string_view text) {
  constexpr std::array possible{TransferError::address_nack, TransferError::timeout,
                                TransferError::io_error};
  const auto* const found =
      std::ranges::find_if(possible, [&](TransferError error) { return to_string(error) == text; });
  return found == possible.end() ? TransferError::none : *found;
}

/// NAME or NAME=ERROR, as often as there are, by name.
std::map<std::string, TransferError> protocols_named(const std::string& name) {
  std::map<std::string, TransferError> result;
  std::istringstream list(setting(name));
  for (std::string item; std::getline(list, item, ',');) {
    const std::size_t name_end = std::min(item.find('='), item.size());
    const std::size_t error_begin = std::min(name_end + 1, item.size());
    result[item.substr(0, name_end)] = error_named(item.substr(error_begin));
  }
  return result;
}

Functionality functionality() { return number("functionality") & contract_functions(); }

bool is_plain() { return (functionality() & func::i2c) != 0; }
/// Whether there is not even byte data to set up and look at a chip with.
bool is_bare() { return !is_plain() && (functionality() & func::smbus_read_byte_data) == 0; }
bool has_protocols() { return number("pointer_bytes") == 1; }

ContractSubject adapter_of_the_host() {
  const Address chip = address("chip");
  const Address absent = address("absent");
  return {.adapter = std::make_shared<linux_i2c::I2cDev>(
              setting("adapter"), std::vector{chip, absent}, linux_i2c::I2cDev::Options{}),
          .chip = chip,
          .pointer_bytes = number("pointer_bytes"),
          .absent = absent,
          .absent_error = error_named(setting("absent_error")),
          .functionality = functionality(),
          .longest_message = linux_i2c::AdapterFile::max_message_bytes};
}

/// The adapter, if it is to be asked this.
std::vector<ContractCase> adapter_if(bool wanted) {
  std::vector<ContractCase> cases;
  if (wanted) cases.push_back({"Adapter", adapter_of_the_host});
  return cases;
}

std::vector<SmbusCase> cases_of(const std::vector<SmbusProtocol>& protocols) {
  return with_protocols(adapter_if(has_protocols()), protocols);
}

std::vector<SmbusCase> working_protocols() {
  const auto failing = protocols_named("failing");
  const auto last_byte_lost = protocols_named("last_byte_lost");
  std::vector<SmbusProtocol> protocols = offered_protocols(functionality());
  std::erase_if(protocols, [&](const SmbusProtocol& protocol) {
    return failing.contains(protocol.name) || last_byte_lost.contains(protocol.name);
  });
  return cases_of(protocols);
}

/// Those of the protocols offered that the arguments name, with its error.
std::vector<SmbusCase> named_protocols(const std::string& name) {
  const auto named = protocols_named(name);
  std::vector<SmbusCase> cases = cases_of(offered_protocols(functionality()));
  std::erase_if(
      cases, [&](const SmbusCase& candidate) { return !named.contains(candidate.protocol.name); });
  for (SmbusCase& candidate : cases) candidate.error = named.at(candidate.protocol.name);
  return cases;
}

TEST_P(LinuxI2cContract, group_of_more_messages_than_the_kernel_takes_is_too_long) {
  const std::vector<Message> messages(linux_i2c::AdapterFile::max_messages + 1,
                                      Message{subject.chip, false, {}});

  EXPECT_EQ(subject.adapter->transfer(messages), (TransferResult{0, TransferError::too_long}));
}

TEST_P(LinuxContract, address_that_is_not_granted_is_not_permitted) {
  const Address other = *Address::seven_bit(subject.chip.value() ^ 4U);
  ASSERT_NE(other, subject.absent);

  EXPECT_EQ(write(other, {}), (TransferResult{0, TransferError::not_permitted}));
}

INSTANTIATE_TEST_SUITE_P(Linux, AdapterContract, ::testing::ValuesIn(adapter_if(!is_bare())),
                         contract_case_name);
INSTANTIATE_TEST_SUITE_P(Linux, PlainI2cContract, ::testing::ValuesIn(adapter_if(is_plain())),
                         contract_case_name);
INSTANTIATE_TEST_SUITE_P(Linux, LinuxContract, ::testing::ValuesIn(adapter_if(true)),
                         contract_case_name);
INSTANTIATE_TEST_SUITE_P(Linux, LinuxI2cContract, ::testing::ValuesIn(adapter_if(is_plain())),
                         contract_case_name);
INSTANTIATE_TEST_SUITE_P(Linux, PlainI2cRefusal, ::testing::ValuesIn(adapter_if(!is_plain())),
                         contract_case_name);
INSTANTIATE_TEST_SUITE_P(Linux, SmbusContract, ::testing::ValuesIn(working_protocols()),
                         smbus_case_name);
INSTANTIATE_TEST_SUITE_P(Linux, SmbusRefusal,
                         ::testing::ValuesIn(cases_of(other_protocols(functionality()))),
                         smbus_case_name);
INSTANTIATE_TEST_SUITE_P(Linux, SmbusLastByteLost,
                         ::testing::ValuesIn(named_protocols("last_byte_lost")), smbus_case_name);
INSTANTIATE_TEST_SUITE_P(Linux, SmbusFailure, ::testing::ValuesIn(named_protocols("failing")),
                         smbus_case_name);

}  // namespace

/// NAME=VALUE; others are GoogleTest's.
void set(const std::string& argument) {
  const std::size_t end = argument.find('=');
  if (end != std::string::npos) settings()[argument.substr(0, end)] = argument.substr(end + 1);
}

}  // namespace vhost_device::i2c

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) vhost_device::i2c::set(argv[i]);
  // The suites are made here, and look at the arguments for it.
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
