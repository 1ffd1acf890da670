// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <string>
#include <typeinfo>

namespace vhost_device::python {

/// Makes each use of an instance whose __init__() was not called a TypeError. To be called once for
/// each class, after it was registered.
///
/// pybind11 would allocate such an instance when it is first used, and construct nothing in it:
/// what is used then is memory as it was found. The allocation is what is replaced here, since it
/// has no other use.
template <class T>
void refuse_unconstructed() {
  pybind11::detail::get_type_info(typeid(T))->operator_new = [](std::size_t) -> void* {
    const std::string name(pybind11::str(pybind11::type::of<T>().attr("__name__")));
    throw pybind11::type_error(name + ".__init__() was not called; call super().__init__(...) " +
                               "before anything else of " + name + " is used");
  };
}

/// What Python shares with us. To be used instead of an argument of type std::shared_ptr, which is
/// null where an instance's __init__() was not called.
template <class T>
[[nodiscard]] std::shared_ptr<T> share(T& wrapped) {
  return pybind11::cast(&wrapped, pybind11::return_value_policy::reference)
      .template cast<std::shared_ptr<T>>();
}

}  // namespace vhost_device::python
