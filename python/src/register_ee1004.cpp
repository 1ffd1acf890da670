// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "backends/sim/devices/ee1004.hpp"
#include "python/src/arguments.hpp"
#include "python/src/chips.hpp"
#include "python/src/construction.hpp"
#include "python/src/eeprom_arguments.hpp"
#include "python/src/gil.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using sim::Ee1004;

std::shared_ptr<Ee1004> make(AddressArgument address, std::optional<long> write_cycle_ms,
                             const std::optional<std::filesystem::path>& image, bool save) {
  auto chip = std::make_shared<Ee1004>(address.address);
  set_up(*chip, {write_cycle_ms, image, save});
  return chip;
}

}  // namespace

void register_ee1004(py::module_& module) {
  py::class_<Ee1004, sim::Eeprom, py::smart_holder>(
      module, "Ee1004", py::is_final(),
      "The SPD EEPROM of a DDR4 memory module: 512 bytes in two pages, which commands at 0x36 and "
      "0x37 select\nfor all of these chips on a bus.")
      .def(
          py::init(&make), py::arg("address"), py::kw_only(),
          py::arg("write_cycle_ms") = py::none(), py::arg("image") = py::none(),
          py::arg("save") = false,
          "Keywords as for At24. ValueError for an address outside 0x50 to 0x57, ImageError for an "
          "image that\ncannot be used.")
      .def_property_readonly("spd_page", py::cpp_function(&Ee1004::spd_page, WithoutGil()),
                             "Which of the two pages is visible: 0 or 1.")
      .def("block_protected", &Ee1004::block_protected, py::arg("block"), WithoutGil(),
           "Whether one of the four blocks of 128 bytes is write-protected. IndexError above 3.")
      .def("set_block_protected", &Ee1004::set_block_protected, py::arg("block"),
           py::arg("protect"), WithoutGil(),
           "Protects a block or frees it, as a programmer with a high voltage does.");
  refuse_unconstructed<Ee1004>();
}

}  // namespace vhost_device::python
