// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/i2c/replay/replayed_bus.hpp"

namespace vhost_device::i2c {
namespace {

using testing::bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StrictReplay : public ::testing::Test, protected testing::ReplayedBus {
 protected:
  StrictReplay()
      : ReplayedBus(
            "0x48 W 00  Sr 0x48 R 1a 80\n"
            "0x48 W 01 60\n"
            "0x50 W 00  ! address NACK  Sr 0x50 R [4]\n"
            "0x48 W 00  Sr 0x48 R 1b 00\n",
            ReplayOrder::strict) {}
};

TEST_F(StrictReplay, of_the_same_is_the_same) {
  EXPECT_EQ(write_read(0x48, bytes({0}), 2), bytes({0x1a, 0x80}));
  EXPECT_TRUE(write(0x48, bytes({1, 0x60})).ok());
  EXPECT_THAT(write_read(0x50, bytes({0}), 4), IsEmpty());
  EXPECT_EQ(write_read(0x48, bytes({0}), 2), bytes({0x1b, 0x00}));

  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_THAT(replayer.report(), HasSubstr("4 of 4 recorded transactions were replayed"));
}

TEST_F(StrictReplay, of_something_else_fails_and_waits_for_the_same) {
  EXPECT_EQ(write(0x48, bytes({1, 0x61})), (TransferResult{0, TransferError::io_error}));

  EXPECT_THAT(differences(),
              ElementsAre("expected line 2: 0x48 W 00  Sr 0x48 R [2]; came: 0x48 W 01 61"));
  EXPECT_EQ(write_read(0x48, bytes({0}), 2), bytes({0x1a, 0x80}));
}

TEST_F(StrictReplay, tells_lengths_addresses_directions_and_counts_apart) {
  EXPECT_THAT(write_read(0x48, bytes({0}), 1), IsEmpty());
  EXPECT_THAT(write_read(0x49, bytes({0}), 2), IsEmpty());
  EXPECT_THAT(read(0x48, 2), IsEmpty());
  EXPECT_FALSE(write(0x48, bytes({0})).ok());

  EXPECT_EQ(replayer.difference_count(), 4U);
}

TEST_F(StrictReplay, beyond_the_end_fails) {
  static_cast<void>(write_read(0x48, bytes({0}), 2));
  static_cast<void>(write(0x48, bytes({1, 0x60})));
  static_cast<void>(write_read(0x50, bytes({0}), 4));
  static_cast<void>(write_read(0x48, bytes({0}), 2));

  EXPECT_THAT(write_read(0x48, bytes({0}), 2), IsEmpty());

  EXPECT_THAT(differences(),
              ElementsAre("the recording is at its end; came: 0x48 W 00  Sr 0x48 R [2]"));
}

TEST_F(StrictReplay, rewound_begins_anew) {
  static_cast<void>(write_read(0x48, bytes({0}), 2));
  static_cast<void>(read(0x48, 1));

  replayer.rewind();

  EXPECT_EQ(replayer.difference_count(), 0U);
  EXPECT_EQ(write_read(0x48, bytes({0}), 2), bytes({0x1a, 0x80}));
}

}  // namespace
}  // namespace vhost_device::i2c
