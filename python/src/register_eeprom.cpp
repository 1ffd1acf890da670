// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "backends/sim/devices/eeprom.hpp"
#include "python/src/at24_data.hpp"
#include "python/src/chips.hpp"
#include "python/src/construction.hpp"
#include "python/src/eeprom_arguments.hpp"
#include "python/src/errors.hpp"
#include "python/src/gil.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using sim::Eeprom;
using std::chrono::milliseconds;
using Path = std::filesystem::path;

/// Runs `access`, which has to do with an image file, without the GIL.
template <class Access>
void with_image(Access access) {
  std::string reason;
  {
    const ReleaseGil release;
    try {
      access();
      return;
    } catch (const std::runtime_error& error) {
      reason = error.what();
    }
  }
  raise("ImageError", to_text(reason));
}

void load_image(Eeprom& chip, const Path& path) {
  with_image([&] { chip.load_image(path); });
}

void save_to(Eeprom& chip, const Path& path) {
  with_image([&] { chip.save_to(path); });
}

void register_data(py::module_& module) {
  using GetItem = int (At24Data::*)(py::ssize_t) const;
  using GetSlice = py::bytes (At24Data::*)(const py::slice&) const;
  using SetItem = void (At24Data::*)(py::ssize_t, long);
  py::class_<At24Data> data(
      module, "At24Data",
      "An EEPROM's contents, live: like a bytearray that keeps its size. Each "
      "access has the bus to itself.");
  data.def("__len__", &At24Data::size)
      .def("__getitem__", static_cast<GetItem>(&At24Data::get), py::arg("index"))
      .def("__getitem__", static_cast<GetSlice>(&At24Data::get), py::arg("index"))
      .def("__setitem__", static_cast<SetItem>(&At24Data::set), py::arg("index"), py::arg("value"))
      .def(
          "__setitem__",
          [](At24Data& self, const py::slice& slice, const py::typing::Iterable<py::int_>& value) {
            self.set(slice, value);
          },
          py::arg("index"), py::arg("value"))
      .def(
          "__iter__",
          [](const At24Data& self) { return py::typing::Iterator<py::int_>(py::iter(self.all())); },
          "Over the contents as they are now.")
      .def(
          "__contains__",
          [](const At24Data& self, const py::object& value) { return self.all().contains(value); },
          py::arg("value"))
      .def("__bytes__", &At24Data::all)
      .def("__eq__", &At24Data::equal, py::arg("other"), py::is_operator())
      .def("__repr__", &At24Data::represent);
  data.attr("__hash__") = py::none();
  refuse_unconstructed<At24Data>();
}

}  // namespace

void set_up(Eeprom& chip, const EepromArguments& arguments) {
  if (arguments.save && !arguments.image) {
    throw py::value_error("save: expected an image to save to");
  }
  if (arguments.write_cycle_ms) chip.set_write_cycle(milliseconds(*arguments.write_cycle_ms));
  if (arguments.save) {
    with_image([&] { chip.keep_in(*arguments.image); });
  } else if (arguments.image) {
    load_image(chip, *arguments.image);
  }
}

void register_eeprom(py::module_& module) {
  register_data(module);
  py::class_<Eeprom, sim::Device, py::smart_holder>(module, "Eeprom",
                                                    "What serial EEPROMs have in common.")
      .def_property_readonly(
          "data", [](Eeprom& self) { return At24Data(share(self)); },
          "The contents, as a programmer beside the bus sees them: without write cycles and "
          "regardless of\nwrite protection.")
      .def_property_readonly("size", &Eeprom::size, "In bytes.")
      .def_property_readonly("page_size", &Eeprom::page_size, "In bytes.")
      .def_property(
          "write_cycle_ms",
          py::cpp_function([](const Eeprom& self) { return self.write_cycle().count(); },
                           WithoutGil()),
          py::cpp_function(
              [](Eeprom& self, long duration_ms) {
                self.set_write_cycle(milliseconds(duration_ms));
              },
              WithoutGil()),
          "How long the chip is busy after a write; 0 for not at all. ValueError for a negative "
          "time.")
      .def_property_readonly("busy", py::cpp_function(&Eeprom::busy, WithoutGil()),
                             "Whether a write cycle is running: nothing is acknowledged meanwhile.")
      .def("load_image", &load_image, py::arg("path"),
           "Fills the start of the contents from a file. ImageError if that does not work.")
      .def("save_to", &save_to, py::arg("path"),
           "Writes the contents to a file, and every change from now on. ImageError if that does "
           "not work\nat first; for failures later on there is last_error.")
      .def_property_readonly(
          "last_error",
          [](const Eeprom& self) {
            std::string text;
            {
              const ReleaseGil release;
              text = self.last_error();
            }
            return to_text(text);
          },
          "Why contents were last not saved; empty when they always were.");
  refuse_unconstructed<Eeprom>();
}

}  // namespace vhost_device::python
