// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// A blob is a file from somewhere: whatever is in it, it is loaded or refused, and nothing is on
// the bus after a refusal. The address sanitizer watches the rest.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "backends/sim/board/board.hpp"
#include "backends/sim/board/device_tree.hpp"
#include "backends/sim/board/populate.hpp"
#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

/// Without an image, whose name could become that of any file of this machine.
std::vector<std::byte> small_blob() {
  return testing::compile(
      testing::board_source("aliases { i2c0 = &bus; };"
                            "bus: i2c { #address-cells = <1>; #size-cells = <0>;"
                            "t@48 { compatible = \"ti,tmp75\"; reg = <0x48>; status = \"okay\";"
                            " vhost-device,temperature-millicelsius = <20000>; };"
                            "e@50 { compatible = \"atmel,24c02\"; reg = <0x50>; read-only; };"
                            "};"));
}

/// How many chips are on a bus after an attempt: none if it was refused.
std::size_t chips_after(const std::vector<std::byte>& blob, std::string_view selector) {
  Bus bus;
  bool loaded = false;
  try {
    const DeviceTree tree(blob);
    populate(bus, tree, selector, "/nonexistent");
    loaded = true;
  } catch (const BoardError& error) {
    EXPECT_STRNE(error.what(), "");
  }
  EXPECT_TRUE(loaded || bus.devices().empty());
  return bus.devices().size();
}

TEST(DamagedBlob, whole_one_has_its_chips) { EXPECT_EQ(chips_after(small_blob(), ""), 2U); }

TEST(DamagedBlob, cut_off_anywhere_is_refused) {
  const std::vector<std::byte> blob = small_blob();
  for (std::size_t size = 0; size < blob.size(); ++size) {
    const std::vector<std::byte> cut(blob.begin(),
                                     blob.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(chips_after(cut, ""), 0U) << size;
  }
}

TEST(DamagedBlob, with_any_bit_flipped_is_loaded_or_refused) {
  const std::vector<std::byte> blob = small_blob();
  for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
    std::vector<std::byte> damaged = blob;
    damaged[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_LE(chips_after(damaged, ""), 2U) << bit;
    EXPECT_LE(chips_after(damaged, "i2c0"), 2U) << bit;
  }
}

TEST(DamagedBlob, with_any_byte_set_to_either_end_is_loaded_or_refused) {
  const std::vector<std::byte> blob = small_blob();
  for (std::size_t at = 0; at < blob.size(); ++at) {
    std::vector<std::byte> damaged = blob;
    damaged[at] = std::byte{0x00};
    EXPECT_LE(chips_after(damaged, ""), 2U) << at;
    damaged[at] = std::byte{0xff};
    EXPECT_LE(chips_after(damaged, ""), 2U) << at;
  }
}

TEST(DamagedBlob, with_any_two_cells_swapped_is_loaded_or_refused) {
  const std::vector<std::byte> blob = small_blob();
  for (std::size_t first = 0; first + 4 <= blob.size(); first += 4) {
    for (std::size_t second = first + 4; second + 4 <= blob.size(); second += 4) {
      std::vector<std::byte> damaged = blob;
      std::swap_ranges(damaged.begin() + static_cast<std::ptrdiff_t>(first),
                       damaged.begin() + static_cast<std::ptrdiff_t>(first + 4),
                       damaged.begin() + static_cast<std::ptrdiff_t>(second));
      EXPECT_LE(chips_after(damaged, ""), 2U) << first << ' ' << second;
    }
  }
}

}  // namespace
}  // namespace vhost_device::sim
