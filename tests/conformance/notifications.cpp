// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Kicks and interrupts, and how each side says that it wants none.

#include <poll.h>

#include "core/virtio/ring_access.hpp"
#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Long enough for an interrupt that follows its answer, in microseconds usually.
constexpr milliseconds interrupt_grace{50};

Peer::Options options_with(bool event_idx) {
  Peer::Options options;
  if (event_idx) options.features |= virtio::feature::event_idx;
  return options;
}

/// Waits for the next answer without an interrupt.
void await_answer(const Peer& peer) {
  constexpr int pause_ms = 1;
  const auto deadline = Clock::now() + peer.limit();
  while (!peer.has_answer()) {
    expect(Clock::now() < deadline, "no answer within the limit");
    static_cast<void>(::poll(nullptr, 0, pause_ms));
  }
}

void submit(Peer& peer, const Request& request) {
  expect(peer.submit(request), "the suite itself is wrong: a request does not fit the ring");
}

void interrupts(Bench& bench, bool event_idx) {
  constexpr int requests = 50;
  const auto peer = bench.start(options_with(event_idx));
  for (int i = 0; i < requests; ++i) {
    submit(*peer, bench.good_request());
    peer->kick_if_wanted();
    await_answer(*peer);
    expect(peer->wait(peer->call(), peer->limit()),
           "answer " + std::to_string(i) + " came without an interrupt");
    expect_ok(peer->collect().front(), "a good request");
  }
}

void no_interrupts(Bench& bench, bool event_idx) {
  constexpr int requests = 3;
  const auto peer = bench.start(options_with(event_idx));
  expect_ok(peer->exchange(bench.good_request()), "a good request");
  static_cast<void>(peer->wait(peer->call(), interrupt_grace));  // the last one wanted
  bench.did("say that no interrupts are wanted");
  static_cast<void>(peer->ring().set_interrupts(false));
  for (int i = 0; i < requests; ++i) {
    submit(*peer, bench.good_request());
    peer->kick_if_wanted();
    await_answer(*peer);
    expect(!peer->wait(peer->call(), interrupt_grace), "there was an interrupt");
    expect_ok(peer->collect().front(), "a good request");
  }
  bench.did("say that they are wanted again");
  static_cast<void>(peer->ring().set_interrupts(true));
  submit(*peer, bench.good_request());
  peer->kick_if_wanted();
  expect(peer->wait(peer->call(), peer->limit()), "there was no interrupt");
  expect_ok(peer->collect().front(), "a good request");
}

/// The 16-bit field of the ring at a guest address.
std::byte* field(const Peer& peer, std::uint64_t guest_address) {
  return peer.memory().bytes().data() + (guest_address - Peer::guest_base);
}

void interrupt_at_event(Bench& bench) {
  constexpr std::uint16_t wanted = 4;
  const auto peer = bench.start(options_with(true));
  const virtio::DriverRing& ring = peer->split();
  std::byte* const used_event = field(*peer, ring.available_address()) +
                                virtio::ring_access::entries_offset +
                                virtio::ring_access::available_entry_bytes * ring.size();
  expect_ok(peer->exchange(bench.good_request()), "a good request");  // a ring's start may signal
  bench.did("set used_event to 4, then send one request after the other");
  virtio::ring_access::store(used_event, wanted, std::memory_order_seq_cst);
  static_cast<void>(peer->wait(peer->call(), interrupt_grace));
  for (std::uint16_t i = 1; i < wanted; ++i) {
    submit(*peer, bench.good_request());
    peer->kick_if_wanted();
    const auto deadline = Clock::now() + peer->limit();
    while (ring.raw_used_index() != i + 1) {
      expect(Clock::now() < deadline, "no answer within the limit");
    }
    expect(!peer->wait(peer->call(), interrupt_grace),
           "there was an interrupt for answer " + std::to_string(i));
  }
  submit(*peer, bench.good_request());
  peer->kick_if_wanted();
  expect(peer->wait(peer->call(), peer->limit()), "there was no interrupt for answer 4");
  for (const Answer& answer : peer->collect()) expect_ok(answer, "a good request");
}

void flags_of_device(Bench& bench, bool event_idx) {
  const auto peer = bench.start(options_with(event_idx));
  const std::byte* const used = field(*peer, peer->split().used_address());
  for (int i = 0; i < 20; ++i) {
    expect_ok(peer->exchange(bench.good_request()), "a good request");
    const auto low = std::to_integer<unsigned>(used[0]);
    const auto high = std::to_integer<unsigned>(used[1]);
    expect(high == 0 && low <= (event_idx ? 0U : 1U),
           "flags of the used ring are " + std::to_string(low + 256 * high));
  }
}

