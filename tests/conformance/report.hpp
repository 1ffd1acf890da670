// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/case.hpp"

namespace vhost_device::conformance {

/// How a case ended.
enum class Outcome {
  passed,
  failed,
  not_applicable,  ///< The back-end does not offer what the case is about.
  not_run,         ///< The back-end was gone; counts as a failure.
};

[[nodiscard]] std::string_view to_string(Outcome outcome);

/// A case that was run, or would have been.
struct Result {
  std::string name;
  std::string area;
  Level level = Level::must;
  std::string clause;
  std::string requirement;
  std::string ring;  ///< The format of the virtqueue.
  Outcome outcome = Outcome::not_run;
  std::string reason;  ///< Why it did not pass; empty when it did.
  std::vector<std::string> did;
  std::vector<std::string> came_back;
  std::chrono::duration<double> time{};
};

/// All of a run.
struct Report {
  std::string version;   ///< Of this program.
  std::string back_end;  ///< What the user calls the back-end; empty: not said.
  std::string socket;
  std::string bus;
  std::uint64_t features = 0;           ///< That the back-end offers.
  std::uint64_t protocol_features = 0;  ///< Likewise, of those that this program knows.
  std::vector<std::string> notes;       ///< About the run as a whole.
  std::vector<Result> results;

  [[nodiscard]] std::size_t count(Outcome outcome) const;
  /// Nothing failed, and everything was run.
  [[nodiscard]] bool passed() const;
};

/// As text: the heading, then one result as soon as it is there, then the sum.
void write_text_heading(std::ostream& out, const Report& report);
void write_text_result(std::ostream& out, const Result& result, bool verbose);
void write_text_summary(std::ostream& out, const Report& report);

/// As one JSON object; docs/CONFORMANCE.md has its members.
void write_json(std::ostream& out, const Report& report);

/// As JUnit's XML: one test suite for each area.
void write_junit(std::ostream& out, const Report& report);

}  // namespace vhost_device::conformance
