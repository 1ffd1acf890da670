// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/nearest_name.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace vhost_device::sim {

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t longer = std::max(a.size(), b.size());
  const std::size_t shorter = std::min(a.size(), b.size());
  // Also what keeps a name of megabytes, from a broken blob, from costing its square.
  if (longer - shorter > limit) return limit + 1;

  // row[j]: from the part of `a` seen so far to the first j characters of `b`.
  std::vector<std::size_t> row(b.size() + 1);
  std::vector<std::size_t> above(row.size());
  std::vector<std::size_t> two_above(row.size());
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(two_above, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({above[j - 1] + (same ? 0 : 1), row[j - 1] + 1, above[j] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
    // A swap reaches over one row, so both have to be beyond the limit.
    if (std::min(*std::ranges::min_element(row), *std::ranges::min_element(above)) > limit) break;
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
