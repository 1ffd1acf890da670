// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/i2c/router.hpp"
#include "python/src/arguments.hpp"
#include "python/src/construction.hpp"
#include "python/src/registration.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

/// An adapter, and what is granted of it; without addresses, all that is not granted otherwise.
using Route = std::pair<py::typing::Union<i2c::Adapter>, std::optional<AddressesArgument>>;

std::shared_ptr<i2c::Router> make(const std::vector<Route>& routes) {
  auto router = std::make_shared<i2c::Router>();
  for (const auto& [object, addresses] : routes) {
    std::shared_ptr<i2c::Adapter> adapter = share(object.cast<i2c::Adapter&>());
    if (!addresses) {
      router->grant_rest(std::move(adapter));
      continue;
    }
    for (const i2c::Address address : addresses->addresses) {
      if (router->grant(adapter, std::span(&address, 1))) continue;
      throw py::value_error("address " + to_string(address) +
                            " is granted twice; it can lead to one adapter only");
    }
  }
  return router;
}

}  // namespace

void register_router(py::module_& module) {
  py::class_<i2c::Router, i2c::Adapter, py::smart_holder>(
      module, "Router", "The C++ half of vhost_device.i2c.Router.")
      .def(py::init(&make), py::arg("routes"));
  refuse_unconstructed<i2c::Router>();
}

}  // namespace vhost_device::python
