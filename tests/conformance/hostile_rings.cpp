// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Rings that cannot be parsed.

#include <functional>

#include "core/virtio/ring_access.hpp"
#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

using virtio::Descriptor;
namespace flag = virtio::descriptor_flag;

constexpr std::uint16_t ring_size = 64;

/// A ring with descriptors that a case writes, and an indirect table for it.
struct Rig {
  Bench& bench;
  std::unique_ptr<Peer> peer;
  std::size_t header = 0;
  std::size_t status = 0;
  std::size_t table = 0;

  Rig(Bench& a_bench, bool indirect) : bench(a_bench) {
    Peer::Options options;
    options.ring_size = ring_size;
    if (indirect) options.features |= virtio::feature::indirect_descriptors;
    peer = bench.start(std::move(options));
    header = peer->allocate(8);
    status = peer->allocate(1);
    table = peer->allocate(ring_size * sizeof(Descriptor));
    const auto memory = peer->memory().bytes();
    std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(header), 8, std::byte{0});
    memory[header] = static_cast<std::byte>(bench.quick_write().address_field);
  }

  /// The two descriptors of a good request, linked by `next`.
  [[nodiscard]] Descriptor header_piece(std::uint16_t next) const {
    return {peer->guest_address(header), 8, flag::next, next};
  }
  [[nodiscard]] Descriptor status_piece() const {
    return {peer->guest_address(status), 1, flag::write, 0};
  }
  [[nodiscard]] Descriptor table_piece(std::uint32_t bytes, std::uint16_t more_flags = 0) const {
    return {peer->guest_address(table), bytes,
            static_cast<std::uint16_t>(flag::indirect | more_flags), 0};
  }
  void in_ring(std::uint16_t index, const Descriptor& descriptor) const {
    peer->split().raw_set_descriptor(index, descriptor);
  }
  void in_table(std::uint16_t index, const Descriptor& descriptor) const {
    virtio::ring_access::write_descriptor(
        peer->memory().bytes().data() + table + sizeof(Descriptor) * index, descriptor);
  }

  /// Offers a head and looks what comes of it.
  void offer(std::uint16_t head) const {
    peer->split().raw_offer(head);
    kick();
  }
  void kick() const {
    peer->kick();
    static_cast<void>(peer->settle());
    static_cast<void>(peer->ring().take_used());
    expect(!peer->ring().broken(), "the used ring has a head that is not under way");
  }
};

Case split_case(const char* name, const char* requirement, bool indirect,
                std::function<void(const Rig&)> spoil) {
  return {name,
          Level::robust,
          indirect ? "VIRTIO 1.3, 2.7.5.3.1" : "VIRTIO 1.3, 2.7.5.2",
          requirement,
          [indirect, spoil = std::move(spoil)](Bench& bench) { spoil(Rig(bench, indirect)); },
          Rings::split};
}

/// Offers one descriptor of a packed ring, which refers to a table.
void packed_table(Bench& bench, std::uint32_t bytes, std::uint16_t flags, std::uint16_t entry) {
  const Rig rig(bench, true);
  rig.in_table(0, {rig.peer->guest_address(rig.header), 8, entry, entry});
  rig.in_table(1, {rig.peer->guest_address(rig.status), 1, 0, flag::write});
  bench.did("a table of " + std::to_string(bytes) + " bytes, flags " + std::to_string(flags));
  rig.peer->packed().raw_offer({rig.peer->guest_address(rig.table), bytes, 0, flags});
  rig.peer->kick();
  static_cast<void>(rig.peer->settle());
}

Case packed_case(const char* name, const char* requirement, std::function<void(Bench&)> run) {
  return {name, Level::robust, "VIRTIO 1.3, 2.8", requirement, std::move(run), Rings::packed};
}

void packed_endless(Bench& bench) {
  const Rig rig(bench, false);
  bench.did("a chain that goes on through all descriptors of the ring, and does not end");
  for (int i = 0; i < ring_size; ++i) {
    rig.peer->packed().raw_offer({rig.peer->guest_address(rig.header), 8, 0, flag::next});
  }
  rig.peer->kick();
  static_cast<void>(rig.peer->settle());
}

void packed_id(Bench& bench) {
  const Rig rig(bench, false);
  bench.did("a buffer id that is larger than the ring");
  rig.peer->packed().raw_offer({rig.peer->guest_address(rig.header), 8, 0xffff, 0});
  rig.peer->kick();
  static_cast<void>(rig.peer->settle());
}

}  // namespace

