// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace vhost_device::python {

inline bool is_anything(PyObject* /*object*/) { return true; }

/// Arguments that are taken as they come, to be converted by the functions below: those know the
/// argument's name, and pybind11's own error does not tell which argument it is about.
class IntArgument : public pybind11::object {
  PYBIND11_OBJECT_DEFAULT(IntArgument, object, is_anything)
};
class FloatArgument : public pybind11::object {
  PYBIND11_OBJECT_DEFAULT(FloatArgument, object, is_anything)
};
class BoolArgument : public pybind11::object {
  PYBIND11_OBJECT_DEFAULT(BoolArgument, object, is_anything)
};
class DataArgument : public pybind11::object {
  PYBIND11_OBJECT_DEFAULT(DataArgument, object, is_anything)
};

/// "times 'often'": the value as Python shows it, cut off where it is long.
[[nodiscard]] std::string describe(const char* name, pybind11::handle value);

/// Python TypeError for what is no int, ValueError for one that is not `least` to `most`.
template <class Int>
[[nodiscard]] Int to_int(const IntArgument& value, const char* name, Int least, Int most) {
  const auto number = pybind11::reinterpret_steal<pybind11::object>(PyNumber_Index(value.ptr()));
  const std::string expected =
      ": expected an int from " + std::to_string(least) + " to " + std::to_string(most);
  if (!number) {
    PyErr_Clear();
    throw pybind11::type_error(describe(name, value) + expected);
  }
  if (number < pybind11::int_(least) || number > pybind11::int_(most)) {
    throw pybind11::value_error(describe(name, value) + expected);
  }
  return number.cast<Int>();
}

/// Python TypeError for what is no number.
[[nodiscard]] double to_double(const FloatArgument& value, const char* name);

/// Python TypeError for anything but True and False.
[[nodiscard]] bool to_bool(const BoolArgument& value, const char* name);

/// Bytes, or any iterable of ints from 0 to 255. Python TypeError or ValueError for what is
/// neither.
[[nodiscard]] std::string to_data(const DataArgument& value, const char* name);

}  // namespace vhost_device::python

template <>
struct pybind11::detail::handle_type_name<vhost_device::python::IntArgument> {
  static constexpr auto name = const_name("int");
};
template <>
struct pybind11::detail::handle_type_name<vhost_device::python::FloatArgument> {
  static constexpr auto name = const_name("float");
};
template <>
struct pybind11::detail::handle_type_name<vhost_device::python::BoolArgument> {
  static constexpr auto name = const_name("bool");
};
template <>
struct pybind11::detail::handle_type_name<vhost_device::python::DataArgument> {
  static constexpr auto name = const_name("collections.abc.Iterable[int]");
};
