// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace vhost_device::bench {

/// Times in nanoseconds, counted in buckets whose width is at most 1/128 of their value, so that
/// recording one costs the same at any length of a run and allocates nothing.
class Histogram {
 public:
  void record(std::uint64_t nanoseconds) {
    ++counts_[index_of(nanoseconds)];
    ++count_;
    sum_ += nanoseconds;
    min_ = std::min(min_, nanoseconds);
    max_ = std::max(max_, nanoseconds);
  }

  /// The middle of the bucket in which the value lies that `permille` thousandths of all do not
  /// exceed; 0 when nothing was recorded.
  [[nodiscard]] std::uint64_t permille(std::uint64_t permille) const {
    const std::uint64_t rank = std::max<std::uint64_t>((count_ * permille + 999) / 1000, 1);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen >= rank) return std::clamp(middle_of(i), min_, max_);
    }
    return 0;
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }
  [[nodiscard]] double mean() const {
    return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
  }

 private:
  // Values are kept with this many bits behind the leading one.
  static constexpr unsigned precision = 7;
  static constexpr std::size_t per_power = std::size_t{1} << precision;

  static constexpr std::size_t index_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = width > precision + 1 ? width - precision - 1 : 0;
    return (std::size_t{shift} << precision) + static_cast<std::size_t>(value >> shift);
  }

  static constexpr std::uint64_t middle_of(std::size_t index) {
    if (index < 2 * per_power) return index;
    const std::size_t shift = (index >> precision) - 1;
    const std::uint64_t mantissa = (index & (per_power - 1)) + per_power;
    return (mantissa << shift) + (std::uint64_t{1} << (shift - 1));
  }

  // As many as any value of 64 bits needs.
  static constexpr std::size_t size = (64 - precision + 1) * per_power;

  std::array<std::uint64_t, size> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ = 0;
};

}  // namespace vhost_device::bench
