// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Messages that no front-end should send.

#include <array>
#include <cstring>

#include "core/vhost_user/payload.hpp"
#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

using vhost_user::Header;
using vhost_user::OutgoingRequest;
using vhost_user::Request;
namespace requests = vhost_user::requests;

/// A message that is wrong in its header or its length: the fields of `good`, `payload` bytes of it
/// (and zeros behind), and these flags.
OutgoingRequest altered(const OutgoingRequest& good, std::size_t payload,
                        std::uint32_t flags = Header::version) {
  OutgoingRequest request = good;
  request.bytes.resize(sizeof(Header) + payload);
  const Header header{good.request, flags, static_cast<std::uint32_t>(payload)};
  std::memcpy(request.bytes.data(), &header, sizeof header);
  return request;
}

OutgoingRequest with_fds(OutgoingRequest request, std::vector<int> fds) {
  request.fds = std::move(fds);
  return request;
}

/// What a front-end says in a session, all of it good.
std::vector<OutgoingRequest> good_messages(const Peer& peer) {
  const auto regions = peer.shared_regions();
  return {
      requests::set_features(Peer::required_features),
      requests::set_mem_table(regions),
      requests::set_vring_num(0, 64),
      requests::set_vring_base(0, 0),
      requests::set_vring_addr({.index = 0,
                                .flags = 0,
                                .descriptors = Peer::user_base,
                                .used = Peer::user_base + 4096,
                                .available = Peer::user_base + 2048,
                                .log = 0}),
      requests::set_vring_kick(0, peer.kick_event().fd()),
      requests::set_vring_call(0, peer.call().fd()),
      requests::set_vring_err(0, peer.error_event().fd()),
      requests::set_vring_enable(0, true),
      requests::get_vring_base(0),
      requests::set_protocol_features(0),
  };
}

/// Each good message with `change` bytes more or fewer, each on a connection of its own.
void other_length(Bench& bench, int change) {
  const std::size_t count = good_messages(*bench.connect()).size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto peer = bench.connect();
    const OutgoingRequest good = good_messages(*peer)[i];
    const std::size_t payload = good.bytes.size() - sizeof(Header);
    const auto length = static_cast<std::size_t>(static_cast<int>(payload) + change);
    peer->expect_refused(
        std::to_string(length) + " bytes of payload instead of " + std::to_string(payload),
        altered(good, length));
  }
}

void cut_off(Bench& bench) {
  const std::size_t count = good_messages(*bench.connect()).size();
  bench.did("send a part of each message, and leave");
  for (std::size_t i = 0; i < count; ++i) {
    const auto peer = bench.connect();
    const OutgoingRequest good = good_messages(*peer)[i];
    const auto part = std::span(good.bytes).first(i % 2 == 0 ? good.bytes.size() - 1 : 7);
    static_cast<void>(peer->connection().send_raw(part, good.fds));
  }
}

void unknown(Bench& bench) {
  for (const std::uint32_t number : {0U, 99U, 0xffff'ffffU}) {
    const auto peer = bench.connect();
    OutgoingRequest request = requests::set_owner();
    request.request = static_cast<Request>(number);
    peer->expect_refused("a request that does not exist", altered(request, 0));
  }
}

/// Sends something after which nothing has to come back, and does not wait for it.
void bears(Bench& bench, const std::string& what, std::span<const std::byte> bytes,
           std::span<const int> fds) {
  bench.did("send " + what);
  const auto peer = bench.connect();
  static_cast<void>(peer->connection().send_raw(bytes, fds));
  static_cast<void>(peer->settle());
}

void endless(Bench& bench) {
  OutgoingRequest request = altered(requests::set_vring_num(0, 64), 8);
  const std::uint32_t size = 0xffff'fff0;
  std::memcpy(request.bytes.data() + offsetof(Header, size), &size, sizeof size);
  bears(bench, "a header that announces 4 GiB", request.bytes, {});
}

void garbage(Bench& bench) {
  std::array<std::byte, 512> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37 + 11);
  bears(bench, "512 bytes of nonsense", bytes, {});
}

void wrong_flags(Bench& bench) {
  for (const std::uint32_t flags : {0U, 2U, Header::version | Header::reply}) {
    const auto peer = bench.connect();
    bench.did("send SET_VRING_NUM with header flags " + std::to_string(flags));
    const OutgoingRequest good = requests::set_vring_num(0, 64);
    static_cast<void>(peer->connection().send_raw(altered(good, 8, flags).bytes, {}));
    static_cast<void>(peer->settle());
  }
}

