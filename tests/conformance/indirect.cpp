// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Requests whose descriptors lie in an indirect table.

#include "core/virtio/ring_access.hpp"
#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

using virtio::Descriptor;
namespace descriptor_flag = virtio::descriptor_flag;

constexpr std::size_t data_bytes = BusDescription::scratch_bytes;

Peer::Options with_indirect(std::uint16_t ring_size = 64) {
  Peer::Options options;
  options.ring_size = ring_size;
  options.features |= virtio::feature::indirect_descriptors;
  return options;
}

void same_outcome(Bench& bench, const Framing& write, const Framing& read) {
  const auto peer = bench.start(with_indirect());
  bench.set_scratch(*peer, Bench::pattern(1));
  expect_ok(peer->exchange(bench.store(Bench::pattern(2)).framed(write)), "the write");
  bench.await_ready(*peer);
  const Answers answers = peer->exchange({bench.point(bench.bus().scratch()).framed(write).joined(),
                                          bench.read(data_bytes).framed(read)});
  expect_ok(answers[0], "setting the pointer");
  expect_ok(answers[1], "the read");
  expect(answers[1].data == Bench::pattern(2), "other bytes were read than written");
  expect(answers[1].used_length == data_bytes + 1, "used.len is not the length of the read and 1");
  expect(!answers[0].disturbed && !answers[1].disturbed,
         "memory beside what the device may write has changed");
}

void longer_than_the_ring(Bench& bench) {
  constexpr std::uint16_t ring_size = 4;
  const auto peer = bench.start(with_indirect(ring_size));
  const Framing many{
      .readable = std::vector<std::size_t>(8, 1), .writable = {1, 1, 1, 1}, .indirect = true};
  expect_ok(peer->exchange(bench.point(0)), "setting the pointer");
  expect_ok(peer->exchange(bench.read(data_bytes).framed(many)), "a read in 13 descriptors");
}

void beside_direct_ones(Bench& bench) {
  const auto peer = bench.start(with_indirect());
  const Framing table{.readable = {}, .writable = {}, .indirect = true};
  const Request good = bench.good_request();
  for (const Answer& answer :
       peer->exchange({good.framed(table), good, good.framed(table), good})) {
    expect_ok(answer, "one of four good requests");
  }
}

/// A good request by hand: where its parts lie.
struct Parts {
  std::size_t header = 0;
  std::size_t pointer = 0;
  std::uint32_t pointer_bytes = 0;
  std::size_t status = 0;
};

Parts place_good_request(Bench& bench, Peer& peer) {
  const std::size_t pointer_bytes = bench.bus().pointer_bytes;
  const Parts parts{.header = peer.allocate(8),
                    .pointer = peer.allocate(pointer_bytes),
                    .pointer_bytes = static_cast<std::uint32_t>(pointer_bytes),
                    .status = peer.allocate(1)};
  const std::span<std::byte> memory = peer.memory().bytes();
  std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(parts.header), 8, std::byte{0});
  memory[parts.header] = static_cast<std::byte>(bench.good_request().address_field);
  std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(parts.pointer), pointer_bytes,
              std::byte{0});
  memory[parts.status] = Answer::untouched;
  return parts;
}

void put(Peer& peer, std::size_t table, std::size_t index, const Descriptor& descriptor) {
  virtio::ring_access::write_descriptor(
      peer.memory().bytes().data() + table + sizeof(Descriptor) * index, descriptor);
}

/// Offers descriptor 0, which has been written, and demands OK in the status.
void expect_served(Bench& bench, Peer& peer, std::size_t status) {
  bench.did("make the request available, and kick");
  peer.split().raw_offer(0);
  peer.kick();
  const Peer::Reaction reaction = peer.settle(peer.limit());
  expect(reaction == Peer::Reaction::answered, "the request was not answered");
  expect(peer.memory().bytes()[status] == std::byte{0}, "the status is not OK");
}

