// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/i2c/fake_adapter.hpp"
#include "tests/unit/i2c/ring_guest.hpp"

namespace vhost_device::i2c::testing {

/// A guest that breaks the rules, against the whole device.
struct HostileRing : ::testing::Test {
  explicit HostileRing(bool packed) : guest(adapter, {.packed = packed}) {}

  using Piece = RingGuest::Piece;

  std::shared_ptr<FakeAdapter> adapter = std::make_shared<FakeAdapter>();
  RingGuest guest;

  /// Offers one request and expects it answered with `written` in used.len and nothing on the wire;
  /// after that the guest's next good request works.
  void expect_refused(std::span<const Piece> pieces, std::uint32_t written) {
    const auto head = guest.ring().add(pieces);
    ASSERT_TRUE(head);
    guest.kick();
    const auto used = guest.ring().take_used();
    ASSERT_TRUE(used);
    EXPECT_EQ(used->head, *head);
    EXPECT_EQ(used->written, written);
    EXPECT_TRUE(adapter->transactions.empty());
    EXPECT_TRUE(guest.good_request_works());
  }

  /// Expects that the ring, as the test has left it, is given up, and that another guest on the
  /// same adapter is served.
  void expect_broken() {
    guest.kick();
    EXPECT_FALSE(guest.queue().broken_reason().empty());
    EXPECT_FALSE(guest.ring().take_used());
    EXPECT_TRUE(adapter->transactions.empty());
    EXPECT_FALSE(guest.good_request_works());
    RingGuest other(adapter);
    EXPECT_TRUE(other.good_request_works());
  }
};

}  // namespace vhost_device::i2c::testing
