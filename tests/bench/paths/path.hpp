// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <string_view>

#include "tests/bench/work.hpp"

namespace vhost_device::bench {

enum class Bus { simulated, linux_adapter };

/// A way of a transaction through the back-end.
struct Path {
  std::string_view name;
  Work work = Work::write2;
  bool packed = false;
  Bus bus = Bus::simulated;
};

inline constexpr std::array<Path, 6> paths{{
    {"split-write2", Work::write2},
    {"split-write1read2", Work::write1_read2},
    {"split-read32", Work::read32},
    {"split-page-write", Work::page_write},
    {"packed-write1read2", Work::write1_read2, true},
    {"linux-write1read2", Work::write1_read2, false, Bus::linux_adapter},
}};

/// Null for a name that no path has.
[[nodiscard]] const Path* find_path(std::string_view name);

/// Runs `count` transactions, in batches of up to 64, with one call of `counted_service` for each.
///
/// Throws std::runtime_error when a request does not end with OK, data is wrong, or an interrupt is
/// not asked for.
void run_path(const Path& path, std::size_t count);

}  // namespace vhost_device::bench
