// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/linux/adapters.hpp"
#include "backends/linux/i2c_dev.hpp"
#include "python/src/arguments.hpp"
#include "python/src/construction.hpp"
#include "python/src/duration.hpp"
#include "python/src/gil.hpp"
#include "python/src/log_queue.hpp"
#include "python/src/registration.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using linux_i2c::I2cDev;
using std::chrono::milliseconds;

/// Something shorter than the kernel's 10 ms is rounded up to them, also what is less than 1 ms.
std::optional<milliseconds> to_timeout(std::optional<double> seconds) {
  if (!seconds) return std::nullopt;
  return std::max(to_limit(*seconds), milliseconds(1));
}

// The name is bytes, since a driver may have given it any.
std::unique_ptr<I2cDev> make(const py::bytes& adapter, AddressesArgument addresses,
                             std::optional<double> timeout_s, std::optional<unsigned> retries,
                             bool force) {
  const std::string name_or_number = adapter;
  I2cDev::Options options;
  options.timeout = to_timeout(timeout_s);
  options.retries = retries;
  options.force = force;

  const ReleaseGil release;
  auto made = std::make_unique<I2cDev>(name_or_number, std::move(addresses.addresses), options);
  made->on_notice(
      [](const std::string& text) { log_queue::push(log_queue::Level::warning, text); });
  made->on_failure([](const std::string& text) { log_queue::push(log_queue::Level::debug, text); });
  return made;
}

py::typing::List<py::typing::Tuple<py::int_, py::str>> list_adapters() {
  std::vector<linux_i2c::HostAdapter> adapters;
  {
    const ReleaseGil release;
    adapters = linux_i2c::list_adapters();
  }
  py::typing::List<py::typing::Tuple<py::int_, py::str>> listed;
  for (const auto& [number, name] : adapters) listed.append(py::make_tuple(number, to_text(name)));
  return listed;
}

}  // namespace

void register_linux(py::module_& module) {
  py::class_<I2cDev, i2c::Adapter, py::smart_holder>(module, "I2cDev",
                                                     "The C++ half of vhost_device.linux.I2cDev.")
      .def(py::init(&make), py::arg("adapter"), py::arg("addresses"), py::arg("timeout_s"),
           py::arg("retries"), py::arg("force"))
      // What was found at the start does not change.
      .def_property_readonly("number",
                             [](const I2cDev& device) { return device.host_adapter().number; })
      .def_property_readonly(
          "name", [](const I2cDev& device) { return to_text(device.host_adapter().name); });
  refuse_unconstructed<I2cDev>();
  module.def("list_adapters", &list_adapters);
}

}  // namespace vhost_device::python
