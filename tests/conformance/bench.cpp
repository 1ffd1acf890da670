// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/conformance/bench.hpp"

#include <poll.h>

namespace vhost_device::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// The longest write cycle of the 24C family's data sheets is 10 ms; this is as good as for ever.
constexpr std::chrono::seconds write_cycle_limit{1};
constexpr int reconnect_pause_ms = 10;

}  // namespace

std::unique_ptr<Peer> Bench::connect(Peer::Options options) {
  options.ring = ring_;
  options.limit = settings_.limit;
  const auto deadline = Clock::now() + settings_.limit;
  for (;;) {
    try {
      return std::make_unique<Peer>(settings_.socket, options, evidence_);
    } catch (const io::FrontEndError&) {
      if (Clock::now() >= deadline) throw;
    }
    static_cast<void>(::poll(nullptr, 0, reconnect_pause_ms));
  }
}

std::unique_ptr<Peer> Bench::start(Peer::Options options) {
  std::unique_ptr<Peer> peer = connect(std::move(options));
  peer->start();
  return peer;
}

Request Bench::store(std::vector<std::byte> bytes) const {
  std::vector<std::byte> data = bus().pointer(bus().scratch());
  data.insert(data.end(), bytes.begin(), bytes.end());
  return write_to(bus().eeprom, std::move(data));
}

std::vector<std::byte> Bench::contents(Peer& peer, std::size_t offset, std::size_t bytes) {
  const Answers answers = peer.exchange({point(offset).joined(), read(bytes)});
  expect(answers[0].ok() && answers[1].ok(), "the EEPROM could not be read in the usual way");
  return answers[1].data;
}

void Bench::set_scratch(Peer& peer, const std::vector<std::byte>& bytes) {
  expect(peer.exchange(store(bytes)).ok(), "the EEPROM could not be written in the usual way");
  await_ready(peer);
}

void Bench::await_ready(Peer& peer) {
  const Peer::Quiet quiet(peer);
  const auto deadline = Clock::now() + write_cycle_limit;
  while (!peer.exchange(point(bus().scratch())).ok()) {
    expect(Clock::now() < deadline, "the EEPROM is not ready again after a second");
  }
}

std::vector<std::byte> Bench::pattern(unsigned seed) {
  std::vector<std::byte> bytes;
  for (unsigned i = 0; i < BusDescription::scratch_bytes; ++i) {
    bytes.push_back(static_cast<std::byte>(seed * 16U + i + 1U));
  }
  return bytes;
}

void expect_ok(const Answer& answer, const std::string& what) {
  expect(answer.ok(), what + " has " + answer.text() + "; expected OK");
}

void expect_error(const Answer& answer, const std::string& what) {
  expect(answer.error(), what + " has " + answer.text() + "; expected ERR");
}

}  // namespace vhost_device::conformance
