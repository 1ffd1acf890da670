// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/pca954x.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/fake_properties.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;
using ::testing::Values;

using Channels = std::vector<std::size_t>;

struct Selection {
  const char* part;
  std::uint8_t written;
  std::uint8_t read;
  Channels channels;
};

void PrintTo(const Selection& selection, std::ostream* out) {
  *out << selection.part << " " << unsigned{selection.written};
}

struct Rig {
  explicit Rig(const char* part) : mux(std::make_shared<Pca954x>(part, at(0x70))) {
    bus.attach(mux);
  }

  std::shared_ptr<Pca954x> mux;
  Bus bus;
  Controller controller{bus};
};

class Pca954xSelection : public ::testing::TestWithParam<Selection> {};

// Table 4 "Control register" of each datasheet.
INSTANTIATE_TEST_SUITE_P(
    Datasheets, Pca954xSelection,
    Values(Selection{"pca9540", 0x00, 0x00, {}}, Selection{"pca9540", 0x03, 0x03, {}},
           Selection{"pca9540", 0x04, 0x04, {0}}, Selection{"pca9540", 0x05, 0x05, {1}},
           Selection{"pca9540", 0x06, 0x06, {}}, Selection{"pca9542", 0x05, 0x05, {1}},
           Selection{"pca9542", 0x07, 0x07, {}}, Selection{"pca9543", 0x01, 0x01, {0}},
           Selection{"pca9543", 0x03, 0x03, {0, 1}}, Selection{"pca9543", 0xff, 0x03, {0, 1}},
           Selection{"pca9544", 0x03, 0x03, {}}, Selection{"pca9544", 0x07, 0x07, {3}},
           Selection{"pca9544", 0xfe, 0x06, {2}}, Selection{"pca9545", 0x06, 0x06, {1, 2}},
           Selection{"pca9545", 0xf8, 0x08, {3}}, Selection{"pca9546", 0x0f, 0x0f, {0, 1, 2, 3}},
           Selection{"pca9547", 0x07, 0x07, {}}, Selection{"pca9547", 0x08, 0x08, {0}},
           Selection{"pca9547", 0x0f, 0x0f, {7}}, Selection{"pca9548", 0x80, 0x80, {7}},
           Selection{"pca9548", 0xa5, 0xa5, {0, 2, 5, 7}}));

TEST_P(Pca954xSelection, byte_written_selects_and_reads_back) {
  const Selection& selection = GetParam();
  Rig rig(selection.part);

  EXPECT_EQ(rig.controller.write(0x70, {std::byte{selection.written}}), ok());

  EXPECT_EQ(rig.mux->selected(), selection.channels);
  EXPECT_EQ(rig.controller.read(0x70, 1), Bytes{std::byte{selection.read}});
  EXPECT_EQ(rig.mux->control(), selection.read);
}

struct Part {
  const char* name;
  std::size_t channels;
  Channels at_first;
  std::uint8_t control;
  unsigned last_address;
};

void PrintTo(const Part& part, std::ostream* out) { *out << part.name; }

class Pca954xPart : public ::testing::TestWithParam<Part> {};

INSTANTIATE_TEST_SUITE_P(
    Datasheets, Pca954xPart,
    Values(Part{"pca9540", 2, {}, 0x00, 0x70}, Part{"pca9542", 2, {}, 0x00, 0x77},
           Part{"pca9543", 2, {}, 0x00, 0x73}, Part{"pca9544", 4, {}, 0x00, 0x77},
           Part{"pca9545", 4, {}, 0x00, 0x73}, Part{"pca9546", 4, {}, 0x00, 0x77},
           // "The device powers up with Channel 0 connected."
           Part{"pca9547", 8, {0}, 0x08, 0x77}, Part{"pca9548", 8, {}, 0x00, 0x77}));

TEST_P(Pca954xPart, is_at_first_as_its_datasheet_says) {
  const Rig rig(GetParam().name);

  EXPECT_EQ(rig.mux->channel_count(), GetParam().channels);
  EXPECT_EQ(rig.mux->selected(), GetParam().at_first);
  EXPECT_EQ(rig.mux->control(), GetParam().control);
}

