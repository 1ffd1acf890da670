// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/registers/register_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/registers/register_device.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

constexpr unsigned address = 0x40;

/// A chip of a table and rules, which notes what it is told.
class TableChip final : public RegisterDevice {
 public:
  TableChip(std::span<const Register> registers, const PointerRules& rules, Pec pec = Pec::none)
      : RegisterDevice("table", {at(address)}, registers, rules, pec) {}

  std::vector<std::string> events;
  unsigned selected_bank = 0;
  Ack answer = Ack::ack;

 private:
  std::uint32_t on_read(const Register& reg, std::uint32_t value) override {
    events.push_back("read " + std::string(reg.name));
    return value;
  }
  Ack on_write(const Register& reg, std::uint32_t written, std::uint32_t before) override {
    events.push_back("write " + std::string(reg.name) + " " + std::to_string(written) + " over " +
                     std::to_string(before));
    return answer;
  }
  unsigned bank() const override { return selected_bank; }
};

class Registers : public ::testing::Test {
 protected:
  std::shared_ptr<TableChip> attach(std::span<const Register> registers,
                                    const PointerRules& rules = {}, Pec pec = Pec::none) {
    auto chip = std::make_shared<TableChip>(registers, rules, pec);
    bus.attach(chip);
    return chip;
  }
  i2c::TransferResult write(std::initializer_list<std::uint8_t> values) {
    return controller.write(address, bytes(values));
  }
  Bytes read(std::size_t length) { return controller.read(address, length); }
  Bytes read_from(std::uint8_t pointer, std::size_t length) {
    return controller.write_read(address, bytes({pointer}), length);
  }

  Bus bus{std::make_shared<ManualClock>()};
  Controller controller{bus};
};

constexpr std::array three{Register{.name = "a", .address = 0, .reset = 0x11},
                           Register{.name = "b", .address = 1, .reset = 0x22},
                           Register{.name = "c", .address = 2, .reset = 0x33}};

TEST_F(Registers, pointer_goes_on_to_the_next_register_and_stays_there) {
  attach(three);

  EXPECT_EQ(read_from(0, 2), bytes({0x11, 0x22}));
  EXPECT_EQ(read(1), bytes({0x33}));
}

TEST_F(Registers, addresses_without_a_register_read_as_the_rules_say) {
  attach(three, {.unmapped = 0x5a});

  EXPECT_EQ(read_from(2, 3), bytes({0x33, 0x5a, 0x5a}));
}

TEST_F(Registers, write_to_an_address_without_a_register_is_acknowledged_and_lost) {
  attach(three);

  EXPECT_EQ(write({0x80, 0x01}), ok());
  EXPECT_EQ(read_from(0, 3), bytes({0x11, 0x22, 0x33}));
}

TEST_F(Registers, pointer_wraps_from_the_last_to_the_first) {
  attach(three, {.first = 1, .last = 2});

  EXPECT_EQ(read_from(2, 3), bytes({0x33, 0x22, 0x33}));
}

TEST_F(Registers, bits_beside_the_pointers_mask_are_ignored) {
  attach(three, {.mask = 0x03, .last = 3});

  EXPECT_EQ(read_from(0xf1, 1), bytes({0x22}));
}

TEST_F(Registers, pointer_that_is_not_sticky_is_back_after_a_stop) {
  attach(three, {.sticky = false});
  write({2});

  EXPECT_EQ(read(1), bytes({0x11}));
  EXPECT_EQ(read_from(2, 1), bytes({0x33}));  // a repeated START is no STOP
}

TEST_F(Registers, same_register_again_where_nothing_increments) {
  attach(three, {.after = AfterRegister::same});

  EXPECT_EQ(read_from(1, 3), bytes({0x22, 0x22, 0x22}));
}

TEST_F(Registers, nothing_comes_behind_a_register_where_the_rules_say_so) {
  const auto chip = attach(three, {.after = AfterRegister::nothing});

  EXPECT_EQ(read_from(1, 3), bytes({0x22, 0xff, 0xff}));
  EXPECT_EQ(write({0, 0x44, 0x55}), ok());
  EXPECT_EQ(read_from(0, 1), bytes({0x44}));
}

