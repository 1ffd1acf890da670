// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace vhost_device::conformance {

/// What was done in a case and what came back, for its report: the first lines of it, and how many
/// more there were.
class Evidence {
 public:
  void did(std::string line) { add(did_, std::move(line)); }
  void came_back(std::string line) { add(came_back_, std::move(line)); }

  [[nodiscard]] std::vector<std::string> did() const { return did_.text(); }
  [[nodiscard]] std::vector<std::string> came_back() const { return came_back_.text(); }

 private:
  static constexpr std::size_t max_lines = 16;

  struct Lines {
    std::vector<std::string> first;
    std::size_t more = 0;

    [[nodiscard]] std::vector<std::string> text() const {
      std::vector<std::string> lines = first;
      if (more != 0) lines.push_back("and " + std::to_string(more) + " more");
      return lines;
    }
  };

  static void add(Lines& lines, std::string line) {
    if (lines.first.size() < max_lines) {
      lines.first.push_back(std::move(line));
    } else {
      ++lines.more;
    }
  }

  Lines did_;
  Lines came_back_;
};

}  // namespace vhost_device::conformance
