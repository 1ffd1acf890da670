// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A session whose driver has accepted VIRTIO_F_RING_PACKED.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/virtio/packed_driver_ring.hpp"
#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using R = Request;
using Start = FakeDevice::Start;

// Bits 0, 28, 29, 30, 32 and 34.
constexpr std::uint64_t packed_features = 0x5'7000'0001;
/// No power of two.
constexpr std::uint16_t ring_size = 5;
/// Slot 0, wrap counter 1, for available descriptors and for used ones.
constexpr std::uint32_t first_base = 0x8000'8000;

class SessionPacked : public testing::Test {
 protected:
  [[nodiscard]] AddressFields addresses() const {
    return {driver.descriptors_address() + Rig::user_base,
            driver.available_address() + Rig::user_base, driver.used_address() + Rig::user_base};
  }

  [[nodiscard]] std::vector<Sent> start_messages(std::uint32_t base = first_base) const {
    return {sent(R::set_features, u64(packed_features)),
            sent(R::set_mem_table, memory_table({Rig::region}), {Fd::memory}),
            sent(R::set_vring_num, state(0, ring_size)),
            sent(R::set_vring_base, state(0, base)),
            sent(R::set_vring_addr, vring_address(0, addresses())),
            sent(R::set_vring_kick, u64(0), {Fd::eventfd}),
            sent(R::set_vring_call, u64(0), {Fd::eventfd}),
            sent(R::set_vring_enable, state(0, 1))};
  }

  void start(std::uint32_t base = first_base) {
    for (const Sent& message : start_messages(base)) EXPECT_EQ(rig.send_refused(message), "");
  }

  void add_request() {
    const virtio::DriverQueue::Piece piece{Rig::guest_base + Rig::buffer_address, 1, true};
    ASSERT_TRUE(driver.add({&piece, 1}));
  }

  /// How many answers the driver has after a turn of the device.
  int serve() {
    last = rig.service(0);
    int used = 0;
    while (driver.take_used()) ++used;
    return used;
  }

  FakeDevice device{1, 0};
  Rig rig{device};
  virtio::PackedDriverRing driver{
      rig.memory().bytes(), Rig::guest_base, ring_size, {.event_idx = true, .first = {}}};
  Service last;
  const Sent get_base = sent(R::get_vring_base, state(0, 0));
};

TEST_F(SessionPacked, requests_are_served) {
  start();
  add_request();
  add_request();

  EXPECT_EQ(serve(), 2);
  EXPECT_TRUE(last.interrupt);
}

TEST_F(SessionPacked, base_has_both_places_with_their_wrap_counters) {
  start();
  for (int i = 0; i < 3; ++i) add_request();
  EXPECT_EQ(serve(), 3);
  EXPECT_THAT(rig.send(get_base), ElementsAre("kick 0 none", "send 11/5 0000000003800380"));

  start(0x8003'8003);
  for (int i = 0; i < 4; ++i) add_request();
  EXPECT_EQ(serve(), 4);

  EXPECT_THAT(rig.send(get_base), ElementsAre("kick 0 none", "send 11/5 0000000002000200"));
  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}, Start{0, true}));
}

TEST_F(SessionPacked, reset_is_no_resumption) {
  start();
  static_cast<void>(rig.send(get_base));
  start();

  EXPECT_THAT(device.starts, ElementsAre(Start{0, false}, Start{0, false}));
}

TEST_F(SessionPacked, ring_without_a_base_starts_at_the_beginning) {
  auto messages = start_messages();
  messages.erase(messages.begin() + 3);
  for (const Sent& message : messages) EXPECT_EQ(rig.send_refused(message), "");
  add_request();

  EXPECT_EQ(serve(), 1);
}

TEST_F(SessionPacked, base_of_one_place_is_taken_for_both) {
  start(0x8000);
  add_request();

  EXPECT_EQ(serve(), 1);
}

