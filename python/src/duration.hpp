// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <string>

namespace vhost_device::python {

/// A limit as a script gives it, in seconds. Python ValueError unless it is 0 to a million (11
/// days: more would overflow a wait's arithmetic).
inline std::chrono::milliseconds to_limit(double seconds) {
  constexpr double longest_s = 1e6;
  if (!(seconds >= 0 && seconds <= longest_s)) {
    throw pybind11::value_error("timeout " + std::string(pybind11::str(pybind11::float_(seconds))) +
                                ": expected 0 to 1000000 seconds");
  }
  return std::chrono::milliseconds(static_cast<long>(seconds * 1000));
}

}  // namespace vhost_device::python
