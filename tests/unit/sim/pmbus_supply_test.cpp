// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pmbus_supply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <utility>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr unsigned address = 0x58;

class PmbusSupplyTest : public ::testing::Test {
 protected:
  PmbusSupplyTest() { bus.attach(supply); }

  Bytes read(std::uint8_t command, std::size_t length) {
    return controller.write_read(address, bytes({command}), length);
  }
  i2c::TransferResult write(Bytes data) { return controller.write(address, std::move(data)); }
  void select(std::uint8_t page) { write(bytes({0x00, page})); }
  void clear_faults() { write(bytes({0x03})); }

  std::shared_ptr<PmbusSupply> supply = std::make_shared<PmbusSupply>("pmbus", at(address));
  Bus bus{std::make_shared<ManualClock>()};
  Controller controller{bus};
};

TEST_F(PmbusSupplyTest, supply_that_has_come_up_has_no_fault) {
  EXPECT_EQ(read(0x79, 2), bytes({0x00, 0x00}));
  EXPECT_EQ(supply->alert_level(), Level::high);
  EXPECT_EQ(read(0x19, 1), bytes({0xb0}));
  EXPECT_EQ(read(0x98, 1), bytes({0x22}));
}

struct Output {
  std::uint8_t page;
  std::uint8_t mode;  // the exponent in five bits
  Bytes reading;      // LINEAR16
};

class PmbusOutput : public PmbusSupplyTest, public ::testing::WithParamInterface<Output> {};

TEST_P(PmbusOutput, is_on_its_page_with_its_exponent) {
  select(GetParam().page);

  EXPECT_EQ(read(0x20, 1), bytes({GetParam().mode}));
  EXPECT_EQ(read(0x8b, 2), GetParam().reading);
}

INSTANTIATE_TEST_SUITE_P(pages, PmbusOutput,
                         ::testing::Values(Output{0, 0x17, bytes({0x00, 0x18})},    // 12 by 2^-9
                                           Output{1, 0x16, bytes({0x00, 0x14})},    // 5 by 2^-10
                                           Output{2, 0x14, bytes({0xcd, 0x34})}));  // 3.3 by 2^-12

TEST_F(PmbusSupplyTest, page_that_there_is_not_is_refused) {
  select(2);
  select(3);

  EXPECT_EQ(read(0x00, 1), bytes({0x02}));
  EXPECT_EQ(read(0x7e, 1), bytes({0x40}));
}

TEST_F(PmbusSupplyTest, write_to_all_pages_reaches_each) {
  select(0xff);
  write(bytes({0x4a, 0x00, 0xd2}));  // 512 * 2^-6 = 8 A
  select(2);

  EXPECT_EQ(read(0x4a, 2), bytes({0x00, 0xd2}));
}

TEST_F(PmbusSupplyTest, readings_are_in_linear11) {
  supply->set_input_voltage(48.25);
  supply->set_input_current(2);
  supply->set_temperature(-40);

  EXPECT_EQ(read(0x88, 2), bytes({0x04, 0xe3}));  // 772 * 2^-4
  EXPECT_EQ(read(0x89, 2), bytes({0x00, 0xc2}));  // 512 * 2^-8
  EXPECT_EQ(read(0x97, 2), bytes({0x04, 0xeb}));  // 772 * 2^-3 = 96.5 W
  EXPECT_EQ(read(0x8d, 2), bytes({0x80, 0xe5}));  // -640 * 2^-4
}

TEST_F(PmbusSupplyTest, output_power_is_what_voltage_and_current_make) {
  supply->set_output_current(1, 4);
  select(1);

  EXPECT_EQ(read(0x8c, 2), bytes({0x00, 0xca}));  // 512 * 2^-7
  EXPECT_EQ(read(0x96, 2), bytes({0x80, 0xda}));  // 640 * 2^-5 = 20 W
}

TEST_F(PmbusSupplyTest, unsupported_command_is_not_acknowledged) {
  EXPECT_EQ(write(bytes({0x8e})), data_nack);
  EXPECT_EQ(read(0x7e, 1), bytes({0x80}));
  EXPECT_EQ(read(0x78, 1), bytes({0x02}));
}