void behind_direct_ones(Bench& bench) {
  const auto peer = bench.start(with_indirect());
  const Parts parts = place_good_request(bench, *peer);
  const std::size_t table = peer->allocate(sizeof(Descriptor));
  put(*peer, table, 0, {peer->guest_address(parts.status), 1, descriptor_flag::write, 0});
  bench.did("header and buffer in the ring, followed by a table with the status");
  peer->split().raw_set_descriptor(
      0, {peer->guest_address(parts.header), 8, descriptor_flag::next, 1});
  peer->split().raw_set_descriptor(
      1, {peer->guest_address(parts.pointer), parts.pointer_bytes, descriptor_flag::next, 2});
  peer->split().raw_set_descriptor(
      2, {peer->guest_address(table), sizeof(Descriptor), descriptor_flag::indirect, 0});
  expect_served(bench, *peer, parts.status);
}

/// A good request in a table, whose last entry is used second where `mixed`; the descriptor of the
/// table has `more_flags`.
void request_in_table(Bench& bench, bool mixed, std::uint16_t more_flags) {
  constexpr std::uint16_t entries = 3;
  const auto peer = bench.start(with_indirect());
  const Parts parts = place_good_request(bench, *peer);
  const std::size_t table = peer->allocate(entries * sizeof(Descriptor));
  const std::uint16_t second = mixed ? 2 : 1;
  const std::uint16_t third = mixed ? 1 : 2;
  put(*peer, table, 0, {peer->guest_address(parts.header), 8, descriptor_flag::next, second});
  put(*peer, table, second,
      {peer->guest_address(parts.pointer), parts.pointer_bytes, descriptor_flag::next, third});
  put(*peer, table, third, {peer->guest_address(parts.status), 1, descriptor_flag::write, 0});
  peer->split().raw_set_descriptor(
      0, {peer->guest_address(table), static_cast<std::uint32_t>(entries * sizeof(Descriptor)),
          static_cast<std::uint16_t>(descriptor_flag::indirect | more_flags), 0});
  expect_served(bench, *peer, parts.status);
}

}  // namespace

std::vector<Case> indirect_cases() {
  constexpr auto device = "VIRTIO 1.3, 2.7.5.3.2";
  constexpr auto table = "VIRTIO 1.3, 2.7.5.3";
  const auto framed = [](Framing write, Framing read) {
    return [write, read](Bench& bench) { same_outcome(bench, write, read); };
  };
  return {
      {"indirect/as-linux", Level::must, table,
       "With INDIRECT_DESC, serves header, buf and status from a table.",
       framed({.readable = {}, .writable = {}, .indirect = true},
              {.readable = {}, .writable = {}, .indirect = true})},
      {"indirect/other-framing", Level::must, "VIRTIO 1.3, 2.7.4.1",
       "Serves any framing from a table, too.",
       framed({.readable = {3, 5, 1}, .writable = {}, .indirect = true},
              {.readable = {1, 7}, .writable = {2, 2}, .indirect = true})},
      {"indirect/longer-than-ring", Level::should, table,
       "Serves a table with more entries than the ring has, for which tables are made.",
       longer_than_the_ring},
      {"indirect/beside-direct", Level::must, table,
       "Serves requests with and without a table side by side.", beside_direct_ones},
      {"indirect/behind-direct", Level::must, device,
       "Serves descriptors that are followed by one that refers to a table.", behind_direct_ones,
       Rings::split},
      {"indirect/write-flag-is-ignored", Level::must, device,
       "Ignores WRITE in a descriptor that refers to a table.",
       [](Bench& bench) { request_in_table(bench, false, descriptor_flag::write); }, Rings::split},
      {"indirect/any-order", Level::must, table,
       "Follows next in a table, in whatever order its entries are.",
       [](Bench& bench) { request_in_table(bench, true, 0); }, Rings::split},
  };
}

}  // namespace vhost_device::conformance
