// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace vhost_device::testing {

/// Everything that is in a file; empty if there is none.
inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace vhost_device::testing