TEST_F(PmbusSupplyTest, warning_stays_until_faults_are_cleared) {
  supply->set_input_voltage(73);
  supply->set_input_voltage(48);
  EXPECT_EQ(supply->alert_level(), Level::low);
  EXPECT_EQ(read(0x7c, 1), bytes({0x40}));
  EXPECT_EQ(read(0x79, 2), bytes({0x01, 0x20}));
  clear_faults();
  EXPECT_EQ(read(0x79, 2), bytes({0x00, 0x00}));
  EXPECT_EQ(supply->alert_level(), Level::high);
}

TEST_F(PmbusSupplyTest, fault_that_lasts_comes_back_when_it_is_cleared) {
  supply->set_temperature(111);
  clear_faults();

  EXPECT_EQ(read(0x7d, 1), bytes({0xc0}));
  EXPECT_EQ(supply->alert_level(), Level::low);
}

TEST_F(PmbusSupplyTest, bit_of_a_status_is_cleared_by_writing_a_one) {
  supply->set_input_voltage(76);
  supply->set_input_voltage(48);
  write(bytes({0x7c, 0x80}));

  EXPECT_EQ(read(0x7c, 1), bytes({0x40}));
}

TEST_F(PmbusSupplyTest, status_of_an_output_is_on_its_page_only) {
  supply->set_output_voltage(1, 7);  // above 1.25 * 5 V
  EXPECT_EQ(supply->status_word(0), 0x0000);
  EXPECT_EQ(supply->status_word(1), 0x8021);

  clear_faults();  // on page 0
  EXPECT_EQ(supply->status_word(1), 0x8021);
}

struct Fault {
  void (*cause)(PmbusSupply&);
  std::uint16_t status_word;
};

class PmbusFaults : public PmbusSupplyTest, public ::testing::WithParamInterface<Fault> {};

// Part II, 17.2: which bit of STATUS_WORD tells of which status register.
TEST_P(PmbusFaults, show_in_the_status_word) {
  GetParam().cause(*supply);

  EXPECT_EQ(supply->status_word(0), GetParam().status_word);
}

INSTANTIATE_TEST_SUITE_P(
    causes, PmbusFaults,
    ::testing::Values(Fault{[](PmbusSupply& supply) { supply.set_output_voltage(0, 10); }, 0x8001},
                      Fault{[](PmbusSupply& supply) { supply.set_output_voltage(0, 8); }, 0x8801},
                      Fault{[](PmbusSupply& supply) { supply.set_output_voltage(0, 14); }, 0x8001},
                      Fault{[](PmbusSupply& supply) { supply.set_output_current(0, 20.5); },
                            0x4001},
                      Fault{[](PmbusSupply& supply) { supply.set_output_current(0, 26); }, 0x4011},
                      Fault{[](PmbusSupply& supply) { supply.set_input_voltage(35); }, 0x2009},
                      Fault{[](PmbusSupply& supply) { supply.set_input_current(11); }, 0x2001},
                      Fault{[](PmbusSupply& supply) { supply.set_temperature(101); }, 0x0004},
                      Fault{[](PmbusSupply& supply) { supply.set_temperature(-31); }, 0x0004},
                      Fault{[](PmbusSupply& supply) { supply.set_fan_speed(0); }, 0x0401}));

TEST_F(PmbusSupplyTest, limit_that_is_moved_below_the_reading_warns) {
  write(bytes({0x51, 0x80, 0xda}));  // 640 * 2^-5 = 20 C

  EXPECT_EQ(read(0x7d, 1), bytes({0x40}));
}

TEST_F(PmbusSupplyTest, output_that_is_off_gives_nothing_and_says_so) {
  supply->set_output_current(0, 5);
  write(bytes({0x01, 0x00}));

  EXPECT_FALSE(supply->is_on(0));
  EXPECT_EQ(read(0x8b, 2), bytes({0x00, 0x00}));
  EXPECT_EQ(read(0x79, 2), bytes({0x40, 0x08}));
  EXPECT_TRUE(supply->is_on(1));
}

TEST_F(PmbusSupplyTest, output_follows_vout_command) {
  write(bytes({0x21, 0x00, 0x17}));

  EXPECT_EQ(supply->output_voltage(0), 11.5);
  EXPECT_EQ(read(0x8b, 2), bytes({0x00, 0x17}));
}

