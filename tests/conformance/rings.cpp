// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Rings of all sizes, and how they wrap.

#include <algorithm>

#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

// A batch is no larger than this, whatever the ring: it is about the ring, not about endurance.
constexpr std::size_t max_batch = 256;

// The largest ring of QEMU (VIRTQUEUE_MAX_SIZE). A device may have a largest size of its own
// (VIRTIO 1.3, 4.1.4.3), which vhost-user has no message for: beyond this, nobody would notice.
constexpr unsigned largest_in_use = 1024;

/// Fills the ring with good requests, as far as they fit, and checks their answers. How many they
/// were.
std::size_t fill_once(Bench& bench, Peer& peer, bool indirect) {
  const Peer::Quiet quiet(peer);
  const Request good =
      bench.good_request().framed({.readable = {}, .writable = {}, .indirect = indirect});
  std::size_t count = 0;
  while (count < max_batch && peer.submit(good)) ++count;
  peer.kick_if_wanted();
  for (const Answer& answer : peer.collect()) {
    expect_ok(answer, "one of " + std::to_string(count) + " good requests");
  }
  return count;
}

void size(Bench& bench, std::uint16_t entries, bool near_wrap) {
  const bool indirect = entries < 3;  // a request has a header, a buffer and a status
  Peer::Options options;
  options.ring_size = entries;
  options.near_wrap = near_wrap;
  if (indirect) options.features |= virtio::feature::indirect_descriptors;
  const auto peer = bench.start(std::move(options));
  bench.did("fill it with good requests, three times");
  std::size_t count = 0;
  for (int round = 0; round < 3; ++round) count += fill_once(bench, *peer, indirect);
  bench.came_back(std::to_string(count) + " answers, all OK");
}

void longest_chain(Bench& bench) {
  constexpr std::uint16_t entries = 16;
  Peer::Options options;
  options.ring_size = entries;
  const auto peer = bench.start(std::move(options));
  expect_ok(peer->exchange(bench.point(0)), "setting the pointer");
  const Framing all{.readable = std::vector<std::size_t>(8, 1),
                    .writable = std::vector<std::size_t>(7, 1),
                    .indirect = false};
  expect_ok(peer->exchange(bench.read(7).framed(all)), "a request of all descriptors");
}

void any_descriptors(Bench& bench) {
  const auto peer = bench.start();
  virtio::DriverRing& ring = peer->split();
  const std::size_t pointer_bytes = bench.bus().pointer_bytes;
  const std::size_t output = peer->allocate(8 + pointer_bytes);
  const std::size_t status = peer->allocate(1);
  const auto memory = peer->memory().bytes();
  std::ranges::fill(memory.subspan(output, 8 + pointer_bytes), std::byte{0});
  memory[output] = static_cast<std::byte>(bench.good_request().address_field);
  bench.did("a request whose descriptors are 63, 5 and 0");
  const auto last = static_cast<std::uint16_t>(ring.size() - 1U);
  ring.raw_set_descriptor(last, {peer->guest_address(output), 8, virtio::descriptor_flag::next, 5});
  ring.raw_set_descriptor(
      5, {peer->guest_address(output + 8), static_cast<std::uint32_t>(pointer_bytes),
          virtio::descriptor_flag::next, 0});
  ring.raw_set_descriptor(0, {peer->guest_address(status), 1, virtio::descriptor_flag::write, 0});
  ring.raw_offer(last);
  peer->kick();
  expect(peer->settle(peer->limit()) == Peer::Reaction::answered, "it was not answered");
  expect(memory[status] == std::byte{0}, "the status is not OK");
  const auto used = ring.take_used();
  expect(used && used->head == last, "the used ring has another head");
}

void every_wrap(Bench& bench) {
  constexpr std::size_t requests = 70'000;  // more than a 16-bit index counts
  constexpr std::size_t at_once = 64;
  Peer::Options options;
  options.ring_size = 4 * at_once;
  const auto peer = bench.start(std::move(options));
  bench.did("70000 writes to nobody, 64 at a time");
  const Peer::Quiet quiet(*peer);
  const std::vector<Request> batch(at_once, bench.absent_write());
  for (std::size_t done = 0; done < requests; done += at_once) {
    for (const Answer& answer : peer->exchange(batch)) expect_error(answer, "a write to nobody");
  }
}

}  // namespace

std::vector<Case> ring_cases() {
  std::vector<Case> cases;
  for (unsigned entries = 1; entries <= virtio::max_split_ring_size; entries *= 2) {
    const auto count = static_cast<std::uint16_t>(entries);
    const Level level = entries <= largest_in_use ? Level::must : Level::should;
    cases.push_back({"ring/size-" + std::to_string(entries), level,
                     "VIRTIO 1.3, 2.7 and 2.8; vhost-user, SET_VRING_NUM",
                     "Serves a ring of " + std::to_string(entries) + " entries.",
                     [count](Bench& bench) { size(bench, count, false); }});
  }
  for (const std::uint16_t count : {std::uint16_t{3}, std::uint16_t{100}, std::uint16_t{32767}}) {
    const Level level = count <= largest_in_use ? Level::must : Level::should;
    cases.push_back({"ring/size-" + std::to_string(count), level, "VIRTIO 1.3, 2.8.10.1",
                     "Serves a packed ring whose size is no power of two.",
                     [count](Bench& bench) { size(bench, count, false); }, Rings::packed});
  }
  cases.push_back({"ring/wrap", Level::must, "VIRTIO 1.3, 2.7.13.3 and 2.8.1",
                   "Goes on where the indices, or the wrap counters, wrap.",
                   [](Bench& bench) { size(bench, 64, true); }});
  cases.push_back({"ring/wrap-of-largest", Level::should, "VIRTIO 1.3, 2.7.13.3 and 2.8.1",
                   "Goes on where the indices, or the wrap counters, of the largest ring wrap.",
                   [](Bench& bench) { size(bench, virtio::max_split_ring_size, true); }});
  cases.push_back({"ring/70000-requests", Level::must, "VIRTIO 1.3, 2.7.13.3",
                   "Serves more requests than a 16-bit index counts.", every_wrap});
  cases.push_back({"ring/longest-chain", Level::must, "VIRTIO 1.3, 2.7.5 and 2.8.6",
                   "Serves a request that takes all descriptors of the ring.", longest_chain});
  cases.push_back({"ring/any-descriptors", Level::must, "VIRTIO 1.3, 2.7.5",
                   "Follows next in the table, in whatever order.", any_descriptors, Rings::split});
  return cases;
}

}  // namespace vhost_device::conformance
