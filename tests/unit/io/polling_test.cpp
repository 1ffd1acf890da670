// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "core/virtio/features.hpp"
#include "tests/unit/io/served_bus.hpp"

// A guest's thread that looks for requests instead of sleeping.

namespace vhost_device::io {
namespace {

using testing::I2cGuest;
using testing::ServedBus;
using namespace std::chrono_literals;

// Longer than any test takes: the thread never sleeps by itself.
constexpr PollPolicy always{.limit = 60s};
constexpr PollPolicy adaptive{.limit = 100us, .adaptive = true};

struct Kind {
  const char* name;
  PollPolicy poll;
  std::uint64_t without;
  std::uint64_t with;
};

class Polling : public ::testing::TestWithParam<Kind> {
 protected:
  [[nodiscard]] static InProcessGuest::Options options() {
    InProcessGuest::Options options;
    options.front_end.features &= ~GetParam().without;
    options.front_end.features |= GetParam().with;
    return options;
  }
};

TEST_P(Polling, guest_reads_what_it_wrote) {
  const ServedBus served(1, GetParam().poll);
  I2cGuest guest(served.socket(), options());

  for (unsigned value = 0; value < 200; ++value) {
    ASSERT_TRUE(guest.eeprom_works(static_cast<std::byte>(value)));
  }
}

TEST_P(Polling, guest_that_pauses_goes_on_where_it_was) {
  const ServedBus served(1, GetParam().poll);
  I2cGuest guest(served.socket(), options());
  ASSERT_TRUE(guest.eeprom_works(std::byte{1}));

  guest.guest.stop();
  guest.guest.start({guest.ring.get()});

  EXPECT_TRUE(guest.eeprom_works(std::byte{2}));
}

TEST_P(Polling, guest_that_leaves_makes_room_for_the_next) {
  const ServedBus served(1, GetParam().poll);
  for (unsigned value = 0; value < 3; ++value) {
    I2cGuest guest(served.socket(), options());
    EXPECT_TRUE(guest.eeprom_works(static_cast<std::byte>(value)));
  }
}

TEST_P(Polling, server_that_stops_does_not_wait_for_requests) {
  ServedBus served(1, GetParam().poll);
  I2cGuest guest(served.socket(), options());
  ASSERT_TRUE(guest.eeprom_works(std::byte{1}));

  EXPECT_TRUE(served.server.stop(5s));
}

constexpr std::uint64_t packed = virtio::feature::ring_packed;
constexpr std::uint64_t event_idx = virtio::feature::event_idx;

INSTANTIATE_TEST_SUITE_P(Kinds, Polling,
                         ::testing::Values(Kind{"always", always, 0, 0},
                                           Kind{"always_without_event_idx", always, event_idx, 0},
                                           Kind{"always_packed", always, 0, packed},
                                           Kind{"adaptive", adaptive, 0, 0},
                                           Kind{"adaptive_packed", adaptive, 0, packed}),
                         [](const auto& kind) { return kind.param.name; });

/// A guest without EVENT_IDX, whose ring says by a flag whether kicks are wanted.
struct PollingAlways : ::testing::Test {
  static InProcessGuest::Options options() {
    InProcessGuest::Options options;
    options.front_end.features &= ~event_idx;
    return options;
  }

  /// A request that is answered with an error: its header names no address.
  void add_request() {
    const std::uint64_t address = guest.guest.guest_address() + 0x8000;
    const std::array pieces{virtio::DriverQueue::Piece{address, 8, false},
                            virtio::DriverQueue::Piece{address + 8, 1, true}};
    ASSERT_TRUE(guest.ring->add(pieces));
  }

  const ServedBus served{1, always};
  I2cGuest guest{served.socket(), options()};
};

TEST_F(PollingAlways, takes_requests_without_a_kick) {
  ASSERT_TRUE(guest.eeprom_works(std::byte{1}));

  add_request();

  EXPECT_FALSE(guest.ring->take_kick());
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  std::optional<virtio::DriverQueue::Used> used;
  while (!used && std::chrono::steady_clock::now() < deadline) used = guest.ring->take_used();
  EXPECT_TRUE(used);
}

TEST_F(PollingAlways, ring_that_is_stopped_is_left_with_kicks_wanted) {
  ASSERT_TRUE(guest.eeprom_works(std::byte{1}));

  guest.guest.stop();

  add_request();
  EXPECT_TRUE(guest.ring->take_kick());
}

}  // namespace
}  // namespace vhost_device::io
