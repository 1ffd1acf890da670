// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <span>
#include <string>

#include "core/i2c/message.hpp"
#include "core/i2c/transfer_result.hpp"

namespace vhost_device::python {

/// A class of the Python module vhost_device.errors. With the GIL held.
[[nodiscard]] pybind11::object error_class(const char* name);

/// Raises an exception of that class, made with these arguments.
template <class... Arguments>
[[noreturn]] void raise(const char* name, Arguments&&... arguments) {
  const pybind11::object type = error_class(name);
  const pybind11::object error = type(std::forward<Arguments>(arguments)...);
  PyErr_SetObject(type.ptr(), error.ptr());
  throw pybind11::error_already_set();
}

/// Raises the TransferError for the result of these messages, which is not a success.
[[noreturn]] void raise_transfer_error(const i2c::TransferResult& result,
                                       std::span<const i2c::Message> messages);

/// Makes the exceptions of the layers below those of vhost_device.errors.
void register_errors();

}  // namespace vhost_device::python
