// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/vhost_user/transcripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace vhost_device::vhost_user::test {
namespace {

using R = Request;
using Steps = std::vector<Step>;

// Bits 0 and 1 (the device's), 28, 29, 30, 32, 34.
constexpr const char* offered_features = "send 1/5 0300007005000000";
// MQ, REPLY_ACK, CONFIGURE_MEM_SLOTS.
constexpr const char* offered_protocol_features = "send 15/5 0980000000000000";
constexpr std::uint64_t qemu_protocol_features = 0x8009;
// Bits 0, 28, 29, 32; with and without 30.
constexpr std::uint64_t qemu_features = 0x1'7000'0001;
constexpr std::uint64_t features_without_30 = 0x1'3000'0001;

Step front_end(Sent message, std::vector<std::string> expected = {}) {
  return {[message = std::move(message)](Rig& rig) { return rig.send(message); },
          std::move(expected)};
}

/// The guest makes `count` requests at once and the back-end is kicked.
Step guest_requests(int count, std::string expected) {
  return {[count](Rig& rig) {
            for (int i = 0; i < count; ++i) rig.add_request(0);
            return std::vector{rig.serve(0)};
          },
          {std::move(expected)}};
}

/// A new driver, or one that has had that many requests answered before.
Step guest_reset(std::uint16_t first_index = 0) {
  return {[first_index](Rig& rig) {
            rig.reset_guest(first_index);
            return std::vector<std::string>();
          },
          {}};
}

Step call_fd() { return front_end(sent(R::set_vring_call, u64(0), {Fd::eventfd}), {"call 0 fd"}); }

/// What was signalled through the descriptor before may be lost.
Step call_fd_of_a_running_ring() {
  return front_end(sent(R::set_vring_call, u64(0), {Fd::eventfd}), {"call 0 fd", "service 0"});
}

Steps operator+(Steps left, const Steps& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Steps ring(std::uint16_t size, std::uint16_t base) {
  return {
      front_end(sent(R::set_vring_num, state(0, size))),
      front_end(sent(R::set_vring_base, state(0, base))),
      front_end(sent(R::set_vring_addr, vring_address(0, Rig::ring_addresses(0, size)))),
  };
}

Step kick_fd(std::vector<std::string> expected) {
  return front_end(sent(R::set_vring_kick, u64(0), {Fd::eventfd}), std::move(expected));
}

Step add_memory() {
  return front_end(asking(sent(R::add_mem_reg, single_region(Rig::region), {Fd::memory})),
                   {"send 37/5 0000000000000000"});
}

Step set_memory_table() {
  return front_end(asking(sent(R::set_mem_table, memory_table({Rig::region}), {Fd::memory})),
                   {"send 5/5 0000000000000000"});
}

Step base_is(const char* state_payload) {
  return front_end(sent(R::get_vring_base, state(0, 0)),
                   {"kick 0 none", std::string("send 11/5 ") + state_payload});
}

/// As captured from QEMU 7.2.22 at start-up with vhost-user-i2c-pci; 10.0.13 does the same.
Steps qemu_init() {
  return {
      front_end(sent(R::get_features), {offered_features}),
      front_end(sent(R::get_protocol_features), {offered_protocol_features}),
      front_end(sent(R::set_protocol_features, u64(qemu_protocol_features))),
      front_end(sent(R::get_queue_num), {"send 17/5 0100000000000000"}),
      front_end(sent(R::get_max_mem_slots), {"send 36/5 fd01000000000000"}),
      front_end(sent(R::set_owner)),
      front_end(sent(R::get_features), {offered_features}),
      call_fd(),
      front_end(sent(R::set_vring_err, u64(0), {Fd::eventfd}), {"error 0 fd"}),
  };
}

Steps qemu_7_2_start(std::uint16_t base, const Steps& memory) {
  return Steps{call_fd(), front_end(sent(R::set_features, u64(qemu_features)))} + memory +
         ring(4, base) +
         Steps{kick_fd({"kick 0 fd"}),
               front_end(sent(R::set_vring_enable, state(0, 1)), {"service 0"}),
               call_fd_of_a_running_ring()};
}

Steps qemu_7_2_stop(const char* base) {
  return {front_end(sent(R::set_vring_enable, state(0, 0))), base_is(base), call_fd()};
}

Steps qemu_10_start(std::uint16_t base, const Steps& memory) {
  return Steps{front_end(sent(R::set_features, u64(qemu_features)))} + memory + ring(1024, base) +
         Steps{kick_fd({"kick 0 fd"}), call_fd(),
               front_end(asking(sent(R::set_vring_enable, state(0, 1))),
                         {"service 0", "send 18/5 0000000000000000"}),
               call_fd_of_a_running_ring()};
}

Steps qemu_10_stop(const char* base) {
  return {front_end(asking(sent(R::set_vring_enable, state(0, 0))), {"send 18/5 0000000000000000"}),
          base_is(base)};
}

Transcript qemu_7_2() {
  return {"qemu_7_2_with_a_pause_and_a_reset",
          4,
          qemu_init() + qemu_7_2_start(0, {add_memory()}) +
              Steps{guest_requests(3, "used 3 interrupt")} + qemu_7_2_stop("0000000003000000") +
              qemu_7_2_start(3, {}) + Steps{guest_requests(4, "used 4 interrupt")} +
              qemu_7_2_stop("0000000007000000") + Steps{guest_reset()} + qemu_7_2_start(0, {}) +
              Steps{guest_requests(1, "used 1 interrupt")} + qemu_7_2_stop("0000000001000000"),
          {{0, false}, {0, true}, {0, false}}};
}

Transcript qemu_10() {
  return {"qemu_10_with_a_pause_and_a_reset",
          1024,
          qemu_init() + qemu_10_start(0, {add_memory()}) +
              Steps{guest_requests(100, "used 100 interrupt")} + qemu_10_stop("0000000064000000") +
              qemu_10_start(100, {}) + Steps{guest_requests(1, "used 1 interrupt")} +
              qemu_10_stop("0000000065000000") + Steps{guest_reset()} + qemu_10_start(0, {}) +
              Steps{guest_requests(2, "used 2 interrupt")} + qemu_10_stop("0000000002000000"),
          {{0, false}, {0, true}, {0, false}}};
}

/// QEMU is the server, and what it negotiated it did with a back-end that is gone.
Transcript restarted_back_end() {
  return {"qemu_7_2_whose_back_end_was_restarted",
          4,
          Steps{guest_reset(7)} + qemu_7_2_start(7, {set_memory_table()}) +
              Steps{guest_requests(2, "used 2 interrupt")} + qemu_7_2_stop("0000000009000000"),
          {{0, false}}};
}

/// Nothing but what the protocol had at first: the ring is enabled from the start.
Transcript plain_front_end() {
  return {"a_front_end_without_protocol_features",
          4,
          Steps{
              front_end(sent(R::get_features), {offered_features}),
              front_end(sent(R::set_owner)),
              front_end(sent(R::set_features, u64(features_without_30))),
              front_end(sent(R::set_mem_table, memory_table({Rig::region}), {Fd::memory})),
          } + ring(4, 0) +
              Steps{call_fd(), kick_fd({"kick 0 fd", "service 0"}),
                    guest_requests(2, "used 2 interrupt"), base_is("0000000002000000")},
          {{0, false}}};
}

}  // namespace

const std::vector<Transcript>& transcripts() {
  static const std::vector<Transcript> all{qemu_7_2(), qemu_10(), restarted_back_end(),
                                           plain_front_end()};
  return all;
}

void run(Rig& rig, const Transcript& transcript, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    SCOPED_TRACE("step " + std::to_string(i) + " of " + transcript.name);
    EXPECT_EQ(transcript.steps[i].run(rig), transcript.steps[i].expected);
  }
}

}  // namespace vhost_device::vhost_user::test