TEST_F(PmbusSupplyTest, write_protect_leaves_everything_as_it_is) {
  write(bytes({0x10, 0x80}));
  select(1);
  EXPECT_EQ(read(0x00, 1), bytes({0x00}));
  write(bytes({0x10, 0x20}));
  select(1);
  EXPECT_EQ(read(0x00, 1), bytes({0x01}));
  write(bytes({0x51, 0x00, 0x00}));
  EXPECT_EQ(read(0x51, 2), bytes({0x20, 0xeb}));  // 800 * 2^-3 = 100 C
}

// The codes are of what is on the wire: b0 8b b1 00 18, and so on.
TEST_F(PmbusSupplyTest, packet_error_code_follows_what_is_read) {
  EXPECT_EQ(read(0x8b, 3), bytes({0x00, 0x18, 0xb3}));
}

TEST_F(PmbusSupplyTest, right_packet_error_code_is_taken) {
  EXPECT_EQ(write(bytes({0x21, 0x00, 0x10, 0xc0})), ok());
  EXPECT_EQ(supply->output_voltage(0), 8);
}

TEST_F(PmbusSupplyTest, wrong_packet_error_code_is_refused_and_told) {
  EXPECT_EQ(write(bytes({0x21, 0x00, 0x10, 0x00})).error, i2c::TransferError::data_nack);
  EXPECT_EQ(supply->output_voltage(0), 12);
  EXPECT_EQ(read(0x7e, 1), bytes({0x20}));
}

TEST_F(PmbusSupplyTest, faults_are_cleared_with_a_packet_error_code_too) {
  supply->set_fan_speed(0);
  supply->set_fan_speed(6000);
  EXPECT_EQ(write(bytes({0x03, 0x46})), ok());
  EXPECT_EQ(supply->status_word(0), 0);
}

TEST_F(PmbusSupplyTest, too_many_bytes_are_refused_and_told) {
  EXPECT_EQ(write(bytes({0x21, 0x00, 0x10, 0x00, 0x00})).error, i2c::TransferError::data_nack);
  EXPECT_EQ(read(0x7e, 1), bytes({0x02}));
}

TEST_F(PmbusSupplyTest, block_has_its_length_first) {
  EXPECT_EQ(read(0x9a, 8), bytes({7, 'P', 'M', 'B', 'U', 'S', '-', '3'}));
}

TEST_F(PmbusSupplyTest, read_without_a_command_gives_ones_and_is_told) {
  EXPECT_EQ(controller.read(address, 2), bytes({0xff, 0xff}));
  EXPECT_EQ(read(0x7e, 1), bytes({0x02}));
}

TEST_F(PmbusSupplyTest, state_of_one_supply_makes_another_answer_alike) {
  supply->set_output_voltage(2, 4);
  select(2);
  const State state = supply->state();
  const auto other = std::make_shared<PmbusSupply>("pmbus", at(0x59));
  other->set_state(state);

  EXPECT_EQ(other->state(), state);
  EXPECT_EQ(other->status_word(2), supply->status_word(2));
}

TEST_F(PmbusSupplyTest, quantity_out_of_range_is_refused_with_the_range) {
  EXPECT_THAT([&] { supply->set_input_voltage(101); },
              ThrowsMessage<std::invalid_argument>(
                  HasSubstr("pmbus: input voltage 101 V (expected 0 to 100)")));
}

TEST_F(PmbusSupplyTest, page_that_there_is_not_is_refused_to_a_script) {
  EXPECT_THAT([&] { supply->set_output_voltage(3, 1); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("pmbus: page 3 (expected 0 to 2)")));
}

TEST_F(PmbusSupplyTest, command_has_its_name_in_a_trace) {
  EXPECT_EQ(supply->register_name(bytes({0x8b})), "read_vout");
  EXPECT_EQ(supply->register_name(bytes({0x8e})), "");
}

TEST_F(PmbusSupplyTest, board_sets_the_input) {
  FakeProperties properties;
  properties.numbers = {{"vhost-device,input-millivolts", 35000}};
  const Part& part = pmbus_family.parts[0];
  bus.attach(part.make(part, at(0x59), properties));

  EXPECT_EQ(controller.write_read(0x59, bytes({0x7c}), 1), bytes({0x30}));
}

}  // namespace
}  // namespace vhost_device::sim
