// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vhost_device::sim {

/// The fewest insertions, removals and replacements of one character and swaps of two neighbours
/// that make `b` of `a` (optimal string alignment); `limit + 1` when it takes more than `limit`.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate with the smallest distance from `name`, the first of several; nothing when all are
/// further than `limit`.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view name,
                                                      std::span<const std::string> candidates,
                                                      std::size_t limit);

/// How far off a name may be and still be taken for a slip of the keyboard: 2, or 1 for names of
/// fewer than 5 characters, where 2 would be half of the name.
[[nodiscard]] std::size_t slip_limit(std::string_view name);

}  // namespace vhost_device::sim
