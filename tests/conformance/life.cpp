// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Rings that are stopped, started and disabled, and front-ends that come and go.

#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

namespace requests = vhost_user::requests;

constexpr std::size_t good_request_descriptors = 3;

void submit(Peer& peer, const Request& request) {
  expect(peer.submit(request), "the suite itself is wrong: a request does not fit the ring");
}

/// The base behind `count` good requests.
std::uint32_t base_after(const Peer& peer, std::uint32_t count, std::uint16_t size) {
  if (!peer.is_packed()) return peer.first_base() + count;
  const std::uint16_t place =
      virtio::PackedPosition{}
          .after(static_cast<std::uint32_t>(count * good_request_descriptors), size)
          .encode();
  return place | static_cast<std::uint32_t>(place) << 16U;
}

void base(Bench& bench) {
  const auto peer = bench.start();
  expect(peer->stop() == base_after(*peer, 0, 64), "a ring that was not used is elsewhere");
  peer->start_ring(peer->first_base());
  for (int i = 0; i < 3; ++i) {
    expect_ok(peer->exchange(bench.good_request()), "a good request");
  }
  expect(peer->stop() == base_after(*peer, 3, 64), "it is not behind the three requests");
}

void stop_and_go(Bench& bench) {
  const auto peer = bench.start();
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i <= round; ++i) {
      expect_ok(peer->exchange(bench.good_request()), "a good request");
    }
    peer->start_ring(peer->stop());
  }
  expect_ok(peer->exchange(bench.good_request()), "a good request");
}

void stopped_is_silent(Bench& bench) {
  const auto peer = bench.start();
  expect_ok(peer->exchange(bench.good_request()), "a good request");
  const std::uint32_t where = peer->stop();
  submit(*peer, bench.good_request());
  peer->kick();
  expect(peer->settle() == Peer::Reaction::none, "a ring that is stopped was served");
  peer->start_ring(where);
  peer->kick();
  expect_ok(peer->collect().front(), "the request that had been waiting");
}

void waiting_at_the_start(Bench& bench) {
  const auto peer = bench.connect();
  submit(*peer, bench.good_request());
  peer->start();
  peer->kick();
  expect_ok(peer->collect().front(), "the request that was there before the start");
}

void waiting_while_disabled(Bench& bench) {
  const auto peer = bench.start();
  if (peer->front_end().protocol_features() == 0) throw NotApplicable("rings cannot be disabled");
  peer->send_acknowledged(requests::set_vring_enable(0, false));
  submit(*peer, bench.good_request());
  peer->kick();
  bench.did("enable the ring again");
  peer->send_acknowledged(requests::set_vring_enable(0, true));
  static_cast<void>(peer->collect());
  expect_ok(peer->exchange(bench.good_request()), "the next request");
}

void guest_reset(Bench& bench) {
  const auto peer = bench.start();
  for (int round = 0; round < 3; ++round) {
    expect_ok(peer->exchange({bench.good_request(), bench.good_request()})[1], "a good request");
    static_cast<void>(peer->stop());
    peer->renew_ring();
    bench.did("start a fresh ring, as after a reset of the guest");
    peer->start();
  }
  expect_ok(peer->exchange(bench.good_request()), "a good request");
}

void other_call(Bench& bench) {
  const auto peer = bench.start();
  const Event other;
  bench.did("give another descriptor for interrupts, while the ring runs");
  peer->send_acknowledged(requests::set_vring_call(0, other.fd()));
  submit(*peer, bench.good_request());
  peer->kick();
  expect(peer->wait(other, peer->limit()), "no interrupt came there");
}

void no_call(Bench& bench) {
  const auto peer = bench.start();
  bench.did("say that there is no descriptor for interrupts");
  peer->send_acknowledged(requests::set_vring_call(0, -1));
  submit(*peer, bench.good_request());
  peer->kick();
  const auto deadline = std::chrono::steady_clock::now() + peer->limit();
  while (!peer->has_answer()) {
    expect(std::chrono::steady_clock::now() < deadline, "the request was not answered");
  }
}

