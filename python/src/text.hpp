// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

namespace vhost_device::python {

/// Text of ours for Python. It may quote a path, which may have any bytes: those that are no UTF-8
/// are given as Python gives them in paths of its own.
inline pybind11::str to_text(std::string_view text) {
  auto decoded = pybind11::reinterpret_steal<pybind11::str>(PyUnicode_DecodeUTF8(
      text.data(), static_cast<pybind11::ssize_t>(text.size()), "surrogateescape"));
  if (!decoded) throw pybind11::error_already_set();
  return decoded;
}

/// Text of Python's for a log. What is no UTF-8 is written as an escape.
inline std::string to_utf8(const pybind11::str& text) {
  const auto bytes = pybind11::reinterpret_steal<pybind11::bytes>(
      PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace"));
  if (!bytes) throw pybind11::error_already_set();
  return bytes;
}

}  // namespace vhost_device::python