TEST_F(Registers, bit_beside_the_pointer_asks_for_the_next_register) {
  attach(three, {.mask = 0x7f, .after = AfterRegister::same, .auto_increment_bit = 0x80});

  EXPECT_EQ(read_from(0x00, 2), bytes({0x11, 0x11}));
  EXPECT_EQ(read_from(0x80, 2), bytes({0x11, 0x22}));
}

TEST_F(Registers, pairs_have_a_pointer_before_each_register) {
  attach(three, {.write_pairs = true});
  write({0, 0xaa, 2, 0xcc});

  EXPECT_EQ(read_from(0, 3), bytes({0xaa, 0x22, 0xcc}));
}

TEST_F(Registers, pointer_of_two_bytes_has_the_most_significant_first) {
  constexpr std::array registers{Register{.name = "far", .address = 0x1234, .reset = 0x77}};
  attach(registers, {.size = 2, .mask = 0xffff, .last = 0xffff});

  EXPECT_EQ(controller.write_read(address, bytes({0x12, 0x34}), 1), bytes({0x77}));
}

constexpr std::array words{
    Register{.name = "big", .address = 0, .width = 16, .reset = 0x1234},
    Register{
        .name = "little", .address = 2, .width = 24, .endian = Endian::little, .reset = 0x563412}};

TEST_F(Registers, endianness_and_width_are_the_registers_own) {
  attach(words);

  EXPECT_EQ(read_from(0, 5), bytes({0x12, 0x34, 0x12, 0x34, 0x56}));
}

TEST_F(Registers, address_within_a_register_is_of_its_byte) {
  const auto chip = attach(words);

  EXPECT_EQ(read_from(1, 1), bytes({0x34}));
  write({0, 0xab});  // the upper byte alone
  EXPECT_EQ(read_from(0, 2), bytes({0xab, 0x34}));
  EXPECT_THAT(chip->events, testing::Contains("write big 43828 over 4660"));
}

TEST_F(Registers, pointer_stays_within_a_register_that_was_read_in_part) {
  attach(words);

  EXPECT_EQ(read_from(0, 1), bytes({0x12}));
  EXPECT_EQ(read(2), bytes({0x34, 0x12}));
}

TEST_F(Registers, counted_register_is_written_as_a_whole_or_not_at_all) {
  constexpr std::array registers{Register{.name = "word", .address = 1, .width = 16}};
  const auto chip = attach(registers, {.counts_registers = true});

  write({1, 0xab});
  EXPECT_EQ(read_from(1, 2), bytes({0x00, 0x00}));
  write({1, 0xab, 0xcd});
  EXPECT_EQ(read_from(1, 2), bytes({0xab, 0xcd}));
}

TEST_F(Registers, write_changes_only_writable_bits) {
  constexpr std::array registers{Register{.name = "r", .reset = 0x81, .writable = 0x3c}};
  attach(registers);
  write({0, 0xff});

  EXPECT_EQ(read_from(0, 1), bytes({0xbd}));
}

TEST_F(Registers, bits_that_cannot_be_read_are_0) {
  constexpr std::array registers{Register{.name = "w", .reset = 0xff, .readable = 0x0f}};
  attach(registers);

  EXPECT_EQ(read_from(0, 1), bytes({0x0f}));
}

TEST_F(Registers, writing_1_clears_where_the_register_says_so_and_0_does_not) {
  constexpr std::array registers{
      Register{.name = "status", .reset = 0xff, .writable = 0, .write_one_to_clear = 0x0f}};
  attach(registers);
  write({0, 0xf3});

  EXPECT_EQ(read_from(0, 1), bytes({0xfc}));
}

TEST_F(Registers, writing_one_byte_does_not_clear_bits_of_the_other) {
  constexpr std::array registers{Register{
      .name = "status", .width = 16, .reset = 0xffff, .writable = 0, .write_one_to_clear = 0xffff}};
  attach(registers);
  write({0, 0x01});

  EXPECT_EQ(read_from(0, 2), bytes({0xfe, 0xff}));
}

