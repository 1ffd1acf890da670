// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

namespace vhost_device::python {

/// Each puts one area into the module. In this order: a class comes before those that use it, so
/// that signatures show its Python name.
void register_i2c(pybind11::module_& module);
void register_clock(pybind11::module_& module);
void register_device(pybind11::module_& module);
void register_mux(pybind11::module_& module);
void register_registers(pybind11::module_& module);
void register_registry(pybind11::module_& module);
void register_faults(pybind11::module_& module);
void register_trace(pybind11::module_& module);
void register_bus(pybind11::module_& module);
void register_state(pybind11::module_& module);
void register_stimulus(pybind11::module_& module);
void register_linux(pybind11::module_& module);
void register_replay(pybind11::module_& module);
void register_router(pybind11::module_& module);
void register_server(pybind11::module_& module);
void register_guest(pybind11::module_& module);

}  // namespace vhost_device::python
