// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <algorithm>
#include <ostream>

#include "tests/conformance/report.hpp"

namespace vhost_device::conformance {
namespace {

/// Text of XML 1.0, for an attribute or between tags. Control characters, which it cannot have, are
/// left out.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char character : text) {
    switch (character) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(character) >= 0x20) result += character;
    }
  }
  return result;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value) + '"';
}

void write_lines(std::ostream& out, std::string_view label, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out << label << ": " << escaped(line) << '\n';
}

void write_case(std::ostream& out, const Result& result) {
  out << "    <testcase" << attribute("name", result.name + " (" + result.ring + ")")
      << attribute("classname", "conformance." + result.area)
      << attribute("time", std::to_string(result.time.count())) << ">\n";
  if (result.outcome == Outcome::failed) {
    out << "      <failure" << attribute("message", result.reason) << "/>\n";
  } else if (result.outcome == Outcome::not_run) {
    out << "      <error" << attribute("message", result.reason) << "/>\n";
  } else if (result.outcome == Outcome::not_applicable) {
    out << "      <skipped" << attribute("message", result.reason) << "/>\n";
  }
  out << "      <system-out>" << escaped(result.clause) << ", " << to_string(result.level) << ": "
      << escaped(result.requirement) << '\n';
  write_lines(out, "did", result.did);
  write_lines(out, "came back", result.came_back);
  out << "</system-out>\n    </testcase>\n";
}

}  // namespace

void write_junit(std::ostream& out, const Report& report) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"
      << attribute("name", "vhost-device-i2c-conformance") << ">\n";
  for (auto begin = report.results.begin(); begin != report.results.end();) {
    const auto end = std::find_if(begin, report.results.end(), [&](const Result& each) {
      return each.area != begin->area || each.ring != begin->ring;
    });
    const auto count = [&](Outcome outcome) {
      return std::to_string(std::count_if(
          begin, end, [outcome](const Result& each) { return each.outcome == outcome; }));
    };
    out << "  <testsuite" << attribute("name", begin->area + " (" + begin->ring + ")")
        << attribute("tests", std::to_string(end - begin))
        << attribute("failures", count(Outcome::failed))
        << attribute("errors", count(Outcome::not_run))
        << attribute("skipped", count(Outcome::not_applicable)) << ">\n";
    for (; begin != end; ++begin) write_case(out, *begin);
    out << "  </testsuite>\n";
  }
  out << "</testsuites>\n";
}

}  // namespace vhost_device::conformance
