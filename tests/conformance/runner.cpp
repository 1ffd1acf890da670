// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/conformance/runner.hpp"

#include <exception>
#include <utility>

namespace vhost_device::conformance {
namespace {

using Clock = std::chrono::steady_clock;

Result describe(const Case& test, RingKind ring) {
  Result result;
  result.name = test.name;
  result.area = test.area();
  result.level = test.level;
  result.clause = test.clause;
  result.requirement = test.requirement;
  result.ring = to_string(ring);
  return result;
}

}  // namespace

Report Runner::begin() {
  Evidence evidence;
  Bench bench(settings_, RingKind::split, evidence);
  Report report;
  report.socket = settings_.socket;
  report.bus = settings_.bus.text();
  // Not by way of Bench, which waits for a back-end that is between two connections.
  Peer first(settings_.socket, {.regions = {}, .limit = settings_.limit}, evidence);
  report.features = first.offered();
  report.protocol_features = first.front_end().protocol_features();
  try {
    first.start();
    saved_ = bench.scratch(first);
    serves_ = true;
    bench.set_scratch(first, saved_);
    if (first.exchange(bench.absent_write()).ok()) {
      report.notes.emplace_back(
          "somebody answers where nobody should; name another address with "
          "--absent");
    }
  } catch (const std::exception& error) {
    report.notes.push_back("reading and writing the EEPROM in the way of Linux's driver fails (" +
                           std::string(error.what()) + "); is the bus as described? See --eeprom");
  }
  return report;
}

std::vector<Runner::Run> Runner::plan(const std::vector<Case>& cases, std::uint64_t offered) {
  std::vector<Run> plan;
  for (const Case& each : cases) {
    if (each.rings != Rings::packed) plan.push_back({each, RingKind::split});
  }
  if ((offered & virtio::feature::ring_packed) == 0) return plan;
  for (const Case& each : cases) {
    if (each.rings == Rings::any || each.rings == Rings::packed) {
      plan.push_back({each, RingKind::packed});
    }
  }
  return plan;
}

void Runner::run(const std::vector<Run>& plan, Report& report, const OnResult& on_result) {
  for (const Run& run : plan) {
    report.results.push_back(run_case(run.test, run.ring));
    on_result(report.results.back());
  }
  restore();
}

Result Runner::run_case(const Case& test, RingKind ring) {
  Result result = describe(test, ring);
  if (!gone_.empty()) {
    result.reason = gone_;
    return result;
  }
  Evidence evidence;
  const auto start = Clock::now();
  try {
    Bench bench(settings_, ring, evidence);
    test.run(bench);
    result.outcome = Outcome::passed;
  } catch (const NotApplicable& reason) {
    result.outcome = Outcome::not_applicable;
    result.reason = reason.what();
  } catch (const std::exception& error) {
    result.outcome = Outcome::failed;
    result.reason = error.what();
  }
  if (const std::string effect = after_effect(test, ring); !effect.empty()) {
    result.outcome = Outcome::failed;
    if (!result.reason.empty()) result.reason += "; ";
    result.reason += effect;
  }
  result.did = evidence.did();
  result.came_back = evidence.came_back();
  result.time = Clock::now() - start;
  return result;
}

std::string Runner::after_effect(const Case& test, RingKind ring) {
  Evidence ignored;
  Bench bench(settings_, ring, ignored);
  std::unique_ptr<Peer> peer;
  try {
    peer = bench.connect();
  } catch (const std::exception& error) {
    gone_ = "the back-end is gone since the case " + test.name + ": " + error.what();
    return "the back-end takes no connection afterwards: " + std::string(error.what());
  }
  if (!serves_ || test.level != Level::robust) return {};
  try {
    peer->start();
    static_cast<void>(bench.contents(*peer, 0, 1));
  } catch (const std::exception& error) {
    return "a good request on another connection is not served afterwards: " +
           std::string(error.what());
  }
  return {};
}

void Runner::restore() {
  if (!serves_ || !gone_.empty()) return;
  try {
    Evidence ignored;
    Bench bench(settings_, RingKind::split, ignored);
    bench.set_scratch(*bench.start(), saved_);
  } catch (const std::exception&) {
    // Whatever is the matter has made a case fail before.
    return;
  }
}

}  // namespace vhost_device::conformance
