// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "core/i2c/address.hpp"
#include "python/src/anything.hpp"

namespace vhost_device::python {

/// An address as a script gives it: an Address, or an int for one of 7 bits. Reading it throws a
/// Python ValueError for an int that is none, and a TypeError for anything else.
struct AddressArgument {
  i2c::Address address = *i2c::Address::seven_bit(0);
};

/// One such address, or several.
struct AddressesArgument {
  std::vector<i2c::Address> addresses;
};

}  // namespace vhost_device::python

namespace pybind11::detail {

template <>
class type_caster<vhost_device::python::AddressArgument> {
 public:
  PYBIND11_TYPE_CASTER(vhost_device::python::AddressArgument,
                       const_name("int | vhost_device._core.Address"));

  bool load(handle source, bool /*convert*/) {
    using vhost_device::i2c::Address;
    if (isinstance<Address>(source)) {
      value.address = source.cast<Address>();
      return true;
    }
    if (!is_one(source)) {
      throw type_error(vhost_device::python::describe("address", source) +
                       ": expected an int from 0x00 to 0x7f, or an Address");
    }
    const long number = PyLong_AsLong(source.ptr());
    PyErr_Clear();  // of a number that is too long for a C++ one
    const auto address =
        number >= 0 ? Address::seven_bit(static_cast<unsigned long>(number) > Address::max_seven_bit
                                             ? Address::max_seven_bit + 1U
                                             : static_cast<unsigned>(number))
                    : std::nullopt;
    if (!address) {
      throw value_error("address " + std::string(str(source)) +
                        ": expected 0x00 to 0x7f; for one of 10 bits, use Address.ten_bit()");
    }
    value.address = *address;
    return true;
  }

  static bool is_one(handle source) {
    return isinstance<vhost_device::i2c::Address>(source) || PyIndex_Check(source.ptr()) != 0;
  }
};

template <>
class type_caster<vhost_device::python::AddressesArgument> {
 public:
  PYBIND11_TYPE_CASTER(
      vhost_device::python::AddressesArgument,
      const_name("int | vhost_device._core.Address | collections.abc.Sequence[int | "
                 "vhost_device._core.Address]"));

  bool load(handle source, bool convert) {
    make_caster<vhost_device::python::AddressArgument> one;
    if (one.is_one(source)) {
      one.load(source, convert);
      value.addresses = {static_cast<vhost_device::python::AddressArgument&>(one).address};
      return true;
    }
    if (!isinstance<sequence>(source) || isinstance<str>(source)) {
      throw type_error(vhost_device::python::describe("address", source) +
                       ": expected an int from 0x00 to 0x7f, an Address, or a list of them");
    }
    for (const handle item : source) {
      one.load(item, convert);
      value.addresses.push_back(static_cast<vhost_device::python::AddressArgument&>(one).address);
    }
    return true;
  }
};

}  // namespace pybind11::detail
