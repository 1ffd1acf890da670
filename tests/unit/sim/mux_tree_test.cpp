// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// A board of 112 chips behind a tree of muxes, beside one of two chips. Times are printed and not
// asserted on.

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <set>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/lm75.hpp"
#include "backends/sim/devices/pca954x.hpp"
#include "tests/unit/sim/controller.hpp"

namespace vhost_device::sim {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr unsigned outer_address = 0x70;
constexpr unsigned inner_address = 0x71;
constexpr unsigned first_sensor = 0x48;
constexpr std::size_t outer_channels = 7;
constexpr std::size_t inner_channels = 4;
constexpr std::size_t sensors_per_channel = 4;
constexpr std::size_t chips = outer_channels * inner_channels * sensors_per_channel;
static_assert(chips == 112);

/// Each sensor's temperature is its number in the tree.
void attach_tree(Bus& bus) {
  int number = 0;
  const auto outer = std::make_shared<Pca954x>("pca9548", at(outer_address));
  bus.attach(outer);
  for (std::size_t i = 0; i < outer_channels; ++i) {
    const auto inner = std::make_shared<Pca954x>("pca9546", at(inner_address));
    outer->channel(i).attach(inner);
    for (std::size_t j = 0; j < inner_channels; ++j) {
      for (unsigned k = 0; k < sensors_per_channel; ++k) {
        inner->channel(j).attach(std::make_shared<Lm75>("lm75", at(first_sensor + k), number++));
      }
    }
  }
}

void select(Controller& controller, std::size_t outer, std::size_t inner) {
  ASSERT_EQ(controller.write(outer_address, {static_cast<std::byte>(1U << outer)}), ok());
  ASSERT_EQ(controller.write(inner_address, {static_cast<std::byte>(1U << inner)}), ok());
}

/// What the sensors at all addresses of the present selection show, in degrees.
std::vector<unsigned> scan(Controller& controller) {
  constexpr unsigned first = 0x08;  // the others are reserved (UM10204, 3.1.12)
  constexpr unsigned last = 0x77;
  std::vector<unsigned> shown;
  for (unsigned address = first; address <= last; ++address) {
    if (address == outer_address || address == inner_address) continue;
    const Bytes data = controller.read(address, 2);
    if (!data.empty()) shown.push_back(std::to_integer<unsigned>(data[0]));
  }
  return shown;
}

std::chrono::nanoseconds time_of_a_read(Controller& controller) {
  constexpr int count = 20'000;
  Bytes data(2);
  const auto begin = SteadyClock::now();
  for (int i = 0; i < count; ++i) data = controller.read(first_sensor, 2);
  return (SteadyClock::now() - begin) / count;
}

TEST(MuxTree, every_one_of_112_chips_is_found_where_it_is) {
  Bus bus;
  attach_tree(bus);
  Controller controller(bus);
  std::vector<unsigned> shown;

  for (std::size_t i = 0; i < outer_channels; ++i) {
    for (std::size_t j = 0; j < inner_channels; ++j) {
      select(controller, i, j);
      const std::vector<unsigned> here = scan(controller);
      shown.insert(shown.end(), here.begin(), here.end());
    }
  }

  EXPECT_EQ(shown.size(), chips);
  EXPECT_EQ(std::set<unsigned>(shown.begin(), shown.end()).size(), chips);
  EXPECT_EQ(bus.all_devices().size(), chips + 1 + outer_channels);
}

TEST(MuxTree, times_beside_those_of_two_chips) {
  Bus two;
  two.attach(std::make_shared<Lm75>("lm75", at(first_sensor)));
  two.attach(std::make_shared<Lm75>("lm75", at(first_sensor + 1)));
  Controller to_two(two);
  Bus tree;
  Controller to_tree(tree);

  const auto begin = SteadyClock::now();
  attach_tree(tree);
  const auto attached = SteadyClock::now() - begin;
  select(to_tree, outer_channels - 1, inner_channels - 1);
  const auto scan_begin = SteadyClock::now();
  const std::size_t found = scan(to_tree).size();
  const auto scanned = SteadyClock::now() - scan_begin;
  const auto of_two = time_of_a_read(to_two);
  const auto of_tree = time_of_a_read(to_tree);

  EXPECT_EQ(found, sensors_per_channel);
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  std::cout << "112 chips behind 8 muxes: attached in "
            << duration_cast<microseconds>(attached).count() << " us, a channel scanned in "
            << duration_cast<microseconds>(scanned).count() << " us, a read of two bytes takes "
            << of_tree.count() << " ns; with 2 chips " << of_two.count() << " ns\n";
}

}  // namespace
}  // namespace vhost_device::sim