std::vector<Case> hostile_ring_cases() {
  constexpr std::uint32_t entry = sizeof(Descriptor);
  const auto loop_in_table = [](const Rig& rig) {
    rig.in_table(0, rig.header_piece(1));
    rig.in_table(1, rig.header_piece(0));
    rig.in_ring(0, rig.table_piece(2 * entry));
    rig.offer(0);
  };
  const auto table_of = [](std::uint32_t bytes) {
    return [bytes](const Rig& rig) {
      rig.in_table(0, rig.header_piece(1));
      rig.in_table(1, rig.status_piece());
      rig.in_ring(0, rig.table_piece(bytes));
      rig.offer(0);
    };
  };
  const auto jump = [](std::uint16_t index) {
    return [index](const Rig& rig) {
      rig.in_ring(0, rig.header_piece(1));
      rig.in_ring(1, rig.status_piece());
      rig.peer->split().raw_set_available_index(index);
      rig.kick();
    };
  };
  std::vector<Case> cases{
      split_case("hostile/loop-of-one", "Bears a descriptor that is followed by itself.", false,
                 [](const Rig& rig) {
                   rig.in_ring(0, rig.header_piece(0));
                   rig.offer(0);
                 }),
      split_case("hostile/loop", "Bears a chain that runs in a circle.", false,
                 [](const Rig& rig) {
                   for (std::uint16_t i = 0; i < ring_size; ++i) {
                     rig.in_ring(i,
                                 rig.header_piece(static_cast<std::uint16_t>((i + 1) % ring_size)));
                   }
                   rig.offer(5);
                 }),
      split_case("hostile/head-outside", "Bears a head that is not in the table.", false,
                 [](const Rig& rig) {
                   rig.in_ring(0, rig.header_piece(1));
                   rig.in_ring(1, rig.status_piece());
                   rig.peer->split().raw_offer(ring_size);
                   rig.offer(0xffff);
                 }),
      split_case("hostile/next-outside", "Bears a next that is not in the table.", false,
                 [](const Rig& rig) {
                   rig.in_ring(0, rig.header_piece(ring_size));
                   rig.offer(0);
                 }),
      split_case("hostile/index-jumps", "Bears an index with more requests than the ring has.",
                 false, jump(ring_size + 1)),
      split_case("hostile/index-jumps-far", "Bears an index that jumps by half its range.", false,
                 jump(0x8000)),
      split_case("hostile/index-goes-back", "Bears an index that goes back.", false, jump(0xffff)),
      split_case("hostile/table-not-negotiated",
                 "Bears a table although INDIRECT_DESC was not accepted.", false,
                 table_of(2 * entry)),
      split_case("hostile/table-in-table", "Bears a table in a table.", true,
                 [](const Rig& rig) {
                   rig.in_table(0, rig.table_piece(2 * entry));
                   rig.in_ring(0, rig.table_piece(2 * entry));
                   rig.offer(0);
                 }),
      split_case("hostile/table-and-next", "Bears INDIRECT and NEXT in one descriptor.", true,
                 [](const Rig& rig) {
                   rig.in_table(0, rig.header_piece(1));
                   rig.in_table(1, rig.status_piece());
                   rig.in_ring(0, rig.table_piece(2 * entry, flag::next));
                   rig.offer(0);
                 }),
      split_case("hostile/table-loop", "Bears a table whose entries run in a circle.", true,
                 loop_in_table),
      split_case("hostile/table-next-outside", "Bears a next that is not in the indirect table.",
                 true,
                 [](const Rig& rig) {
                   rig.in_table(0, rig.header_piece(2));
                   rig.in_ring(0, rig.table_piece(2 * entry));
                   rig.offer(0);
                 }),
      split_case("hostile/table-of-nothing", "Bears a table of no length.", true, table_of(0)),
      split_case("hostile/table-of-half-an-entry", "Bears a table with half an entry.", true,
                 table_of(2 * entry + 8)),
      split_case("hostile/table-of-4-gib", "Bears a table of 4 GiB.", true, table_of(0xffff'fff0)),
      split_case("hostile/table-outside", "Bears a table that is not in memory.", true,
                 [](const Rig& rig) {
                   rig.in_ring(0, {~std::uint64_t{0} - 31, 2 * entry, flag::indirect, 0});
                   rig.offer(0);
                 }),
      packed_case("hostile/packed-endless-chain", "Bears a chain without an end.", packed_endless),
      packed_case("hostile/packed-id", "Bears a buffer id that no driver can have.", packed_id),
      packed_case(
          "hostile/packed-table-in-table", "Bears a table in a table.",
          [](Bench& bench) { packed_table(bench, 2 * entry, flag::indirect, flag::indirect); }),
      packed_case(
          "hostile/packed-table-and-next", "Bears INDIRECT and NEXT in one descriptor.",
          [](Bench& bench) { packed_table(bench, 2 * entry, flag::indirect | flag::next, 0); }),
      packed_case("hostile/packed-table-of-nothing", "Bears a table of no length.",
                  [](Bench& bench) { packed_table(bench, 0, flag::indirect, 0); }),
      packed_case("hostile/packed-table-of-4-gib", "Bears a table of 4 GiB.",
                  [](Bench& bench) { packed_table(bench, 0xffff'fff0, flag::indirect, 0); }),
  };
  return cases;
}

}  // namespace vhost_device::conformance
