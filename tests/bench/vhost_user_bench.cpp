// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A load for one vhost-user I2C back-end, and how fast it was: docs/BENCHMARK.md.

#include <exception>
#include <iostream>
#include <stdexcept>

#include "tests/bench/bench_report.hpp"
#include "tests/bench/preparation.hpp"

namespace {

using namespace vhost_device::bench;

/// The daemon's time and memory while its guests do nothing.
LoadResult leave_alone(const BenchGuest& guest, const Options& options) {
  LoadResult result;
  const auto start = GuestLoad::Clock::now();
  const auto daemon = options.plan.daemon;
  const auto before = daemon ? processor_time(*daemon) : std::chrono::nanoseconds{};
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(*options.idle);
  if (guest.is_gone(limit)) throw std::runtime_error("the back-end has gone");
  if (daemon) {
    result.daemon_processor = processor_time(*daemon) - before;
    result.daemon_memory = resident_memory(*daemon);
  }
  result.time = GuestLoad::Clock::now() - start;
  return result;
}

int run(const Options& options) {
  std::vector<std::unique_ptr<BenchGuest>> guests;
  std::vector<std::chrono::nanoseconds> connect_to_ready;
  for (const auto& socket : options.sockets) {
    guests.push_back(std::make_unique<BenchGuest>(socket, options.guest));
    connect_to_ready.push_back(guests.back()->connect_to_ready());
  }
  const Work work = options.load.work;
  prepare(*guests.front(), work, options.load.address);
  // So that each guest has been served once.
  const Work first = work == Work::write1_read2 ? work : Work::write2;
  for (auto& guest : guests) prepare(*guest, first, options.load.address);

  std::vector<std::unique_ptr<GuestLoad>> loads;
  loads.reserve(guests.size());
  for (auto& guest : guests) loads.push_back(std::make_unique<GuestLoad>(*guest, options.load));
  const LoadResult result =
      options.idle ? leave_alone(*guests.front(), options) : run_loads(loads, options.plan);
  const bool came_through =
      options.idle ||
      has_come_through(*guests.front(), work, options.load.address, options.load.depth);

  const BenchReport report{.options = options,
                           .result = result,
                           .features = guests.front()->features(),
                           .connect_to_ready = std::move(connect_to_ready),
                           .came_through = came_through};
  (options.json ? write_json : write_text)(std::cout, report);
  return report.is_right() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (const auto status = parse_options(argc, argv, options)) return *status;
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << "vhost-user-bench: " << error.what() << '\n';
    return 1;
  }
}
