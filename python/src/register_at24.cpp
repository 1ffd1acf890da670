// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "backends/sim/devices/at24.hpp"
#include "python/src/arguments.hpp"
#include "python/src/chips.hpp"
#include "python/src/construction.hpp"
#include "python/src/eeprom_arguments.hpp"
#include "python/src/gil.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using sim::At24;

std::shared_ptr<At24> make(const std::string& part, AddressArgument address,
                           std::optional<long> write_cycle_ms,
                           const std::optional<std::filesystem::path>& image, bool save) {
  auto chip = std::make_shared<At24>(part, address.address);
  set_up(*chip, {write_cycle_ms, image, save});
  return chip;
}

}  // namespace

void register_at24(py::module_& module) {
  py::class_<At24, sim::Eeprom, py::smart_holder>(
      module, "At24", py::is_final(), "A serial EEPROM of the 24Cxx family, 24c01 to 24cm02.")
      .def(py::init(&make), py::arg("part"), py::arg("address"), py::kw_only(),
           py::arg("write_cycle_ms") = py::none(), py::arg("image") = py::none(),
           py::arg("save") = false,
           "`image` is a file with the initial contents; with `save`, it follows the contents, and "
           "need not\nbe there at first. `write_cycle_ms` is the datasheet's if not given.\n\n"
           "ValueError for an unknown part and for an address that it cannot have, ImageError for "
           "an image\nthat cannot be used.")
      .def_property(
          "write_protect", py::cpp_function(&At24::write_protect, WithoutGil()),
          py::cpp_function(&At24::set_write_protect, WithoutGil()),
          "The WP pin. While it is set, bytes are acknowledged as ever, and not written.");
  refuse_unconstructed<At24>();
}

}  // namespace vhost_device::python
