// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Requests that lie in a good ring and make no sense.

#include <functional>

#include "core/i2c/virtio_i2c_format.hpp"
#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

using Piece = virtio::DriverQueue::Piece;
using Pieces = std::vector<Piece>;

constexpr std::uint64_t nowhere = 0x10'0000'0000;
constexpr std::uint32_t four_gib_less_one = 0xffff'ffff;

/// The parts of a request, as a case combines them.
struct Parts {
  Piece write_header;  ///< Of a write to the EEPROM.
  Piece read_header;   ///< Of a read from it.
  Piece output;        ///< A byte to write.
  Piece input;         ///< Room for four bytes.
  Piece status;
};

Parts place(Bench& bench, Peer& peer) {
  const auto memory = peer.memory().bytes();
  const auto header = [&](const Request& request) {
    const std::size_t offset = peer.allocate(sizeof(i2c::format::OutHeader));
    std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(offset), 8, std::byte{0});
    memory[offset] = static_cast<std::byte>(request.address_field);
    memory[offset + 4] = static_cast<std::byte>(request.flags);
    return Piece{peer.guest_address(offset), 8, false};
  };
  const auto buffer = [&](std::uint32_t size, bool writable) {
    const std::size_t offset = peer.allocate(size);
    std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(offset), size, Answer::untouched);
    return Piece{peer.guest_address(offset), size, writable};
  };
  return {.write_header = header(bench.quick_write()),
          .read_header = header(bench.read(1)),
          .output = buffer(1, false),
          .input = buffer(4, true),
          .status = buffer(1, true)};
}

Piece resized(Piece piece, std::uint32_t length) {
  piece.length = length;
  return piece;
}

Piece moved(Piece piece, std::uint64_t address) {
  piece.guest_address = address;
  return piece;
}

/// Sends the request that `combine` makes. It must not succeed, and what follows it must: on this
/// ring, or, when the back-end has given this ring up, on another connection (which the runner
/// checks).
void send(Bench& bench, const std::function<Pieces(const Parts&)>& combine) {
  const auto peer = bench.start();
  const Parts parts = place(bench, *peer);
  const Pieces pieces = combine(parts);
  bench.did("a request of " + std::to_string(pieces.size()) + " descriptors");
  expect(peer->ring().add(pieces).has_value(), "the suite itself is wrong: the ring is full");
  peer->kick();
  if (peer->settle() != Peer::Reaction::answered) return;
  const std::byte status =
      peer->memory()
          .bytes()[static_cast<std::size_t>(parts.status.guest_address - Peer::guest_base)];
  bench.came_back("status " + std::to_string(std::to_integer<unsigned>(status)));
  expect(status != std::byte{0}, "the request succeeded");
  peer->discard_answer();
  expect_ok(peer->exchange(bench.good_request()), "the next request on this ring");
}

}  // namespace

std::vector<Case> hostile_request_cases() {
  constexpr auto framing = "VIRTIO 1.3, 2.7.4.2 and 5.16.6.1";
  constexpr auto addresses = "VIRTIO 1.3, 2.7.5";
  std::vector<Case> cases;
  const auto add = [&](const char* name, const char* clause, const char* requirement,
                       std::function<Pieces(const Parts&)> combine) {
    cases.push_back({name, Level::robust, clause, requirement,
                     [combine = std::move(combine)](Bench& bench) { send(bench, combine); }});
  };
  add("hostile/no-header", framing, "Does not serve a status byte alone.",
      [](const Parts& parts) { return Pieces{parts.status}; });
  add("hostile/short-header", framing, "Does not serve a header that is a byte too short.",
      [](const Parts& parts) {
        return Pieces{resized(parts.write_header, 7), parts.status};
      });
  add("hostile/no-status", framing, "Bears a request without room for the status.",
      [](const Parts& parts) { return Pieces{parts.write_header}; });
  add("hostile/read-only-status", framing, "Bears a request whose status byte is read-only.",
      [](const Parts& parts) {
        Piece status = parts.status;
        status.device_writable = false;
        return Pieces{parts.write_header, parts.output, status};
      });
  add("hostile/data-both-ways", framing, "Does not serve a request with data in both directions.",
      [](const Parts& parts) {
        return Pieces{parts.write_header, parts.output, parts.input, parts.status};
      });
  add("hostile/write-with-room", framing, "Does not serve a write whose data are device-writable.",
      [](const Parts& parts) {
        return Pieces{parts.write_header, parts.input, parts.status};
      });
  add("hostile/read-with-data", framing, "Does not serve a read whose data are device-readable.",
      [](const Parts& parts) {
        return Pieces{parts.read_header, parts.output, parts.status};
      });
  add("hostile/writable-first", framing,
      "Bears a device-readable descriptor behind a device-writable one.", [](const Parts& parts) {
        return Pieces{parts.status, parts.write_header};
      });
  add("hostile/header-outside", addresses, "Bears a header that is not in memory.",
      [](const Parts& parts) {
        return Pieces{moved(parts.write_header, nowhere), parts.status};
      });
  add("hostile/status-outside", addresses, "Bears a status byte that is not in memory.",
      [](const Parts& parts) {
        return Pieces{parts.write_header, moved(parts.status, nowhere)};
      });
  add("hostile/data-outside", addresses, "Does not serve a read into what is not memory.",
      [](const Parts& parts) {
        return Pieces{parts.read_header, moved(parts.input, nowhere), parts.status};
      });
  add("hostile/address-wraps", addresses, "Does not serve a buffer whose address wraps.",
      [](const Parts& parts) {
        return Pieces{parts.read_header, moved(parts.input, ~std::uint64_t{0} - 1), parts.status};
      });
  add("hostile/read-of-4-gib", addresses, "Does not serve a read of 4 GiB.",
      [](const Parts& parts) {
        return Pieces{parts.read_header, resized(parts.input, four_gib_less_one), parts.status};
      });
  add("hostile/write-of-4-gib", addresses, "Does not serve a write of 4 GiB.",
      [](const Parts& parts) {
        return Pieces{parts.write_header, resized(parts.output, four_gib_less_one), parts.status};
      });
  add("hostile/header-of-4-gib", addresses, "Does not serve a header of 4 GiB.",
      [](const Parts& parts) {
        return Pieces{resized(parts.write_header, four_gib_less_one), parts.status};
      });
  add("hostile/read-of-1-mib", "VIRTIO 1.3, 5.16.6.1",
      "Does not serve a read that is longer than any I2C message.", [](const Parts& parts) {
        constexpr std::uint32_t mib = 1U << 20U;
        return Pieces{
            parts.read_header, {Peer::guest_base + Peer::arena + mib / 2, mib, true}, parts.status};
      });
  return cases;
}

}  // namespace vhost_device::conformance
