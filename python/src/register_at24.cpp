// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "backends/sim/devices/at24.hpp"
#include "python/src/arguments.hpp"
#include "python/src/at24_data.hpp"
#include "python/src/chips.hpp"
#include "python/src/construction.hpp"
#include "python/src/errors.hpp"
#include "python/src/gil.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using sim::At24;
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

void load_image(At24& chip, const Path& path) {
  with_image([&] { chip.load_image(path); });
}

void save_to(At24& chip, const Path& path) {
  with_image([&] { chip.save_to(path); });
}

std::shared_ptr<At24> make(const std::string& part, AddressArgument address,
                           std::optional<long> write_cycle_ms, const std::optional<Path>& image,
                           bool save) {
  if (save && !image) throw py::value_error("save: expected an image to save to");
  auto chip = std::make_shared<At24>(part, address.address);
  if (write_cycle_ms) chip->set_write_cycle(milliseconds(*write_cycle_ms));
  if (save) {
    with_image([&] { chip->keep_in(*image); });
  } else if (image) {
    load_image(*chip, *image);
  }
  return chip;
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

void register_at24(py::module_& module) {
  register_data(module);
  py::class_<At24, sim::Device, py::smart_holder>(
      module, "At24", py::is_final(), "A serial EEPROM of the 24Cxx family, 24c01 to 24cm02.")
      .def(py::init(&make), py::arg("part"), py::arg("address"), py::kw_only(),
           py::arg("write_cycle_ms") = py::none(), py::arg("image") = py::none(),
           py::arg("save") = false,
           "`image` is a file with the initial contents; with `save`, it follows the contents, and "
           "need not\nbe there at first. `write_cycle_ms` is the datasheet's if not given.\n\n"
           "ValueError for an unknown part and for an address that it cannot have, ImageError for "
           "an image\nthat cannot be used.")
      .def_property_readonly(
          "data", [](At24& self) { return At24Data(share(self)); },
          "The contents, as a programmer beside the bus sees them: without write cycles and "
          "regardless of\nwrite protection.")
      .def_property_readonly("size", &At24::size, "In bytes.")
      .def_property_readonly("page_size", &At24::page_size, "In bytes.")
      .def_property("write_protect", py::cpp_function(&At24::write_protect, WithoutGil()),
                    py::cpp_function(&At24::set_write_protect, WithoutGil()),
                    "The WP pin. While it is set, bytes are acknowledged as ever, and not written.")
      .def_property(
          "write_cycle_ms",
          py::cpp_function([](const At24& self) { return self.write_cycle().count(); },
                           WithoutGil()),
          py::cpp_function(
              [](At24& self, long duration_ms) { self.set_write_cycle(milliseconds(duration_ms)); },
              WithoutGil()),
          "How long the chip is busy after a write; 0 for not at all. ValueError for a negative "
          "time.")
      .def_property_readonly("busy", py::cpp_function(&At24::busy, WithoutGil()),
                             "Whether a write cycle is running: nothing is acknowledged meanwhile.")
      .def("load_image", &load_image, py::arg("path"),
           "Fills the start of the contents from a file. ImageError if that does not work.")
      .def("save_to", &save_to, py::arg("path"),
           "Writes the contents to a file, and every change from now on. ImageError if that does "
           "not work\nat first; for failures later on there is last_error.")
      .def_property_readonly(
          "last_error",
          [](const At24& self) {
            std::string text;
            {
              const ReleaseGil release;
              text = self.last_error();
            }
            return to_text(text);
          },
          "Why contents were last not saved; empty when they always were.");
  refuse_unconstructed<At24>();
}

}  // namespace vhost_device::python
