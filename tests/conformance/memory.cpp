// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Guest memory in other pieces than one, and pieces that come and go.

#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

namespace protocol_feature = vhost_user::protocol_feature;
namespace requests = vhost_user::requests;

constexpr std::size_t data_bytes = BusDescription::scratch_bytes;
// The ring is in the first piece, buffers are in the others.
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;
constexpr std::size_t far_away = std::size_t{3} << 30U;

/// A piece of the memory somewhere else in the guest than it would be.
virtio::MemoryRegion elsewhere(std::size_t offset, std::size_t size) {
  virtio::MemoryRegion region = Peer::region(offset, size);
  region.guest_address += far_away;
  region.user_address += 2 * far_away;
  return region;
}

virtio::MemoryRegion ring_region() { return Peer::region(0, Peer::arena); }

Peer::Options with(std::vector<virtio::MemoryRegion> regions, bool slots) {
  Peer::Options options;
  options.regions = std::move(regions);
  if (!slots) options.protocol_features &= ~protocol_feature::configure_mem_slots;
  return options;
}

std::unique_ptr<Peer> start(Bench& bench, std::vector<virtio::MemoryRegion> regions, bool slots) {
  auto peer = bench.connect(with(std::move(regions), slots));
  if (slots && !peer->has_protocol_feature(protocol_feature::configure_mem_slots)) {
    throw NotApplicable("not offered: VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS");
  }
  bench.did("share memory in " + std::to_string(peer->regions().size()) + " regions, by " +
            (slots ? "ADD_MEM_REG" : "SET_MEM_TABLE"));
  peer->start();
  return peer;
}

void expect_works(Bench& bench, Peer& peer, unsigned seed) {
  bench.set_scratch(peer, Bench::pattern(seed));
  expect(bench.scratch(peer) == Bench::pattern(seed), "other bytes were read than written");
}

void two_regions(Bench& bench, bool slots) {
  const auto peer = start(bench, {ring_region(), elsewhere(Peer::arena, piece_bytes)}, slots);
  expect_works(bench, *peer, 1);
}

void eight_regions(Bench& bench) {
  std::vector<virtio::MemoryRegion> regions{ring_region()};
  for (std::size_t i = 0; i < 7; ++i) {
    regions.push_back(elsewhere(Peer::arena + i * piece_bytes, piece_bytes));
    regions.back().guest_address += i * far_away;
  }
  const auto peer = start(bench, regions, false);
  for (unsigned i = 0; i < 7; ++i) {
    peer->allocate_at(Peer::arena + i * piece_bytes);
    expect_works(bench, *peer, i);
  }
}

void across_regions(Bench& bench) {
  const std::size_t border = Peer::arena + piece_bytes;
  // Adjacent for the guest, and nowhere near each other for the front-end.
  virtio::MemoryRegion upper = Peer::region(border, piece_bytes);
  upper.user_address += far_away;
  const auto peer = start(bench, {Peer::region(0, border), upper}, false);
  bench.set_scratch(*peer, Bench::pattern(2));
  bench.did("requests that lie across the border of the regions, wherever that cuts them");
  const Peer::Quiet quiet(*peer);
  for (std::size_t before = 0; before < 32; ++before) {
    expect_ok(peer->exchange(bench.point(bench.bus().scratch())), "setting the pointer");
    peer->allocate_at(border - before);
    const Answer answer = peer->exchange(bench.read(data_bytes));
    expect_ok(answer, "a read with " + std::to_string(before) + " bytes before the border");
    expect(answer.data == Bench::pattern(2), "other bytes were read than are there");
  }
}

void change_table(Bench& bench) {
  const auto peer = start(bench, {ring_region(), Peer::region(Peer::arena, piece_bytes)}, false);
  expect_works(bench, *peer, 3);
  for (unsigned round = 1; round < 4; ++round) {
    const std::size_t offset = Peer::arena + round * piece_bytes;
    peer->regions() = {ring_region(), elsewhere(offset, piece_bytes)};
    bench.did("replace the table while the ring runs: buffers are elsewhere now");
    peer->share_memory();
    peer->allocate_at(offset);
    expect_works(bench, *peer, 3 + round);
  }
}

