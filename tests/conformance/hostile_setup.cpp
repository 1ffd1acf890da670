// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Rings that are set up as none can be.

#include <functional>

#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

namespace requests = vhost_user::requests;
using vhost_user::VringAddress;

VringAddress good_addresses(Peer& peer) {
  const std::uint64_t to_user = Peer::user_base - Peer::guest_base;
  return {.index = 0,
          .flags = 0,
          .descriptors = peer.ring().descriptors_address() + to_user,
          .used = peer.ring().used_address() + to_user,
          .available = peer.ring().available_address() + to_user,
          .log = 0};
}

/// What is wrong with the set-up.
struct Setup {
  std::uint32_t size = 64;
  std::function<void(VringAddress&)> spoil = [](VringAddress&) {};
  bool memory = true;
  bool features = true;
  bool addresses = true;
};

/// Sets a ring up in that way and uses it, until the back-end has enough of it.
void use(Bench& bench, const Setup& setup) {
  const auto peer = bench.connect();
  VringAddress addresses = good_addresses(*peer);
  setup.spoil(addresses);
  expect(peer->submit(bench.good_request()), "the suite itself is wrong: the ring is full");
  try {
    if (setup.features) {
      peer->send(requests::set_features(Peer::required_features |
                                        vhost_user::feature_protocol_features |
                                        (peer->is_packed() ? virtio::feature::ring_packed : 0)));
    }
    if (setup.memory) peer->share_memory();
    peer->send(requests::set_vring_num(0, setup.size));
    peer->send(requests::set_vring_base(0, peer->first_base()));
    if (setup.addresses) peer->send(requests::set_vring_addr(addresses));
    peer->send(requests::set_vring_call(0, peer->call().fd()));
    peer->send(requests::set_vring_kick(0, peer->kick_event().fd()));
    peer->send(requests::set_vring_enable(0, true));
    peer->kick();
    static_cast<void>(peer->settle());
  } catch (const io::FrontEndError& error) {
    bench.came_back(error.what());
  }
}

void sizes(Bench& bench) {
  for (const std::uint32_t size : {0U, 65536U, 0x1'0001U, 0xffff'ffffU}) {
    bench.did("a ring of " + std::to_string(size));
    Setup setup;
    setup.size = size;
    use(bench, setup);
  }
}

void addresses(Bench& bench, const std::function<void(VringAddress&, std::uint64_t)>& spoil) {
  // Below the memory, behind it, at its very end, and about to wrap.
  for (const std::uint64_t address :
       {std::uint64_t{0}, Peer::user_base + Peer::memory_bytes,
        Peer::user_base + Peer::memory_bytes - 16, ~std::uint64_t{0} - 15}) {
    bench.did("an area of the ring where there is no memory for it");
    Setup setup;
    setup.spoil = [&](VringAddress& good) { spoil(good, address); };
    use(bench, setup);
  }
}

void unaligned(Bench& bench) {
  for (int area = 0; area < 3; ++area) {
    bench.did("an area of the ring at an odd address");
    Setup setup;
    setup.spoil = [area](VringAddress& good) {
      ++(area == 0 ? good.descriptors : area == 1 ? good.available : good.used);
    };
    use(bench, setup);
  }
}

void left_out(Bench& bench) {
  Setup setup;
  setup.memory = false;
  bench.did("a ring without memory");
  use(bench, setup);
  setup = {};
  setup.addresses = false;
  bench.did("a ring without addresses");
  use(bench, setup);
  setup = {};
  setup.features = false;
  bench.did("a ring without features");
  use(bench, setup);
}

void own_descriptors(Bench& bench) {
  const auto peer = bench.start();
  bench.did("a request that is to be read into the ring's own descriptors");
  const std::size_t header = peer->allocate(8);
  const auto memory = peer->memory().bytes();
  std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(header), 8, std::byte{0});
  memory[header] = static_cast<std::byte>(bench.read(1).address_field);
  memory[header + 4] = std::byte{2};  // M_RD
  const std::vector<virtio::DriverQueue::Piece> pieces{
      {peer->guest_address(header), 8, false}, {peer->ring().descriptors_address(), 1024, true}};
  static_cast<void>(peer->ring().add(pieces));
  peer->kick();
  static_cast<void>(peer->settle());
}

}  // namespace

std::vector<Case> hostile_setup_cases() {
  constexpr auto num = "vhost-user, SET_VRING_NUM";
  constexpr auto addr = "vhost-user, SET_VRING_ADDR";
  const auto area = [](void (*spoil)(VringAddress&, std::uint64_t)) {
    return [spoil](Bench& bench) { addresses(bench, spoil); };
  };
  return {
      {"setup/size", Level::robust, num, "Bears sizes that no ring can have.", sizes},
      {"setup/descriptors-outside", Level::robust, addr,
       "Bears a descriptor table that is not in memory.",
       area([](VringAddress& good, std::uint64_t address) { good.descriptors = address; })},
      {"setup/available-outside", Level::robust, addr,
       "Bears an available ring that is not in memory.",
       area([](VringAddress& good, std::uint64_t address) { good.available = address; })},
      {"setup/used-outside", Level::robust, addr, "Bears a used ring that is not in memory.",
       area([](VringAddress& good, std::uint64_t address) { good.used = address; })},
      {"setup/unaligned", Level::robust, "VIRTIO 1.3, 2.7.1", "Bears areas that are not aligned.",
       unaligned},
      {"setup/left-out", Level::robust, "vhost-user, Ring states",
       "Bears a kick for a ring that lacks memory, addresses or features.", left_out},
      {"setup/ring-as-buffer", Level::robust, "VIRTIO 1.3, 2.7.5",
       "Bears a request whose buffer is the ring itself.", own_descriptors},
  };
}

}  // namespace vhost_device::conformance
