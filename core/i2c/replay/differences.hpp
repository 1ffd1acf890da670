// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace vhost_device::i2c {

/// Something that a guest did and that a recording does not have.
struct Difference {
  std::string text;
  std::uint64_t count = 0;  ///< How often.
};

/// What was different, each kind once. Bounded: of what comes after the first `max_kinds`, only how
/// often it happened is kept.
class Differences {
 public:
  static constexpr std::size_t max_kinds = 256;

  /// Whether it is to be told: it is there for the first time, and kept.
  bool add(const std::string& text);

  void clear() { *this = {}; }

  /// In the order in which they came up.
  [[nodiscard]] const std::vector<Difference>& kinds() const { return kinds_; }
  /// How often there was one, kept or not.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// How often there was one that is not kept.
  [[nodiscard]] std::uint64_t not_kept() const { return not_kept_; }

 private:
  std::vector<Difference> kinds_;
  std::unordered_map<std::string, std::size_t> places_;
  std::uint64_t count_ = 0;
  std::uint64_t not_kept_ = 0;
};

}  // namespace vhost_device::i2c