TEST_F(SessionPacked, base_outside_the_ring_is_refused_at_the_start) {
  const auto messages = start_messages(0x8005'8005);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(rig.send_refused(messages[i]), "");

  EXPECT_THAT(rig.send_refused(messages[5]), HasSubstr("slot 5 of a packed ring of 5"));
}

TEST_F(SessionPacked, size_is_1_to_32768) {
  static_cast<void>(rig.send(sent(R::set_features, u64(packed_features))));
  for (const std::uint32_t size : {1U, 3U, 1000U, 32767U, 32768U}) {
    EXPECT_THAT(rig.send(sent(R::set_vring_num, state(0, size))), IsEmpty()) << size;
  }
  for (const std::uint32_t size : {0U, 32769U, 65536U, 0xffff'ffffU}) {
    EXPECT_THAT(rig.send_refused(sent(R::set_vring_num, state(0, size))),
                HasSubstr("a packed ring of " + std::to_string(size)))
        << size;
  }
}

TEST_F(SessionPacked, size_that_a_split_ring_cannot_have_is_refused_when_the_ring_is_split) {
  auto messages = start_messages();
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(rig.send_refused(messages[i]), "");
  static_cast<void>(rig.send(sent(R::set_features, u64(0x1'7000'0001))));

  EXPECT_THAT(rig.send_refused(messages[5]), HasSubstr("power of two"));
}

TEST_F(SessionPacked, event_suppression_that_is_not_aligned_is_refused) {
  auto unaligned = addresses();
  unaligned.available += 2;
  auto messages = start_messages();
  messages[4] = sent(R::set_vring_addr, vring_address(0, unaligned));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(rig.send_refused(messages[i]), "");

  EXPECT_THAT(rig.send_refused(messages[5]), HasSubstr("driver event suppression"));
}

TEST_F(SessionPacked, event_suppression_outside_memory_is_refused) {
  auto outside = addresses();
  outside.used = Rig::user_base + Rig::memory_size;
  auto messages = start_messages();
  messages[4] = sent(R::set_vring_addr, vring_address(0, outside));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(rig.send_refused(messages[i]), "");

  EXPECT_THAT(rig.send_refused(messages[5]), HasSubstr("device event suppression of 4 bytes"));
}

TEST_F(SessionPacked, ring_goes_on_after_the_memory_table_is_replaced) {
  start();
  add_request();
  EXPECT_EQ(serve(), 1);
  add_request();

  EXPECT_EQ(rig.send_refused(sent(R::set_mem_table, memory_table({Rig::region}), {Fd::memory})),
            "");

  EXPECT_EQ(serve(), 1);
}

TEST_F(SessionPacked, ring_that_breaks_is_stopped_with_an_error) {
  start();
  driver.raw_offer({0, 16, 0, virtio::descriptor_flag::indirect | virtio::descriptor_flag::next});

  EXPECT_EQ(serve(), 0);
  EXPECT_THAT(last.error, HasSubstr("an indirect table in a chain"));

  EXPECT_THAT(rig.send(get_base), ElementsAre("kick 0 none", "send 11/5 0000000000800080"));
}

TEST_F(SessionPacked, new_call_descriptor_is_signalled_for_what_the_one_before_was) {
  start();
  add_request();
  EXPECT_EQ(serve(), 1);

  EXPECT_THAT(rig.send(sent(R::set_vring_call, u64(0), {Fd::eventfd})),
              ElementsAre("call 0 fd", "service 0"));

  EXPECT_EQ(serve(), 0);
  EXPECT_TRUE(last.interrupt);
}

TEST_F(SessionPacked, fresh_ring_is_not_interrupted) {
  start();

  EXPECT_EQ(serve(), 0);
  EXPECT_FALSE(last.interrupt);
}

// With bit 34 withheld: bits 0, 1, 28, 29, 30, 32.
TEST(SessionWithoutPacked, feature_can_be_withheld) {
  FakeDevice device{1, 0};
  Rig rig{device, 4, SessionOptions{.packed_ring = false}};

  EXPECT_THAT(rig.send(sent(R::get_features)), ElementsAre("send 1/5 0300007001000000"));
}

// QEMU lets the driver accept it all the same.
TEST(SessionWithoutPacked, feature_that_is_accepted_closes_and_says_what_to_do) {
  FakeDevice device{1, 0};
  Rig rig{device, 4, SessionOptions{.packed_ring = false}};

  EXPECT_THAT(rig.send_refused(sent(R::set_features, u64(packed_features))),
              HasSubstr("not offered were bits 34; give the device packed=off"));
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