void same_table_again(Bench& bench) {
  const auto peer = start(bench, {Peer::region(0, Peer::memory_bytes)}, false);
  for (unsigned round = 0; round < 5; ++round) {
    peer->share_memory();
    expect_works(bench, *peer, round);
  }
}

void add_and_remove(Bench& bench) {
  const auto peer = start(bench, {ring_region(), Peer::region(Peer::arena, piece_bytes)}, true);
  for (unsigned round = 1; round < 4; ++round) {
    const std::size_t offset = Peer::arena + round * piece_bytes;
    bench.did("add a region while the ring runs, and remove another");
    peer->regions() = {ring_region(), elsewhere(offset, piece_bytes)};
    peer->share_memory();
    peer->allocate_at(offset);
    expect_works(bench, *peer, round);
  }
}

/// The status of a request whose buffers are in a region that is no longer shared stays untouched.
void removed(Bench& bench, bool slots) {
  const auto peer = start(bench, {ring_region(), elsewhere(Peer::arena, piece_bytes)}, slots);
  expect_works(bench, *peer, 4);
  const std::vector<virtio::MemoryRegion> before = peer->regions();
  peer->regions() = {ring_region()};
  bench.did("take the region with the buffers away, and send a request in it");
  peer->share_memory();
  peer->regions() = before;
  expect(peer->submit(bench.good_request()), "the suite itself is wrong: the ring is full");
  peer->kick();
  if (peer->settle() != Peer::Reaction::answered) return;
  expect(!peer->collect().front().ok(), "the request was served");
}

void ring_comes_back(Bench& bench) {
  const auto peer = start(bench, {Peer::region(0, Peer::memory_bytes)}, true);
  expect_works(bench, *peer, 5);
  const vhost_user::SharedRegion whole = peer->shared_regions().front();
  bench.did("remove the region that the ring is in, and add it again");
  peer->send_acknowledged(requests::rem_mem_reg(whole.region));
  peer->send_acknowledged(requests::add_mem_reg(whole));
  expect_works(bench, *peer, 6);
}

}  // namespace

std::vector<Case> memory_cases() {
  const auto by = [](void (*run)(Bench&, bool), bool slots) {
    return [run, slots](Bench& bench) { run(bench, slots); };
  };
  constexpr auto table = "vhost-user, SET_MEM_TABLE";
  constexpr auto slots = "vhost-user, ADD_MEM_REG and REM_MEM_REG";
  return {
      {"memory/two-regions", Level::must, table,
       "Finds ring and buffers in regions with addresses and offsets of their own.",
       by(two_regions, false)},
      {"memory/two-slots", Level::must, slots,
       "With CONFIGURE_MEM_SLOTS, finds ring and buffers in regions that were added.",
       by(two_regions, true)},
      {"memory/eight-regions", Level::must, table, "Takes as many regions as a table can have.",
       eight_regions},
      {"memory/across-regions", Level::should, "VIRTIO 1.3, 2.6",
       "Serves buffers that lie across two regions, adjacent for the guest.", across_regions},
      {"memory/change-table", Level::must, table, "Takes another table while the ring runs.",
       change_table},
      {"memory/same-table-again", Level::must, table,
       "Takes the same table again while the ring runs.", same_table_again},
      {"memory/add-and-remove", Level::must, slots,
       "With CONFIGURE_MEM_SLOTS, takes regions and gives them up while the ring runs.",
       add_and_remove},
      {"memory/ring-comes-back", Level::should, slots,
       "With CONFIGURE_MEM_SLOTS, goes on when the ring's region was removed and added again, as "
       "QEMU does.",
       ring_comes_back},
      {"memory/removed-by-table", Level::robust, table,
       "Serves no request in memory that is no longer shared.", by(removed, false)},
      {"memory/removed-slot", Level::robust, slots,
       "With CONFIGURE_MEM_SLOTS, serves no request in memory that is no longer shared.",
       by(removed, true)},
  };
}

}  // namespace vhost_device::conformance
