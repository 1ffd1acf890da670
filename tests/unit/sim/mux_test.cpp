// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// Chips behind muxes: which of them a message reaches, and what several make of it.

#include "backends/sim/bus/mux.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/pca954x.hpp"
#include "tests/unit/sim/allocations.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/recording_chip.hpp"

namespace vhost_device::sim {
namespace {

using i2c::Message;
using i2c::TransferError;
using i2c::TransferResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr unsigned mux_address = 0x70;
constexpr unsigned inner_address = 0x71;

class MuxRouting : public ::testing::Test {
 protected:
  MuxRouting() { bus.attach(mux); }

  std::shared_ptr<RecordingChip> attach(std::size_t channel, const std::string& name,
                                        unsigned address, unsigned answer = 0x5a) {
    auto chip = std::make_shared<RecordingChip>(name, std::vector{at(address)}, wire);
    chip->answer = static_cast<std::byte>(answer);
    mux->channel(channel).attach(chip);
    return chip;
  }
  void select(unsigned channels, unsigned address = mux_address) {
    EXPECT_EQ(controller.write(address, {static_cast<std::byte>(channels)}), ok());
  }

  WireLog wire;
  std::shared_ptr<Pca954x> mux = std::make_shared<Pca954x>("pca9548", at(mux_address));
  Bus bus;
  Controller controller{bus};
};

TEST_F(MuxRouting, chip_on_a_channel_that_is_not_connected_does_not_answer) {
  attach(3, "a", 0x48);

  EXPECT_EQ(controller.write(0x48, bytes({1})), address_nack);
  EXPECT_THAT(wire, IsEmpty());
}

TEST_F(MuxRouting, chip_on_a_connected_channel_answers) {
  attach(3, "a", 0x48);
  select(1 << 3);

  EXPECT_EQ(controller.write(0x48, bytes({1})), ok());
  EXPECT_THAT(wire, ElementsAre("a W", "a 01", "a STOP"));
}

TEST_F(MuxRouting, chips_at_one_address_are_told_apart_by_their_channels) {
  attach(0, "a", 0x48, 0x10);
  attach(1, "b", 0x48, 0x11);

  select(1 << 0);
  const Bytes first = controller.read(0x48, 1);
  select(1 << 1);
  const Bytes second = controller.read(0x48, 1);

  EXPECT_EQ(first, bytes({0x10}));
  EXPECT_EQ(second, bytes({0x11}));
}

// PCA9548A, 6.2.1: active after the STOP, and not after a repeated START.
TEST_F(MuxRouting, channel_is_connected_by_the_stop_and_not_before) {
  attach(0, "a", 0x48);
  Bytes channels = bytes({0x01});
  const Message messages[]{{at(mux_address), false, channels}, {at(0x48), false, {}}};

  EXPECT_EQ(bus.transfer(messages), (TransferResult{1, TransferError::address_nack}));
  EXPECT_EQ(controller.quick_write(0x48), ok());
}

TEST_F(MuxRouting, channel_stays_connected_until_the_stop) {
  attach(0, "a", 0x48);
  select(1 << 0);
  Bytes none = bytes({0x00});
  const Message messages[]{{at(mux_address), false, none}, {at(0x48), false, {}}};

  EXPECT_EQ(bus.transfer(messages), ok(2));
  EXPECT_EQ(controller.quick_write(0x48), address_nack);
  EXPECT_THAT(wire, ElementsAre("a W", "a STOP"));
}

TEST_F(MuxRouting, mux_and_chips_beside_it_answer_whatever_is_connected) {
  const auto beside = std::make_shared<RecordingChip>("beside", std::vector{at(0x20)}, wire);
  bus.attach(beside);
  attach(0, "a", 0x48);
  select(1 << 0);

  EXPECT_EQ(controller.quick_write(0x20), ok());
  EXPECT_EQ(controller.read(mux_address, 1), bytes({0x01}));
  EXPECT_EQ(controller.quick_write(0x49), address_nack);
}

TEST_F(MuxRouting, ten_bit_chip_behind_a_mux_answers) {
  const auto address = i2c::Address::ten_bit(0x148).value();
  mux->channel(2).attach(std::make_shared<RecordingChip>("ten", std::vector{address}, wire));
  select(1 << 2);
  const Message message{address, false, {}};

  EXPECT_EQ(bus.transfer({&message, 1}), ok());
}

class MuxNesting : public MuxRouting {
 protected:
  MuxNesting() { mux->channel(1).attach(inner); }

