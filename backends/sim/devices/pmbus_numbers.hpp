// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>

// PMBus part II, rev. 1.2, 7.1 and 8.3.1.

namespace vhost_device::sim {

/// LINEAR11: 11 bits Y and an exponent N of 5 bits, both two's complement: Y * 2^N. With the
/// smallest exponent that does, and so as exact as it can be; the nearest number there is for what
/// is too large.
[[nodiscard]] std::uint16_t to_linear11(double value);
[[nodiscard]] double from_linear11(std::uint16_t word);

/// LINEAR16: 16 bits without a sign, times 2^exponent.
[[nodiscard]] std::uint16_t to_linear16(double value, int exponent);
[[nodiscard]] double from_linear16(std::uint16_t word, int exponent);

}  // namespace vhost_device::sim
