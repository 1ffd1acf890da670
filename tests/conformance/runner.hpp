// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <functional>
#include <vector>

#include "tests/conformance/bench.hpp"
#include "tests/conformance/report.hpp"

namespace vhost_device::conformance {

/// Runs cases against a back-end, each with connections of its own. After each, the back-end has to
/// take another connection; after those in which rules were broken it has to serve a request there,
/// or the case has failed. Once it is gone, the cases that are left are not run.
class Runner {
 public:
  /// Told of each result.
  using OnResult = std::function<void(const Result&)>;

  explicit Runner(Settings settings) : settings_(std::move(settings)) {}

  /// Asks the back-end what it offers, and whether the bus is as it was described. Throws
  /// io::FrontEndError when it cannot be reached.
  [[nodiscard]] Report begin();

  /// The cases with the formats of virtqueues that they are run on: those that are offered.
  struct Run {
    Case test;
    RingKind ring = RingKind::split;
  };
  [[nodiscard]] static std::vector<Run> plan(const std::vector<Case>& cases, std::uint64_t offered);

  /// Carries out `plan`, whose results go into `report`, and puts the bytes of the EEPROM that they
  /// wrote back.
  void run(const std::vector<Run>& plan, Report& report, const OnResult& on_result);

 private:
  [[nodiscard]] Result run_case(const Case& test, RingKind ring);
  /// Why the back-end can no longer be used as before; empty: it can.
  [[nodiscard]] std::string after_effect(const Case& test, RingKind ring);
  void restore();

  Settings settings_;
  bool serves_ = false;  // a plain request was answered at the beginning
  std::vector<std::byte> saved_;
  std::string gone_;
};

}  // namespace vhost_device::conformance