TEST_F(Registers, reading_clears_where_the_register_says_so) {
  constexpr std::array registers{Register{.name = "latch", .reset = 0xff, .clear_on_read = 0xf0}};
  attach(registers);

  EXPECT_EQ(read_from(0, 1), bytes({0xff}));
  EXPECT_EQ(read_from(0, 1), bytes({0x0f}));
}

TEST_F(Registers, banked_register_has_a_value_in_each_bank) {
  constexpr std::array registers{Register{.name = "banked", .address = 0, .banks = 2},
                                 Register{.name = "common", .address = 1}};
  const auto chip = attach(registers);
  write({0, 0x11, 0x22});
  chip->selected_bank = 1;
  write({0, 0x33, 0x44});
  EXPECT_EQ(read_from(0, 2), bytes({0x33, 0x44}));
  chip->selected_bank = 0;

  EXPECT_EQ(read_from(0, 2), bytes({0x11, 0x44}));
}

TEST_F(Registers, events_come_once_for_each_register_in_order) {
  const auto chip = attach(words);
  write({0, 0x01, 0x02});
  read_from(2, 3);

  EXPECT_THAT(chip->events, ElementsAre("write big 258 over 4660", "read little"));
}

TEST_F(Registers, refused_write_is_a_nack_of_its_last_byte) {
  const auto chip = attach(three);
  chip->answer = Ack::nack;

  EXPECT_EQ(write({1, 0x55}).error, i2c::TransferError::data_nack);
}

// SMBus 3.2, 6.5.5 "Read Word" with PEC: the code is over both addresses and all bytes.
TEST_F(Registers, packet_error_code_follows_the_register) {
  constexpr std::array registers{Register{
      .name = "word", .address = 0, .width = 16, .endian = Endian::little, .reset = 0x1234}};
  attach(registers, {.counts_registers = true}, Pec::optional);
  const Bytes all = bytes({0x80, 0x00, 0x81, 0x34, 0x12});

  EXPECT_EQ(read_from(0, 3), (Bytes{std::byte{0x34}, std::byte{0x12}, std::byte{pec_of(all)}}));
}

TEST_F(Registers, write_with_a_wrong_packet_error_code_is_refused_and_lost) {
  constexpr std::array registers{Register{.name = "byte", .address = 0}};
  attach(registers, {.counts_registers = true}, Pec::optional);
  const std::uint8_t right = pec_of(bytes({0x80, 0x00, 0x5a}));

  const i2c::TransferResult refused = write({0, 0x5a, static_cast<std::uint8_t>(right ^ 1U)});
  EXPECT_EQ(refused.error, i2c::TransferError::data_nack);
  EXPECT_EQ(refused.acknowledged, 2U);
  EXPECT_EQ(read_from(0, 1), bytes({0x00}));
  EXPECT_EQ(write({0, 0x5a, right}), ok());
  EXPECT_EQ(read_from(0, 1), bytes({0x5a}));
}

// The check value of CRC-8 with this polynomial over the digits 1 to 9 (CRC catalogue:
// CRC-8/SMBUS).
TEST(SmbusPec, has_the_check_value_of_the_crc_catalogue) {
  EXPECT_EQ(pec_of(bytes({'1', '2', '3', '4', '5', '6', '7', '8', '9'})), 0xf4);
}

TEST_F(Registers, name_of_the_register_that_bytes_select_is_told) {
  const auto chip = attach(three);

  EXPECT_EQ(chip->register_name(bytes({1, 0x55})), "b");
  EXPECT_EQ(chip->register_name(bytes({9})), "");
  EXPECT_EQ(chip->register_name({}), "");
}

TEST_F(Registers, state_has_every_register_by_its_name) {
  const auto chip = attach(three);
  State state = chip->state();
  EXPECT_EQ(state[1].first, "registers.b");
  state[1].second = std::int64_t{0x99};
  chip->set_state(state);

  EXPECT_EQ(read_from(1, 1), bytes({0x99}));
}

TEST_F(Registers, state_with_a_value_too_wide_is_refused_and_nothing_changes) {
  const auto chip = attach(three);
  State state = chip->state();
  state[0].second = std::int64_t{0x77};
  state[1].second = std::int64_t{0x100};

  EXPECT_THAT([&] { chip->set_state(state); },
              ThrowsMessage<StateError>("registers.b: 256 (expected 0 to 255)"));
  EXPECT_EQ(read_from(0, 1), bytes({0x11}));
}

