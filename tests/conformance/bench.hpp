// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/bus_description.hpp"
#include "tests/conformance/case.hpp"
#include "tests/conformance/evidence.hpp"
#include "tests/conformance/peer.hpp"

namespace vhost_device::conformance {

/// What all cases are run with.
struct Settings {
  std::filesystem::path socket;
  BusDescription bus;
  std::chrono::milliseconds limit{3000};  ///< For each answer.
};

/// What a case has in its hands: connections to the back-end, and where to note what it did.
class Bench {
 public:
  Bench(const Settings& settings, RingKind ring, Evidence& evidence)
      : settings_(settings), ring_(ring), evidence_(evidence) {}

  [[nodiscard]] const BusDescription& bus() const { return settings_.bus; }
  [[nodiscard]] const std::filesystem::path& socket() const { return settings_.socket; }
  [[nodiscard]] Evidence& evidence() { return evidence_; }
  void did(std::string line) { evidence_.did(std::move(line)); }
  void came_back(std::string line) { evidence_.came_back(std::move(line)); }

  /// A connection on which features have been asked for and nothing is started. A back-end may need
  /// some time to listen again after the last one: that much is waited for.
  [[nodiscard]] std::unique_ptr<Peer> connect(Peer::Options options = {});

  /// One with a ring that runs.
  [[nodiscard]] std::unique_ptr<Peer> start(Peer::Options options = {});

  // ---- requests to what is on the bus

  [[nodiscard]] Request absent_write() const { return write_to(bus().absent, {std::byte{0x5a}}); }
  [[nodiscard]] Request absent_read() const { return read_from(bus().absent, 1); }
  [[nodiscard]] Request quick_write() const { return write_to(bus().eeprom, {}); }
  /// What any back-end serves: a write of some length, which changes nothing.
  [[nodiscard]] Request good_request() const { return point(0); }
  /// Sets the EEPROM's pointer.
  [[nodiscard]] Request point(std::size_t offset) const {
    return write_to(bus().eeprom, bus().pointer(offset));
  }
  /// Reads the EEPROM from its pointer on.
  [[nodiscard]] Request read(std::size_t bytes) const { return read_from(bus().eeprom, bytes); }
  /// Writes to the EEPROM's scratch area, from its start on.
  [[nodiscard]] Request store(std::vector<std::byte> bytes) const;

  // ---- and what they do

  /// Reads from `offset` on, in the most usual way.
  [[nodiscard]] std::vector<std::byte> contents(Peer& peer, std::size_t offset, std::size_t bytes);
  [[nodiscard]] std::vector<std::byte> scratch(Peer& peer) {
    return contents(peer, bus().scratch(), BusDescription::scratch_bytes);
  }
  /// Writes the scratch area and waits until the EEPROM is ready again. Fails when it does not
  /// work.
  void set_scratch(Peer& peer, const std::vector<std::byte>& bytes);
  /// Waits until the EEPROM acknowledges its address.
  void await_ready(Peer& peer);

  /// Eight bytes that differ from one another and, for another `seed`, from others.
  [[nodiscard]] static std::vector<std::byte> pattern(unsigned seed);

 private:
  const Settings& settings_;
  RingKind ring_;
  Evidence& evidence_;
};

/// All in order and in the words of a report.
void expect_ok(const Answer& answer, const std::string& what);
void expect_error(const Answer& answer, const std::string& what);

}  // namespace vhost_device::conformance
