// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A device that uses buffers in the order in which they were made available, and may write one
// entry for several of them.

#include <algorithm>

#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

constexpr std::uint64_t in_order = 1ULL << 35;  // VIRTIO_F_IN_ORDER (VIRTIO 1.3, 6)
constexpr unsigned scratch_seed = 6;

// With the feature the driver uses descriptors in the order of the table (2.7.5). A ring that is
// laid out afresh gives them so, once round: no case goes further than that.
constexpr std::uint16_t ring_size = 256;

Peer::Options options_with(std::uint64_t more) {
  Peer::Options options;
  options.ring_size = ring_size;
  options.features |= in_order | more;
  return options;
}

void submit(Peer& peer, const Request& request) {
  expect(peer.submit(request), "the suite itself is wrong: a request does not fit the ring");
}

/// Makes the requests available, kicks once, and takes their answers.
Answers exchange(Peer& peer, std::initializer_list<Request> requests) {
  for (const Request& request : requests) submit(peer, request);
  peer.kick_if_wanted();
  return peer.collect_in_order();
}

/// Batches of good and bad requests, from one to `most`, each of which has to have its own status.
void batches(Bench& bench, Peer& peer, std::size_t most, bool indirect) {
  const Framing how{.readable = {}, .writable = {}, .indirect = indirect};
  for (std::size_t size = 1; size <= most; ++size) {
    for (std::size_t i = 0; i < size; ++i) {
      submit(peer, (i % 3 == 1 ? bench.absent_write() : bench.good_request()).framed(how));
    }
    peer.kick_if_wanted();
    const Answers answers = peer.collect_in_order();
    for (std::size_t i = 0; i < size; ++i) {
      const std::string what = "request " + std::to_string(i) + " of " + std::to_string(size);
      i % 3 == 1 ? expect_error(answers[i], what + ", to nobody,") : expect_ok(answers[i], what);
    }
  }
}

void one_by_one(Bench& bench) {
  const auto peer = bench.start(options_with(0));
  for (int i = 0; i < 10; ++i) {
    expect_ok(exchange(*peer, {bench.good_request()}).front(), "a good request");
    expect_error(exchange(*peer, {bench.absent_write()}).front(), "a request to nobody");
  }
}

void in_batches(Bench& bench, std::uint64_t more, bool near_wrap) {
  constexpr std::size_t most = 10;  // 55 requests of up to three descriptors
  Peer::Options options = options_with(more);
  options.near_wrap = near_wrap;
  const auto peer = bench.start(std::move(options));
  batches(bench, *peer, most, (more & virtio::feature::indirect_descriptors) != 0);
}

/// Reads that succeed and fail by turns. One that fails leaves buf as it was, so that no entry but
/// its own can say how much of it was written.
void reads(Bench& bench) {
  constexpr std::size_t bytes = 4;
  const auto pattern = Bench::pattern(scratch_seed);
  bench.set_scratch(*bench.start(), pattern);
  const auto peer = bench.start(options_with(0));
  const Request failing = read_from(bench.bus().absent, bytes);
  const Request pointing = bench.point(bench.bus().scratch());
  const Answers answers = exchange(
      *peer, {pointing, bench.read(bytes), failing, pointing, bench.read(bytes), failing, failing});
  for (const std::size_t good : {std::size_t{1}, std::size_t{4}}) {
    expect_ok(answers[good], "a good read");
    expect(std::ranges::equal(answers[good].data, std::span(pattern).first(bytes)),
           "other bytes were read than are there");
    expect(answers[good].used_length == bytes + 1, "used.len of a good read is not all of it");
  }
  for (const std::size_t bad : {std::size_t{2}, std::size_t{5}, std::size_t{6}}) {
    expect_error(answers[bad], "a read from nobody");
  }
}

void groups(Bench& bench) {
  constexpr std::size_t bytes = 4;
  const auto peer = bench.start(options_with(0));
  const Answers answers =
      exchange(*peer, {bench.point(0).joined(), bench.read(bytes), bench.point(0).joined(),
                       bench.absent_write().joined(), bench.quick_write(), bench.good_request()});
  expect_ok(answers[0], "the first message of a good group");
  expect_ok(answers[1], "the last message of a good group");
  expect_error(answers[3], "the message that nobody acknowledged");
  expect_ok(answers[5], "the request behind both groups");
}

void group_over_kicks(Bench& bench) {
  const auto peer = bench.start(options_with(0));
  expect_ok(exchange(*peer, {bench.good_request(), bench.point(0).joined()})[1],
            "the first half of a group");
  expect_ok(exchange(*peer, {bench.read(1), bench.good_request()})[0], "its second half");
}

void interrupts(Bench& bench) {
  const auto peer = bench.start(options_with(0));
  for (int i = 0; i < 5; ++i) {
    for (int each = 0; each < 5; ++each) submit(*peer, bench.good_request());
    peer->kick_if_wanted();
    expect(peer->wait(peer->call(), peer->limit()), "answers came without an interrupt");
    for (const Answer& answer : peer->collect_in_order()) expect_ok(answer, "a good request");
  }
}

void stop_and_go(Bench& bench) {
  const auto peer = bench.start(options_with(0));
  for (int round = 0; round < 4; ++round) {
    for (const Answer& answer :
         exchange(*peer, {bench.good_request(), bench.absent_write(), bench.good_request()})) {
      expect(answer.status != Answer::untouched, "a request has no status");
    }
    peer->start_ring(peer->stop());
  }
}

}  // namespace

std::vector<Case> in_order_cases() {
  constexpr auto clause = "VIRTIO 1.3, 2.7.9 and 2.8.8";
  const auto with = [](std::uint64_t more, bool near_wrap) {
    return [more, near_wrap](Bench& bench) { in_batches(bench, more, near_wrap); };
  };
  return {
      {"in-order/one-by-one", Level::must, clause,
       "With IN_ORDER, answers requests that come one by one.", one_by_one},
      {"in-order/batches", Level::must, clause,
       "With IN_ORDER, uses buffers in the order given, with one entry for each or for several.",
       with(0, false)},
      {"in-order/indirect", Level::must, clause, "With IN_ORDER, does so for tables, too.",
       with(virtio::feature::indirect_descriptors, false)},
      {"in-order/event-idx", Level::must, clause, "With IN_ORDER, does so with EVENT_IDX, too.",
       with(virtio::feature::event_idx, false)},
      {"in-order/wrap", Level::must, clause,
       "With IN_ORDER, goes on where the indices, or the wrap counters, wrap.", with(0, true)},
      {"in-order/reads", Level::must, "VIRTIO 1.3, 2.7.9 and 2.7.8.2",
       "With IN_ORDER, lets no entry stand for others that were not written completely.", reads},
      {"in-order/groups", Level::must, "VIRTIO 1.3, 2.7.9 and 5.16.6.2",
       "With IN_ORDER, gives each message of a group its own status.", groups},
      {"in-order/group-over-kicks", Level::should, "VIRTIO 1.3, 5.16.6.1, FAIL_NEXT",
       "With IN_ORDER, answers what is there of a group.", group_over_kicks},
      {"in-order/interrupt", Level::must, "VIRTIO 1.3, 2.7.7.2 and 2.8.10",
       "With IN_ORDER, interrupts for answers.", interrupts},
      {"in-order/stop-and-go", Level::must, "vhost-user, SET_VRING_BASE",
       "With IN_ORDER, goes on where it is told after a stop.", stop_and_go},
  };
}

}  // namespace vhost_device::conformance
