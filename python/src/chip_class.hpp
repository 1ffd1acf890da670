// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <utility>

#include "backends/sim/bus/device.hpp"
#include "python/src/arguments.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"

namespace vhost_device::python {

/// The Python class of a chip that is written in C++: its constructor and its typed properties, all
/// of which take the bus's lock, and so release the GIL before.
template <class Chip>
class ChipClass {
 public:
  ChipClass(pybind11::module_& module, const char* name, const char* doc)
      : class_(module, name, pybind11::is_final(), doc) {
    refuse_unconstructed<Chip>();
  }

  /// `make(...)` returns a shared_ptr to the chip; `extra` are its arguments and its doc.
  template <class Make, class... Extra>
  ChipClass& init(Make make, Extra&&... extra) {
    class_.def(pybind11::init(make), std::forward<Extra>(extra)...);
    return *this;
  }

  template <class Getter>
  ChipClass& property(const char* name, Getter getter, const char* doc) {
    class_.def_property_readonly(name, pybind11::cpp_function(getter, WithoutGil()), doc);
    return *this;
  }

  template <class Getter, class Setter>
  ChipClass& property(const char* name, Getter getter, Setter setter, const char* doc) {
    class_.def_property(name, pybind11::cpp_function(getter, WithoutGil()),
                        pybind11::cpp_function(setter, WithoutGil()), doc);
    return *this;
  }

  template <class Method, class... Extra>
  ChipClass& method(const char* name, Method member, Extra&&... extra) {
    class_.def(name, member, WithoutGil(), std::forward<Extra>(extra)...);
    return *this;
  }

 private:
  pybind11::class_<Chip, sim::Device, pybind11::smart_holder> class_;
};

}  // namespace vhost_device::python