void surplus_fds(Bench& bench) {
  const Event event;
  const std::vector<int> many(8, event.fd());
  for (const OutgoingRequest& good :
       {requests::get_features(), requests::set_vring_num(0, 64), requests::set_owner()}) {
    bears(bench, vhost_user::name(good.request) + " with eight descriptors", good.bytes, many);
  }
}

void missing_fds(Bench& bench) {
  const auto refuse = [&](const char* what, OutgoingRequest (*make)(const Peer&)) {
    const auto peer = bench.connect();
    peer->expect_refused(what, with_fds(make(*peer), {}));
  };
  refuse("a region, no descriptor",
         [](const Peer& peer) { return requests::set_mem_table(peer.shared_regions()); });
  refuse("no descriptor, and bit 8 not set",
         [](const Peer& peer) { return requests::set_vring_kick(0, peer.kick_event().fd()); });
  refuse("no descriptor, and bit 8 not set",
         [](const Peer& peer) { return requests::set_vring_call(0, peer.call().fd()); });
}

void wrong_queue(Bench& bench) {
  for (const std::uint32_t index : {1U, 255U, 0xffff'ffffU}) {
    const std::string what = "queue " + std::to_string(index);
    bench.connect()->expect_refused(what, requests::set_vring_num(index, 64));
    bench.connect()->expect_refused(what, requests::set_vring_base(index, 0));
    bench.connect()->expect_refused(what, requests::get_vring_base(index));
    bench.connect()->expect_refused(what, requests::set_vring_enable(index, true));
  }
}

void wrong_regions(Bench& bench) {
  const virtio::MemoryRegion good = Peer::region(0, Peer::memory_bytes);
  std::vector<std::pair<const char*, virtio::MemoryRegion>> wrong(4, {"", good});
  wrong[0].first = "a region that wraps";
  wrong[0].second.guest_address = ~std::uint64_t{0} - 4095;
  wrong[1].first = "a region that is longer than its file";
  wrong[1].second.size = std::uint64_t{1} << 40U;
  wrong[2].first = "an offset that wraps";
  wrong[2].second.mmap_offset = ~std::uint64_t{0} - 4095;
  wrong[3].first = "a region of no length";
  wrong[3].second.size = 0;
  for (const auto& [what, region] : wrong) {
    const auto peer = bench.connect();
    const vhost_user::SharedRegion shared{.region = region, .file = peer->memory().file()};
    peer->expect_refused(what, requests::set_mem_table(std::span(&shared, 1)));
  }
}

void too_many_regions(Bench& bench) {
  for (const std::uint32_t count : {9U, 0xffff'ffffU}) {
    const auto peer = bench.connect();
    OutgoingRequest request = requests::set_mem_table(peer->shared_regions());
    std::memcpy(request.bytes.data() + sizeof(Header), &count, sizeof count);
    peer->expect_refused(std::to_string(count) + " regions announced, one sent", request);
  }
}

}  // namespace

std::vector<Case> message_cases() {
  const auto length = [](int change) {
    return [change](Bench& bench) { other_length(bench, change); };
  };
  constexpr auto format = "vhost-user, Message Specification";
  std::vector<Case> cases{
      {"message/unknown", Level::robust, "vhost-user, REPLY_ACK",
       "Does not say that it carried out a request that does not exist.", unknown},
      {"message/short-payload", Level::robust, format,
       "Does not carry out messages whose payload is a byte too short.", length(-1)},
      {"message/long-payload", Level::robust, format,
       "Does not carry out messages whose payload is eight bytes too long.", length(8)},
      {"message/cut-off", Level::robust, format, "Bears the end of a connection within a message.",
       cut_off},
      {"message/endless", Level::robust, format, "Bears a header that announces 4 GiB.", endless},
      {"message/garbage", Level::robust, format, "Bears nonsense.", garbage},
      {"message/flags", Level::robust, format, "Bears another version, and the flag of a reply.",
       wrong_flags},
      {"message/surplus-descriptors", Level::robust, "vhost-user, Communication",
       "Bears descriptors with messages that have none.", surplus_fds},
      {"message/missing-descriptors", Level::robust, "vhost-user, Communication",
       "Does not carry out messages whose descriptors are missing.", missing_fds},
      {"message/no-such-queue", Level::robust, "vhost-user, Multiple queue support",
       "Does not carry out messages about a queue that it does not have.", wrong_queue},
      {"message/wrong-regions", Level::robust, "vhost-user, SET_MEM_TABLE",
       "Does not take regions that wrap, have no length or are longer than their file.",
       wrong_regions},
      {"message/too-many-regions", Level::robust, "vhost-user, SET_MEM_TABLE",
       "Does not take a table that announces other regions than it has.", too_many_regions},
  };
  for (Case& each : cases) each.rings = Rings::none;
  return cases;
}

}  // namespace vhost_device::conformance
