// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <ostream>

#include "tests/conformance/report.hpp"

namespace vhost_device::conformance {
namespace {

std::string_view mark(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "pass";
    case Outcome::failed:
      return "FAIL";
    case Outcome::not_applicable:
      return "n/a ";
    case Outcome::not_run:
      return "GONE";
  }
  return "";
}

void write_lines(std::ostream& out, std::string_view label, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    out << "      " << label << line << '\n';
    label = "           ";
  }
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "passed";
    case Outcome::failed:
      return "failed";
    case Outcome::not_applicable:
      return "not applicable";
    case Outcome::not_run:
      return "not run";
  }
  return "";
}

std::size_t Report::count(Outcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count(results, outcome, &Result::outcome));
}

bool Report::passed() const { return count(Outcome::failed) == 0 && count(Outcome::not_run) == 0; }

void write_text_heading(std::ostream& out, const Report& report) {
  std::array<char, 96> features{};
  std::snprintf(features.data(), features.size(),
                "features 0x%" PRIx64 ", protocol features 0x%" PRIx64, report.features,
                report.protocol_features);
  out << "back-end: ";
  if (!report.back_end.empty()) out << report.back_end << " at ";
  out << report.socket << '\n';
  out << "offers:   " << features.data() << '\n';
  out << "bus:      " << report.bus << '\n';
  for (const std::string& note : report.notes) out << "note:     " << note << '\n';
  out << '\n';
}

void write_text_result(std::ostream& out, const Result& result, bool verbose) {
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(), "%s  %-6s %-38s %-6s  %s", mark(result.outcome).data(),
                result.ring.c_str(), result.name.c_str(), to_string(result.level).data(),
                result.clause.c_str());
  out << line.data() << '\n';
  if (!result.reason.empty()) out << "      why:       " << result.reason << '\n';
  if (!verbose && result.outcome != Outcome::failed) return;
  out << "      demanded:  " << result.requirement << '\n';
  write_lines(out, "done:      ", result.did);
  write_lines(out, "came back: ", result.came_back);
}

void write_text_summary(std::ostream& out, const Report& report) {
  out << '\n' << report.results.size() << " cases: " << report.count(Outcome::passed) << " passed";
  for (const Outcome outcome : {Outcome::failed, Outcome::not_applicable, Outcome::not_run}) {
    if (report.count(outcome) != 0) {
      out << ", " << report.count(outcome) << ' ' << to_string(outcome);
    }
  }
  out << '\n';
}

}  // namespace vhost_device::conformance
