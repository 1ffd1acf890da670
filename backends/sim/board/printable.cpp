// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/printable.hpp"

#include <cstddef>

namespace vhost_device::sim {

std::string printable(std::string_view text) {
  constexpr std::size_t longest = 120;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (const char character : text.substr(0, longest)) {
    if (character >= ' ' && character <= '~') {
      result += character;
      continue;
    }
    const auto byte = static_cast<unsigned char>(character);
    result += "\\x";
    result += digits[byte >> 4U];
    result += digits[byte & 0x0fU];
  }
  if (text.size() > longest) result += "...";
  return result;
}

std::string in_quotes(std::string_view text) { return '"' + printable(text) + '"'; }

}  // namespace vhost_device::sim
