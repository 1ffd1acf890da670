// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <array>
#include <cstdio>
#include <ostream>

#include "tests/conformance/report.hpp"

namespace vhost_device::conformance {
namespace {

/// A string of JSON (RFC 8259, 7). What is not ASCII is passed on: reports are UTF-8.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      result += '\\';
      result += character;
    } else if (code < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", code);
      result += escape.data();
    } else {
      result += character;
    }
  }
  return result + '"';
}

std::string quoted(const std::vector<std::string>& lines) {
  std::string result = "[";
  for (const std::string& line : lines) {
    if (result.size() > 1) result += ", ";
    result += quoted(line);
  }
  return result + ']';
}

void write_result(std::ostream& out, const Result& result) {
  out << "    {\"name\": " << quoted(result.name) << ", \"area\": " << quoted(result.area)
      << ",\n     \"level\": " << quoted(to_string(result.level))
      << ", \"clause\": " << quoted(result.clause) << ", \"ring\": " << quoted(result.ring)
      << ",\n     \"requirement\": " << quoted(result.requirement)
      << ",\n     \"outcome\": " << quoted(to_string(result.outcome))
      << ", \"reason\": " << quoted(result.reason) << ", \"seconds\": " << result.time.count()
      << ",\n     \"did\": " << quoted(result.did)
      << ",\n     \"came_back\": " << quoted(result.came_back) << '}';
}

}  // namespace

void write_json(std::ostream& out, const Report& report) {
  out << "{\n  \"suite\": \"vhost-device-i2c-conformance\",\n  \"version\": "
      << quoted(report.version) << ",\n  \"back_end\": " << quoted(report.back_end)
      << ",\n  \"socket\": " << quoted(report.socket) << ",\n  \"bus\": " << quoted(report.bus)
      << ",\n  \"features\": " << report.features
      << ",\n  \"protocol_features\": " << report.protocol_features
      << ",\n  \"notes\": " << quoted(report.notes) << ",\n  \"summary\": {";
  const char* separator = "";
  for (const Outcome outcome :
       {Outcome::passed, Outcome::failed, Outcome::not_applicable, Outcome::not_run}) {
    out << separator << quoted(to_string(outcome)) << ": " << report.count(outcome);
    separator = ", ";
  }
  out << "},\n  \"cases\": [";
  separator = "\n";
  for (const Result& result : report.results) {
    out << separator;
    write_result(out, result);
    separator = ",\n";
  }
  out << "\n  ]\n}\n";
}

}  // namespace vhost_device::conformance
