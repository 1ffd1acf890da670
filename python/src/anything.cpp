// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/anything.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

// Of a value in the text of an error, in characters.
constexpr std::size_t shown_length = 60;

[[noreturn]] void refuse_data(const DataArgument& value, const char* name, PyObject* kind) {
  const std::string text =
      describe(name, value) + ": expected bytes, or ints from 0 to 255, as in [0x01, 0x60]";
  PyErr_SetString(kind, text.c_str());
  throw py::error_already_set();
}

}  // namespace

std::string describe(const char* name, py::handle value) {
  const py::str shown = py::repr(value);
  const bool is_long = py::len(shown) > shown_length;
  const py::object cut = shown[py::slice(0, is_long ? shown_length : py::len(shown), 1)];
  return std::string(name) + " " + cut.cast<std::string>() + (is_long ? "..." : "");
}

double to_double(const FloatArgument& value, const char* name) {
  const double number = PyFloat_AsDouble(value.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    throw py::type_error(describe(name, value) + ": expected a number");
  }
  return number;
}

bool to_bool(const BoolArgument& value, const char* name) {
  if (PyBool_Check(value.ptr()) == 0) {
    throw py::type_error(describe(name, value) + ": expected True or False");
  }
  return value.is(py::bool_(true));
}

std::string to_data(const DataArgument& value, const char* name) {
  if (PyUnicode_Check(value.ptr()) != 0) refuse_data(value, name, PyExc_TypeError);
  const auto bytes = py::reinterpret_steal<py::bytes>(PyBytes_FromObject(value.ptr()));
  if (bytes) return bytes;
  for (PyObject* const kind : {PyExc_TypeError, PyExc_ValueError}) {
    if (PyErr_ExceptionMatches(kind) == 0) continue;
    PyErr_Clear();
    refuse_data(value, name, kind);
  }
  throw py::error_already_set();
}

}  // namespace vhost_device::python
