// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/address.hpp"

#include <cstdio>

namespace vhost_device::i2c {

std::string to_string(Address address) {
  char text[24];
  const int length =
      address.is_ten_bit()
          ? std::snprintf(text, sizeof text, "0x%03x (10-bit)", unsigned{address.value()})
          : std::snprintf(text, sizeof text, "0x%02x", unsigned{address.value()});
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace vhost_device::i2c
