// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>

#include "backends/sim/devices/eeprom.hpp"

namespace vhost_device::python {

/// An EEPROM's contents as Python sees them: a bytearray of fixed size. Each access is of the live
/// contents and has the bus's lock to itself; no access has it for longer.
///
/// All methods are called with the GIL and release it for the lock.
class At24Data {
 public:
  explicit At24Data(std::shared_ptr<sim::Eeprom> chip) : chip_(std::move(chip)) {}

  [[nodiscard]] std::size_t size() const { return chip_->size(); }

  /// Python's index, which may be negative. IndexError beyond the end.
  [[nodiscard]] int get(pybind11::ssize_t index) const;
  /// ValueError if `value` is no byte.
  void set(pybind11::ssize_t index, long value);

  [[nodiscard]] pybind11::bytes get(const pybind11::slice& slice) const;
  /// `value` is whatever bytes() takes except an int. ValueError if its length differs.
  void set(const pybind11::slice& slice, const pybind11::object& value);

  [[nodiscard]] pybind11::bytes all() const;
  [[nodiscard]] bool equal(const pybind11::object& other) const;
  [[nodiscard]] std::string represent() const;

 private:
  [[nodiscard]] std::size_t offset(pybind11::ssize_t index) const;
  [[nodiscard]] std::string read(std::size_t offset, std::size_t length) const;
  void write(std::size_t offset, const std::string& bytes) const;

  std::shared_ptr<sim::Eeprom> chip_;
};

}  // namespace vhost_device::python