void kicks_as_wanted(Bench& bench, bool event_idx) {
  constexpr int rounds = 200;
  constexpr std::size_t most = 20;
  const auto peer = bench.start(options_with(event_idx));
  bench.did("200 batches of 1 to 20 requests, with kicks only when the device wants them");
  const Peer::Quiet quiet(*peer);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i <= round % most; ++i) {
      submit(*peer, bench.absent_write());
      peer->kick_if_wanted();
    }
    for (const Answer& answer : peer->collect()) expect_error(answer, "a write to nobody");
  }
}

/// Once it has seen that there is nothing more to do, which takes a busy machine some time.
bool comes_to_want_a_kick(Peer& peer, Bench& bench) {
  constexpr milliseconds pause(5);
  const auto end = Clock::now() + peer.limit();
  bool is_wanted = false;
  while (!is_wanted && Clock::now() < end) {
    static_cast<void>(peer.wait(peer.error_event(), pause));
    submit(peer, bench.good_request());
    is_wanted = peer.ring().take_kick();
    peer.kick();
    expect_ok(peer.collect().front(), "a good request");
  }
  return is_wanted;
}

void idle_device_wants_kicks(Bench& bench, bool event_idx) {
  const auto peer = bench.start(options_with(event_idx));
  for (int i = 0; i < 20; ++i) {
    expect_ok(peer->exchange(bench.good_request()), "a good request");
    expect(comes_to_want_a_kick(*peer, bench), "an idle device says that it wants no kick");
  }
}

void spurious_kicks(Bench& bench) {
  const auto peer = bench.start();
  for (int i = 0; i < 20; ++i) {
    peer->kick();
    expect_ok(peer->exchange(bench.good_request()), "a good request");
    peer->kick();
  }
  expect(!peer->has_answer(), "there is an answer without a request");
}

void one_kick_for_many(Bench& bench) {
  const auto peer = bench.start();
  for (int i = 0; i < 20; ++i) submit(*peer, bench.good_request());
  peer->kick();
  for (const Answer& answer : peer->collect()) expect_ok(answer, "a good request");
}

}  // namespace

std::vector<Case> notification_cases() {
  const auto with = [](void (*run)(Bench&, bool), bool event_idx) {
    return [run, event_idx](Bench& bench) { run(bench, event_idx); };
  };
  constexpr auto used = "VIRTIO 1.3, 2.7.7.2 and 2.8.10";
  constexpr auto available = "VIRTIO 1.3, 2.7.10.2 and 2.8.10";
  return {
      {"notification/interrupt", Level::must, used,
       "Interrupts for each answer when the driver wants it.", with(interrupts, false)},
      {"notification/interrupt-event-idx", Level::must, used,
       "With EVENT_IDX, interrupts for the answer that the driver named.", with(interrupts, true)},
      {"notification/no-interrupt", Level::should, used,
       "Does not interrupt a driver that wants none.", with(no_interrupts, false)},
      {"notification/no-interrupt-event-idx", Level::should, used,
       "With EVENT_IDX, does not interrupt before the answer that the driver named.",
       with(no_interrupts, true)},
      {"notification/interrupt-at-event", Level::should, "VIRTIO 1.3, 2.7.7.2",
       "With EVENT_IDX, interrupts for the fourth answer if that is the one named, and not before.",
       interrupt_at_event, Rings::split},
      {"notification/flags", Level::must, "VIRTIO 1.3, 2.7.10.2",
       "Sets flags of the used ring to 0 or 1.", with(flags_of_device, false), Rings::split},
      {"notification/flags-event-idx", Level::must, "VIRTIO 1.3, 2.7.10.2",
       "With EVENT_IDX, leaves flags of the used ring at 0.", with(flags_of_device, true),
       Rings::split},
      {"notification/kick-when-wanted", Level::must, available,
       "Serves a driver that kicks only when the device wants it.", with(kicks_as_wanted, false)},
      {"notification/kick-when-wanted-event-idx", Level::must, available,
       "With EVENT_IDX, serves a driver that kicks only when the device wants it.",
       with(kicks_as_wanted, true)},
      {"notification/idle-wants-kicks", Level::should, available,
       "Wants to be kicked when it has nothing to do.", with(idle_device_wants_kicks, false)},
      {"notification/idle-wants-kicks-event-idx", Level::should, available,
       "With EVENT_IDX, wants to be kicked when it has nothing to do.",
       with(idle_device_wants_kicks, true)},
      {"notification/spurious-kick", Level::must, "VIRTIO 1.3, 2.7.10.2",
       "Bears kicks without requests.", spurious_kicks},
      {"notification/one-kick", Level::must, "VIRTIO 1.3, 2.7.13",
       "Serves all requests that one kick is about.", one_kick_for_many},
  };
}

}  // namespace vhost_device::conformance