TEST(RegisterMap, overlapping_registers_are_refused_by_name) {
  constexpr std::array registers{Register{.name = "a", .address = 0, .width = 16},
                                 Register{.name = "b", .address = 1}};
  EXPECT_THAT(
      [&] { TableChip(registers, {}); },
      ThrowsMessage<std::invalid_argument>(
          "register 'b' at 0x01 begins before the end of register 'a', 0x00 to 0x01; where each "
          "address is a whole register, set counts_registers"));
}

TEST(RegisterMap, two_registers_at_one_address_are_refused_by_name) {
  constexpr std::array registers{Register{.name = "a", .address = 3},
                                 Register{.name = "b", .address = 3}};
  EXPECT_THAT([&] { TableChip(registers, {}); },
              ThrowsMessage<std::invalid_argument>(
                  "register 'b' at 0x03 begins before the end of register 'a', 0x03 to 0x03"));
}

struct Contradiction {
  Register reg;
  std::string text;
};

class RegisterMapContradiction : public ::testing::TestWithParam<Contradiction> {};

TEST_P(RegisterMapContradiction, is_refused_with_the_value) {
  const std::array registers{GetParam().reg};
  EXPECT_THAT([&] { TableChip(registers, {}); },
              ThrowsMessage<std::invalid_argument>("register 'a': " + GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    All, RegisterMapContradiction,
    ::testing::Values(
        Contradiction{{.name = "a", .reset = 0x100}, "reset 0x100: expected 0 to 0xff"},
        Contradiction{{.name = "a", .address = 0x100},
                      "address 0x100: the pointer selects by the bits 0xff alone; give it another "
                      "mask or size"},
        Contradiction{{.name = "a", .writable = 0x0f, .write_one_to_clear = 0x03},
                      "bits 0x03: expected in writable or in write_one_to_clear, not in both"},
        Contradiction{{.name = "a", .banks = 0}, "banks 0: expected 1 or more"}));

TEST(RegisterMap, odd_widths_are_refused_by_name) {
  constexpr std::array registers{Register{.name = "a", .width = 12}};
  EXPECT_THAT([&] { TableChip(registers, {}); },
              ThrowsMessage<std::invalid_argument>(
                  "register 'a': width 12: expected 8, 16, 24 or 32 bits"));
}

TEST(RegisterMap, register_of_another_map_is_refused_by_name) {
  constexpr std::array registers{Register{.name = "a", .address = 1}};
  TableChip chip(registers, {});

  EXPECT_THAT([&] { static_cast<void>(chip.register_value({.name = "b", .address = 2})); },
              ThrowsMessage<std::invalid_argument>(
                  "register 'b' at 0x02 is none of the chip's; its map has to have it"));
  EXPECT_THROW(chip.set_register_value({.name = "b", .address = 0}, 1), std::invalid_argument);
}

TEST_F(Registers, copy_of_a_register_is_of_its_row_by_its_address) {
  constexpr std::array registers{Register{.name = "a", .address = 0},
                                 Register{.name = "b", .address = 1}};
  const auto chip = attach(registers);
  chip->selected_bank = 3;

  chip->set_register_value({.name = "copy", .address = 0, .width = 16, .banks = 8}, 0x1234);

  EXPECT_EQ(read_from(0, 2), bytes({0x34, 0x00}));
}

TEST(Field, code_and_value_go_both_ways) {
  static constexpr Register reg{.name = "t", .width = 16};
  constexpr Field field{.in = reg, .high = 15, .low = 4, .is_signed = true, .scale = 0.0625};

  EXPECT_EQ(field.code(0xfff0), -1);
  EXPECT_EQ(field.with_code(0x000f, -1), 0xffffU);
  EXPECT_EQ(field.decode(0xe700), -25.0);
  EXPECT_EQ(nearest_code(field, 1000), 2047);
  EXPECT_EQ(nearest_code(field, -1000), -2048);
  EXPECT_EQ(nearest_code(field, -0.04), -1);
}

}  // namespace
}  // namespace vhost_device::sim
