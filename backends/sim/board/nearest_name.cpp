// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/nearest_name.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace vhost_device::sim {

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t longer = std::max(a.size(), b.size());
  const std::size_t shorter = std::min(a.size(), b.size());
  // Also what keeps a name of megabytes, from a broken blob, from costing its square.
  if (longer - shorter > limit) return limit + 1;

  // row[j]: from the part of `a` seen so far to the first j characters of `b`.
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    std::size_t least = row[0];
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
      least = std::min(least, row[j + 1]);
    }
    if (least > limit) return limit + 1;
  }
  return std::min(row.back(), limit + 1);
}

std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates,
                                        std::size_t limit) {
  std::optional<std::string> nearest;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate, limit);
    if (distance > limit) continue;
    nearest = candidate;
    if (distance == 0) break;
    limit = distance - 1;
  }
  return nearest;
}

std::size_t slip_limit(std::string_view name) {
  constexpr std::size_t short_name = 5;
  return name.size() < short_name ? 1 : 2;
}

}  // namespace vhost_device::sim