TEST_P(Pca954xPart, addresses_are_its_datasheets) {
  EXPECT_NO_THROW(Pca954x(GetParam().name, at(GetParam().last_address)));
  EXPECT_THAT([&] { Pca954x(GetParam().name, at(GetParam().last_address + 1)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr(GetParam().name)));
  EXPECT_THROW(Pca954x(GetParam().name, at(0x6f)), std::invalid_argument);
}

TEST(Pca954x, part_that_is_unknown_is_refused_with_those_known) {
  EXPECT_THAT([] { Pca954x("pca9541", at(0x70)); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("pca9540")));
}

// 6.2: "If multiple bytes are received, it saves the last byte received."
TEST(Pca954x, last_byte_of_several_counts) {
  Rig rig("pca9548");

  EXPECT_EQ(rig.controller.write(0x70, bytes({0x01, 0x02, 0x40})), ok());

  EXPECT_THAT(rig.mux->selected(), ElementsAre(6));
}

TEST(Pca954x, address_alone_changes_nothing) {
  Rig rig("pca9548");
  static_cast<void>(rig.controller.write(0x70, bytes({0x10})));

  EXPECT_EQ(rig.controller.quick_write(0x70), ok());

  EXPECT_THAT(rig.mux->selected(), ElementsAre(4));
}

TEST(Pca954x, read_of_several_bytes_repeats_the_register) {
  Rig rig("pca9546");

  EXPECT_EQ(rig.controller.write_read(0x70, bytes({0x05}), 3), bytes({5, 5, 5}));
}

TEST(Pca954x, reset_selects_what_is_selected_at_first) {
  Rig eight("pca9548");
  Rig seven("pca9547");
  static_cast<void>(eight.controller.write(0x70, bytes({0xff})));
  static_cast<void>(seven.controller.write(0x70, bytes({0x0b})));

  eight.mux->reset();
  seven.mux->reset();

  EXPECT_THAT(eight.mux->selected(), IsEmpty());
  EXPECT_THAT(seven.mux->selected(), ElementsAre(0));
  EXPECT_EQ(seven.controller.read(0x70, 1), bytes({0x08}));
}

TEST(Pca954x, part_without_a_reset_pin_is_not_reset) {
  EXPECT_THAT([] { Pca954x("pca9544", at(0x70)).reset(); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("pca9544")));
}

// "The channel need not be active for detection of the interrupt." Bits 7:4 are channels 3 to 0.
TEST(Pca954x, interrupt_inputs_are_in_the_control_register_and_drive_the_output) {
  Rig rig("pca9545");
  static_cast<void>(rig.controller.write(0x70, bytes({0xf2})));

  rig.mux->set_interrupt_input(0, Level::low);
  rig.mux->set_interrupt_input(3, Level::low);

  EXPECT_EQ(rig.controller.read(0x70, 1), bytes({0x92}));
  EXPECT_EQ(rig.mux->interrupt_output(), Level::low);
  EXPECT_EQ(rig.mux->interrupt_input(3), Level::low);
  EXPECT_EQ(rig.mux->interrupt_input(1), Level::high);
}

TEST(Pca954x, interrupt_ends_when_its_input_does) {
  Rig rig("pca9542");
  rig.mux->set_interrupt_input(1, Level::low);
  EXPECT_EQ(rig.controller.read(0x70, 1), bytes({0x20}));

  rig.mux->set_interrupt_input(1, Level::high);

  EXPECT_EQ(rig.controller.read(0x70, 1), bytes({0x00}));
  EXPECT_EQ(rig.mux->interrupt_output(), Level::high);
}

TEST(Pca954x, interrupt_input_that_is_not_there_is_refused) {
  EXPECT_THROW(Pca954x("pca9548", at(0x70)).set_interrupt_input(0, Level::low),
               std::invalid_argument);
  EXPECT_THROW(Pca954x("pca9543", at(0x70)).set_interrupt_input(2, Level::low), std::out_of_range);
}

TEST(Pca954x, channel_that_is_not_there_is_refused) {
  EXPECT_THAT([] { static_cast<void>(Pca954x("pca9546", at(0x70)).channel(4)); },
              ThrowsMessage<std::out_of_range>(HasSubstr("0 to 3")));
}

TEST(Pca954x, state_goes_to_another_one_with_what_is_connected) {
  Rig rig("pca9545");
  static_cast<void>(rig.controller.write(0x70, bytes({0x05})));
  rig.mux->set_interrupt_input(2, Level::low);
  Rig other("pca9545");

  other.mux->set_state(rig.mux->state());

  EXPECT_EQ(other.mux->state(), rig.mux->state());
  EXPECT_THAT(other.mux->selected(), ElementsAre(0, 2));
  EXPECT_EQ(other.controller.read(0x70, 1), bytes({0x45}));
}

TEST(Pca954x, state_with_bits_that_the_part_lacks_is_refused) {
  Pca954x mux("pca9546", at(0x70));
  const State before = mux.state();

  EXPECT_THROW(mux.set_state({{"control", std::int64_t{0x10}}, {"interrupts", std::int64_t{0}}}),
               StateError);

  EXPECT_EQ(mux.state(), before);
}

TEST(Pca954x, board_makes_one_whatever_its_driver_is_told) {
  const sim::Part* const part = find_part("nxp,pca9547");
  FakeProperties properties;
  properties.flags.insert("i2c-mux-idle-disconnect");
  properties.numbers["idle-state"] = -2;

  const auto chip = part->make(*part, at(0x71), properties);

  EXPECT_EQ(chip->name(), "pca9547");
  EXPECT_THAT(properties.asked, ::testing::IsSupersetOf({"i2c-mux-idle-disconnect", "idle-state"}));
}

}  // namespace
}  // namespace vhost_device::sim
