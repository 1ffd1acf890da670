// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/at24_data.hpp"

#include <algorithm>
#include <cstdlib>
#include <span>

#include "python/src/gil.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

/// The elements that a slice selects: `length` of them, `step` apart, from `start` on.
struct Range {
  std::size_t start = 0;
  std::size_t length = 0;
  py::ssize_t step = 1;

  /// What they lie in, from the lowest one to the highest.
  [[nodiscard]] std::size_t lowest() const { return step > 0 ? start : start - reach(); }
  [[nodiscard]] std::size_t extent() const { return length == 0 ? 0 : reach() + 1; }
  [[nodiscard]] std::size_t at(std::size_t i) const {
    return step > 0 ? start + i * stride() : start - i * stride();
  }

 private:
  [[nodiscard]] std::size_t stride() const { return static_cast<std::size_t>(std::abs(step)); }
  [[nodiscard]] std::size_t reach() const { return length == 0 ? 0 : (length - 1) * stride(); }
};

Range resolve(const py::slice& slice, std::size_t size) {
  py::ssize_t start = 0;
  py::ssize_t stop = 0;
  py::ssize_t step = 0;
  py::ssize_t length = 0;
  if (!slice.compute(static_cast<py::ssize_t>(size), &start, &stop, &step, &length)) {
    throw py::error_already_set();
  }
  // An empty one may start right outside.
  if (length == 0) return {};
  return {static_cast<std::size_t>(start), static_cast<std::size_t>(length), step};
}

}  // namespace

std::string At24Data::read(std::size_t offset, std::size_t length) const {
  const ReleaseGil release;
  const std::vector<std::byte> bytes = chip_->read_data(offset, length);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void At24Data::write(std::size_t offset, const std::string& bytes) const {
  const ReleaseGil release;
  chip_->write_data(offset, std::as_bytes(std::span(bytes)));
}

std::size_t At24Data::offset(py::ssize_t index) const {
  const auto size = static_cast<py::ssize_t>(this->size());
  if (index < -size || index >= size) {
    throw py::index_error(chip_->name() + " has " + std::to_string(size) +
                          " bytes: there is none at " + std::to_string(index));
  }
  return static_cast<std::size_t>(index < 0 ? index + size : index);
}

int At24Data::get(py::ssize_t index) const {
  return static_cast<unsigned char>(read(offset(index), 1).front());
}

void At24Data::set(py::ssize_t index, long value) {
  if (value < 0 || value > 0xff) throw py::value_error("a byte is 0 to 255");
  write(offset(index), std::string(1, static_cast<char>(value)));
}

py::bytes At24Data::get(const py::slice& slice) const {
  const Range range = resolve(slice, size());
  const std::string bytes = read(range.lowest(), range.extent());
  if (range.step == 1) return bytes;
  std::string selected(range.length, '\0');
  for (std::size_t i = 0; i < range.length; ++i) selected[i] = bytes[range.at(i) - range.lowest()];
  return selected;
}

void At24Data::set(const py::slice& slice, const py::object& value) {
  const auto bytes = py::reinterpret_steal<py::bytes>(PyBytes_FromObject(value.ptr()));
  if (!bytes) throw py::error_already_set();
  const std::string source = bytes;
  const Range range = resolve(slice, size());
  if (source.size() != range.length) {
    throw py::value_error("an EEPROM keeps its size: " + std::to_string(source.size()) +
                          " bytes do not go into a slice of " + std::to_string(range.length));
  }
  if (range.step == 1) return write(range.lowest(), source);
  for (std::size_t i = 0; i < range.length; ++i) write(range.at(i), source.substr(i, 1));
}

py::bytes At24Data::all() const { return read(0, size()); }

bool At24Data::equal(const py::object& other) const {
  if (py::isinstance<At24Data>(other)) {
    const auto& data = other.cast<const At24Data&>();
    return data.chip_ == chip_ || all().equal(data.all());
  }
  return PyObject_CheckBuffer(other.ptr()) != 0 && all().equal(other);
}

std::string At24Data::represent() const {
  constexpr std::size_t shown = 16;
  const std::string start(py::repr(py::bytes(read(0, std::min(shown, size())))));
  return "<" + std::to_string(size()) + " bytes of " + chip_->name() + ": " + start + "...>";
}

}  // namespace vhost_device::python
