// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <string>

#include "core/i2c/address.hpp"

namespace vhost_device::python {

/// An address as Python code would give it to a call: "0x48", or "Address.ten_bit(0x123)".
[[nodiscard]] inline std::string as_argument(i2c::Address address) {
  std::string text = i2c::to_string(address);
  if (!address.is_ten_bit()) return text;
  return "Address.ten_bit(" + text.substr(0, text.find(' ')) + ")";
}

}  // namespace vhost_device::python