void qemu_7_order(Bench& bench) {
  const auto peer = bench.start();
  const std::uint32_t where = peer->stop();
  bench.did("give the call descriptor once more behind the stop, as QEMU 7.2 does");
  peer->send(requests::set_vring_call(0, peer->call().fd()));
  peer->start_ring(where);
  expect_ok(peer->exchange(bench.good_request()), "a good request");
}

void reconnect(Bench& bench) {
  for (int i = 0; i < 20; ++i) {
    expect_ok(bench.start()->exchange(bench.good_request()), "a good request");
  }
}

void left_with_requests(Bench& bench) {
  for (int i = 0; i < 10; ++i) {
    const auto peer = bench.start();
    for (int request = 0; request < 10; ++request) submit(*peer, bench.good_request());
    peer->kick();
  }
  expect_ok(bench.start()->exchange(bench.good_request()), "a good request of the next one");
}

void left_half_way(Bench& bench) {
  constexpr int steps = 6;
  for (int step = 0; step < steps; ++step) {
    const auto peer = bench.connect();
    if (step > 0) peer->send(requests::set_features(Peer::required_features));
    if (step > 1) peer->share_memory();
    if (step > 2) peer->send(requests::set_vring_num(0, 64));
    if (step > 3) peer->send(requests::set_vring_base(0, 0));
    if (step > 4) peer->send(requests::set_vring_call(0, peer->call().fd()));
  }
  bench.did("leave after each step of the set-up");
  expect_ok(bench.start()->exchange(bench.good_request()), "a good request of the next one");
}

void second_front_end(Bench& bench) {
  const auto peer = bench.start();
  bench.did("connect a second time, while the first connection is in use");
  try {
    const io::FrontEndConnection second(bench.socket(), peer->limit());
    expect_ok(peer->exchange(bench.good_request()), "a good request of the first one");
  } catch (const io::FrontEndError& error) {
    bench.came_back(error.what());
  }
  expect_ok(peer->exchange(bench.good_request()), "a good request of the first one");
}

}  // namespace

std::vector<Case> life_cases() {
  constexpr auto states = "vhost-user, Ring states";
  return {
      {"life/base", Level::must, "vhost-user, GET_VRING_BASE",
       "Says at GET_VRING_BASE where the ring would go on.", base},
      {"life/stop-and-go", Level::must, "vhost-user, SET_VRING_BASE",
       "Goes on where it is told after a stop.", stop_and_go},
      {"life/stopped", Level::must, states, "Does not serve a ring that is stopped.",
       stopped_is_silent},
      {"life/waiting-at-start", Level::must, states,
       "Serves requests that are there before the ring starts, when it is kicked.",
       waiting_at_the_start},
      {"life/waiting-while-disabled", Level::should, states,
       "Answers requests that came while the ring was disabled, at the latest when it is enabled.",
       waiting_while_disabled},
      {"life/guest-reset", Level::must, states, "Starts at the beginning with a fresh ring.",
       guest_reset},
      {"life/other-call", Level::must, "vhost-user, SET_VRING_CALL",
       "Interrupts by the descriptor that it was given last.", other_call},
      {"life/no-call", Level::must, "vhost-user, SET_VRING_CALL",
       "Serves a front-end that polls instead of being interrupted.", no_call},
      {"life/qemu-7.2", Level::should, "vhost-user, SET_VRING_CALL",
       "Bears SET_VRING_CALL for a ring that is stopped, as QEMU 7.2 sends it.", qemu_7_order},
      {"life/reconnect", Level::should, "vhost-user, Communication",
       "Serves one front-end after the other.", reconnect},
      {"life/left-with-requests", Level::robust, "vhost-user, Communication",
       "Bears a front-end that leaves with requests under way.", left_with_requests},
      {"life/left-half-way", Level::robust, "vhost-user, Communication",
       "Bears a front-end that leaves in the middle of the set-up.", left_half_way, Rings::none},
      {"life/second-front-end", Level::robust, "vhost-user, Communication",
       "Goes on serving the first front-end when a second one connects.", second_front_end,
       Rings::none},
  };
}

}  // namespace vhost_device::conformance
