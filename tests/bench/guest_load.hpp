// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "tests/bench/bench_guest.hpp"
#include "tests/bench/histogram.hpp"
#include "tests/bench/work.hpp"

namespace vhost_device::bench {

/// What went wrong in transactions. All zero in a run that counts.
struct Mistakes {
  std::uint64_t status = 0;  ///< Requests whose status is not OK.
  std::uint64_t length = 0;  ///< Requests with another used.len than their writable bytes.
  std::uint64_t data = 0;    ///< Reads that came back with something else.

  [[nodiscard]] std::uint64_t total() const { return status + length + data; }
};

/// A number of transactions of one guest, each of which is submitted again as soon as it is done.
/// All memory is laid out and allocated beforehand.
class GuestLoad {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    Work work = Work::write2;
    unsigned address = eeprom_address;
    std::size_t depth = 1;  ///< Transactions under way.
    bool check_length = true;
  };

  /// Bytes that the requests of a load take in a guest's memory.
  [[nodiscard]] static std::size_t buffer_bytes(const Options& options);

  /// Lays the requests out in the guest's buffers. Throws std::invalid_argument when they do not
  /// fit.
  GuestLoad(BenchGuest& guest, const Options& options);

  /// Submits all transactions.
  void start(bool interrupts);

  /// Takes the answers that are there, submits their transactions anew unless `drain` is set, and
  /// kicks. How many transactions were done; their latencies are recorded in `latencies`, if any.
  std::size_t turn(Histogram* latencies, bool drain);

  /// Asks for an interrupt. True when there are answers already.
  [[nodiscard]] bool wait_again() { return guest_.ring().set_interrupts(true); }
  /// Asks for no interrupts.
  void silence() { guest_.ring().set_interrupts(false); }

  [[nodiscard]] bool is_idle() const { return under_way_ == 0; }
  [[nodiscard]] bool is_broken() const { return guest_.ring().broken(); }
  [[nodiscard]] const Mistakes& mistakes() const { return mistakes_; }
  [[nodiscard]] BenchGuest& guest() { return guest_; }

 private:
  struct Request {
    std::array<virtio::DriverQueue::Piece, 3> pieces{};
    std::size_t piece_count = 0;
    std::span<std::byte> table;
    std::byte* status = nullptr;
    const std::byte* received = nullptr;  // none: a write
    const std::vector<std::byte>* expected = nullptr;
    std::uint32_t writable_bytes = 0;
    std::size_t transaction = 0;
  };
  struct Transaction {
    std::size_t first = 0;  // of its requests
    std::size_t count = 0;
    std::size_t waiting = 0;
    Clock::time_point submitted;
  };

  void lay_out(std::size_t transaction, unsigned address);
  void submit(Transaction& transaction, Clock::time_point now);
  void check(const Request& request, std::uint32_t written);

  BenchGuest& guest_;
  bool check_length_;
  std::vector<std::vector<Step>> steps_;  // of each transaction
  std::vector<Request> requests_;
  std::vector<Transaction> transactions_;
  std::vector<std::uint32_t> by_head_;  // the request that a head stands for
  std::vector<std::uint32_t> done_;     // transactions of one turn
  std::size_t under_way_ = 0;
  std::size_t next_offset_ = 0;
  Mistakes mistakes_;
};

}  // namespace vhost_device::bench