  std::shared_ptr<Pca954x> inner = std::make_shared<Pca954x>("pca9546", at(inner_address));
};

TEST_F(MuxNesting, chip_behind_two_muxes_answers_when_both_connect_it) {
  inner->channel(2).attach(std::make_shared<RecordingChip>("a", std::vector{at(0x48)}, wire));

  select(1 << 1);
  const TransferResult outer_only = controller.quick_write(0x48);
  select(1 << 2, inner_address);
  const TransferResult both = controller.quick_write(0x48);
  select(1 << 0);
  const TransferResult inner_only = controller.quick_write(0x48);

  EXPECT_EQ(outer_only, address_nack);
  EXPECT_EQ(both, ok());
  EXPECT_EQ(inner_only, address_nack);
}

TEST_F(MuxNesting, inner_mux_is_where_it_is_connected_only) {
  EXPECT_EQ(controller.quick_write(inner_address), address_nack);
  select(1 << 1);
  EXPECT_EQ(controller.quick_write(inner_address), ok());
}

TEST_F(MuxNesting, all_devices_are_told_with_their_paths) {
  inner->channel(0).attach(std::make_shared<RecordingChip>("lm75", std::vector{at(0x48)}, wire));
  attach(7, "24c02", 0x50);
  mux->channel(7).attach(std::make_shared<RecordingChip>(
      "ten", std::vector{i2c::Address::ten_bit(0x50).value()}, wire));
  bus.attach(std::make_shared<RecordingChip>("tmp75", std::vector{at(0x4f)}, wire));

  std::vector<std::string> paths;
  for (const PlacedDevice& placed : bus.all_devices()) paths.push_back(placed.path);

  EXPECT_THAT(paths, ElementsAre("tmp75@4f", "pca9548@70", "pca9548@70/1/pca9546@71",
                                 "pca9548@70/1/pca9546@71/0/lm75@48", "pca9548@70/7/24c02@50",
                                 "pca9548@70/7/ten@x050"));
}

class SeveralAnswer : public MuxRouting {
 protected:
  std::shared_ptr<RecordingChip> a = attach(0, "a", 0x48, 0xf6);
  std::shared_ptr<RecordingChip> b = attach(5, "b", 0x48, 0x3c);
};

TEST_F(SeveralAnswer, all_of_a_switchs_connected_channels_get_what_is_written) {
  select(1 << 0 | 1 << 5);

  EXPECT_EQ(controller.write(0x48, bytes({7})), ok());
  EXPECT_THAT(wire, ElementsAre("a W", "a 07", "b W", "b 07", "a STOP", "b STOP"));
}

// UM10204, 3.1.1: the lines are wired AND.
TEST_F(SeveralAnswer, read_gives_the_and_of_their_bytes) {
  select(1 << 0 | 1 << 5);

  EXPECT_EQ(controller.read(0x48, 2), bytes({0x34, 0x34}));
}

TEST_F(SeveralAnswer, one_that_acknowledges_its_address_is_enough) {
  select(1 << 0 | 1 << 5);
  a->start_answer = Ack::nack;

  EXPECT_EQ(controller.read(0x48, 1), bytes({0x3c}));
}

TEST_F(SeveralAnswer, nobody_that_acknowledges_is_an_address_nack) {
  select(1 << 0 | 1 << 5);
  a->start_answer = Ack::nack;
  b->start_answer = Ack::nack;

  EXPECT_EQ(controller.write(0x48, bytes({1})), address_nack);
}

TEST_F(SeveralAnswer, byte_is_refused_where_all_refuse_it) {
  select(1 << 0 | 1 << 5);
  a->bytes_taken = 1;
  b->bytes_taken = 2;

  const TransferResult result = controller.write(0x48, bytes({1, 2, 3}));

  EXPECT_EQ(result, data_nack);
  EXPECT_EQ(result.acknowledged, 2U);
}

TEST_F(SeveralAnswer, byte_that_one_takes_is_acknowledged) {
  select(1 << 0 | 1 << 5);
  a->bytes_taken = 1;

  EXPECT_EQ(controller.write(0x48, bytes({1, 2, 3})), ok());
}

TEST_F(SeveralAnswer, chip_detached_by_the_first_one_gets_nothing) {
  select(1 << 0 | 1 << 5);
  a->at_start = [&] { mux->channel(5).detach(*b); };

  EXPECT_EQ(controller.write(0x48, bytes({1})), ok());
  EXPECT_THAT(wire, ElementsAre("a W", "a 01", "a STOP"));
}

/// Chips that share 0x36, as SPD EEPROMs do.
class Sharer final : public Device {
 public:
  explicit Sharer(unsigned address) : Device("sharer", {at(address), at(0x36)}, {at(0x36)}) {}

