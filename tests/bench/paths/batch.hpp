// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "tests/bench/paths/local_guest.hpp"
#include "tests/bench/work.hpp"

namespace vhost_device::bench {

/// Transactions that are submitted together, each request by an indirect table, as Linux does.
class Batch {
 public:
  using Transactions = std::vector<std::vector<Step>>;

  /// Lays them out from the start of the guest's buffers, which no other batch uses meanwhile.
  /// Throws std::length_error when they do not fit.
  Batch(LocalGuest& guest, unsigned address, Transactions transactions);
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Submits the first `count` of them, has them served, and looks at the answers. Throws
  /// std::runtime_error when one is wrong, or the device does not ask for the kick and give the
  /// interrupt that a driver counts on.
  void run(std::size_t count, const std::function<vhost_user::Service()>& serve);

  /// All of them, with what serves them not counted.
  void run_uncounted();

 private:
  struct Request {
    std::array<virtio::DriverQueue::Piece, 3> pieces{};
    std::span<std::byte> bytes;
    const Step* step = nullptr;
    std::size_t transaction = 0;
  };

  void lay_out(std::size_t transaction, unsigned address);
  std::size_t submit(std::size_t count);
  void check(const Request& request, std::uint32_t written) const;

  LocalGuest& guest_;
  Transactions transactions_;
  std::vector<Request> requests_;
  std::vector<std::size_t> by_head_;  // the request that a head stands for
};

}  // namespace vhost_device::bench