  Ack answer = Ack::ack;
  std::vector<std::byte> written;

 private:
  Ack start(Direction /*direction*/) override { return answer; }
  Ack write(std::byte value) override {
    written.push_back(value);
    return Ack::ack;
  }
};

class SharedAddress : public ::testing::Test {
 protected:
  SharedAddress() {
    bus.attach(first);
    bus.attach(second);
  }

  std::shared_ptr<Sharer> first = std::make_shared<Sharer>(0x50);
  std::shared_ptr<Sharer> second = std::make_shared<Sharer>(0x51);
  Bus bus;
  Controller controller{bus};
};

TEST_F(SharedAddress, all_that_share_it_get_what_is_written) {
  EXPECT_EQ(controller.write(0x36, bytes({9})), ok());
  EXPECT_EQ(controller.write(0x51, bytes({8})), ok());

  EXPECT_EQ(first->written, bytes({9}));
  EXPECT_EQ(second->written, bytes({9, 8}));
}

TEST_F(SharedAddress, one_that_acknowledges_is_enough) {
  second->answer = Ack::nack;
  EXPECT_EQ(controller.quick_read(0x36), ok());
  first->answer = Ack::nack;
  EXPECT_EQ(controller.quick_read(0x36), address_nack);
}

TEST_F(SharedAddress, stays_the_others_when_one_is_detached) {
  bus.detach(*first);
  EXPECT_EQ(controller.write(0x36, bytes({1})), ok());
  bus.detach(*second);
  EXPECT_EQ(controller.write(0x36, bytes({1})), address_nack);

  EXPECT_THAT(first->written, IsEmpty());
  EXPECT_EQ(second->written, bytes({1}));
}

TEST_F(SharedAddress, is_taken_for_whoever_does_not_share_it) {
  WireLog wire;
  const auto alone = std::make_shared<RecordingChip>("a", std::vector{at(0x36)}, wire);

  EXPECT_THROW(bus.attach(alone), std::invalid_argument);
  EXPECT_THROW(bus.attach(std::make_shared<Sharer>(0x50)), std::invalid_argument);
}

TEST_F(SharedAddress, chips_are_listed_once_each) {
  EXPECT_THAT(bus.devices(), ElementsAre(first, second));
}

TEST_F(SharedAddress, chip_that_was_refused_leaves_nothing_behind) {
  const auto late = std::make_shared<Sharer>(0x50);
  EXPECT_THROW(bus.attach(late), std::invalid_argument);

  EXPECT_THROW(bus.detach(*late), std::invalid_argument);
  EXPECT_THAT(bus.devices(), ElementsAre(first, second));
}

TEST_F(MuxNesting, transfers_allocate_nothing) {
  inner->channel(0).attach(std::make_shared<Sharer>(0x50));
  attach(2, "other", 0x60);
  Bytes all = bytes({0x06});
  Bytes none = bytes({0x00});
  Bytes one = bytes({0x01});
  Bytes data(32);
  const Message select_all{at(mux_address), false, all};
  const Message select_inner{at(inner_address), false, one};
  const Message select_none{at(mux_address), false, none};
  const Message read{at(0x50), true, data};
  const std::size_t before = allocations();

  for (int i = 0; i < 10; ++i) {
    for (const Message& message : {select_all, select_inner, read, select_none}) {
      static_cast<void>(bus.transfer({&message, 1}));
    }
  }

  EXPECT_EQ(allocations() - before, 0U);
}

}  // namespace
}  // namespace vhost_device::sim
