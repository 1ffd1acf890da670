// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/native_enum.h>
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/i2c/adapter.hpp"
#include "python/src/address_text.hpp"
#include "python/src/arguments.hpp"
#include "python/src/callbacks.hpp"
#include "python/src/construction.hpp"
#include "python/src/errors.hpp"
#include "python/src/gil.hpp"
#include "python/src/log_queue.hpp"
#include "python/src/registration.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

// A log record of a script is best read before the exception that it explains.
constexpr std::chrono::milliseconds log_limit{1000};

constexpr i2c::Address general_call = *i2c::Address::seven_bit(0);

/// A message to read.
struct Read {
  i2c::Address address = general_call;
  std::size_t length = 0;
};

/// A message to write.
struct Write {
  i2c::Address address = general_call;
  std::string data;
};

using ReadOrWrite = std::variant<Read, Write>;

class Messages : public py::object {
  PYBIND11_OBJECT_DEFAULT(Messages, object, is_anything)
};

ReadOrWrite to_message(py::handle item, std::size_t index) {
  if (py::isinstance<Read>(item)) return item.cast<Read>();
  if (py::isinstance<Write>(item)) return item.cast<Write>();
  const std::string name = "messages[" + std::to_string(index) + "]";
  throw py::type_error(describe(name.c_str(), item) + ": expected a Read or a Write");
}

std::vector<ReadOrWrite> to_messages(const Messages& messages) {
  if (!py::isinstance<py::iterable>(messages) || PyBytes_Check(messages.ptr()) != 0 ||
      PyUnicode_Check(messages.ptr()) != 0) {
    throw py::type_error(describe("messages", messages) +
                         ": expected a list of Read and Write, as in [Write(0x48, [0x00]), "
                         "Read(0x48, 2)]");
  }
  std::vector<ReadOrWrite> described;
  for (const py::handle item : messages) described.push_back(to_message(item, described.size()));
  return described;
}

std::size_t length_of(const ReadOrWrite& message) {
  const auto* const read = std::get_if<Read>(&message);
  return read != nullptr ? read->length : std::get<Write>(message).data.size();
}

i2c::Address address_of(const ReadOrWrite& message) {
  return std::visit([](const auto& each) { return each.address; }, message);
}

/// As the adapter would, but before anything is allocated for them.
void refuse_too_long(const std::vector<ReadOrWrite>& described) {
  for (std::size_t i = 0; i < described.size(); ++i) {
    const std::size_t length = length_of(described[i]);
    if (length <= i2c::max_message_length) continue;
    raise("TooLong", address_of(described[i]), i, described.size(),
          std::to_string(length) + " bytes, expected at most " +
              std::to_string(i2c::max_message_length));
  }
}

}  // namespace
}  // namespace vhost_device::python

template <>
struct pybind11::detail::handle_type_name<vhost_device::python::Messages> {
  static constexpr auto name =
      const_name("collections.abc.Sequence[vhost_device._core.Read | vhost_device._core.Write]");
};

namespace vhost_device::python {
namespace {

py::typing::List<py::bytes> transfer(i2c::Adapter& adapter, const Messages& given) {
  const std::vector<ReadOrWrite> described = to_messages(given);
  refuse_too_long(described);
  std::vector<std::vector<std::byte>> buffers(described.size());
  std::vector<i2c::Message> messages;
  for (std::size_t i = 0; i < described.size(); ++i) {
    if (const auto* const read = std::get_if<Read>(&described[i])) {
      buffers[i].resize(read->length);
      messages.push_back({read->address, true, buffers[i]});
    } else {
      const auto& write = std::get<Write>(described[i]);
      const auto bytes = std::as_bytes(std::span(write.data));
      buffers[i].assign(bytes.begin(), bytes.end());
      messages.push_back({write.address, false, buffers[i]});
    }
  }

  i2c::TransferResult result;
  {
    const ReleaseGil release;
    result = adapter.transfer(messages);
    if (!CallbackGate::is_inside()) log_queue::flush(log_limit);
  }
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  if (!result.ok()) raise_transfer_error(result, messages);

  py::typing::List<py::bytes> read;
  for (const i2c::Message& message : messages) {
    if (!message.read) continue;
    read.append(py::bytes(reinterpret_cast<const char*>(message.data.data()), message.data.size()));
  }
  return read;
}

/// One that fits no message is refused where it is transferred.
std::size_t to_length(const IntArgument& length) {
  const py::ssize_t number = PyNumber_AsSsize_t(length.ptr(), PyExc_OverflowError);
  PyErr_Clear();
  if (number > 0) return static_cast<std::size_t>(number);
  return to_int<std::size_t>(length, "length", 0, i2c::max_message_length);
}

i2c::Address ten_bit(const IntArgument& value) {
  constexpr const char* expected = ": expected 0x000 to 0x3ff";
  if (PyIndex_Check(value.ptr()) == 0) throw py::type_error(describe("address", value) + expected);
  const py::ssize_t number = PyNumber_AsSsize_t(value.ptr(), nullptr);
  constexpr py::ssize_t most = 0x3ff;
  if (number < 0 || number > most) throw py::value_error(describe("address", value) + expected);
  return *i2c::Address::ten_bit(static_cast<unsigned>(number));
}

// A 7-bit address is equal to its number, and so has its hash.
py::object as_key(i2c::Address address) {
  if (address.is_ten_bit()) return py::make_tuple("10-bit", address.value());
  return py::int_(address.value());
}

bool equal(i2c::Address address, const py::object& other) {
  if (py::isinstance<i2c::Address>(other)) return address == other.cast<i2c::Address>();
  return py::isinstance<py::int_>(other) && as_key(address).equal(other);
}

std::string represent(i2c::Address address) {
  const std::string text = as_argument(address);
  return address.is_ten_bit() ? text : "Address(" + text + ")";
}

void register_address(py::module_& module) {
  py::class_<i2c::Address>(
      module, "Address",
      "The address of a chip. One of 7 bits is equal to its number, and an int "
      "is taken wherever\nan address is wanted; one of 10 bits is an address of "
      "its own.")
      .def(py::init([](AddressArgument value) { return value.address; }), py::arg("value"),
           "One of 7 bits. ValueError above 0x7f.")
      .def_static("ten_bit", &ten_bit, py::arg("value"), "One of 10 bits. ValueError above 0x3ff.")
      .def_property_readonly("value", &i2c::Address::value)
      .def_property_readonly("is_ten_bit", &i2c::Address::is_ten_bit)
      .def_property_readonly("is_reserved", &i2c::Address::is_reserved,
                             "Whether the specification keeps it for something else than a chip: "
                             "0x00 to 0x07 and 0x78 to 0x7f.")
      .def("__int__", &i2c::Address::value)
      .def("__index__", &i2c::Address::value)
      .def("__eq__", &equal, py::arg("other"), py::is_operator())
      .def("__hash__", [](i2c::Address address) { return py::hash(as_key(address)); })
      .def("__str__", [](i2c::Address address) { return to_string(address); })
      .def("__repr__", &represent);
}

void register_messages(py::module_& module) {
  py::class_<Read>(module, "Read", "A message that reads `length` bytes.")
      .def(py::init([](AddressArgument address, const IntArgument& length) {
             return Read{address.address, to_length(length)};
           }),
           py::arg("address"), py::arg("length"))
      .def_readonly("address", &Read::address)
      .def_readonly("length", &Read::length)
      .def("__repr__", [](const Read& read) {
        return "Read(" + as_argument(read.address) + ", " + std::to_string(read.length) + ")";
      });

  py::class_<Write>(module, "Write", "A message that writes bytes; without any, the address alone.")
      .def(py::init([](AddressArgument address, const DataArgument& data) {
             return Write{address.address, to_data(data, "data")};
           }),
           py::arg("address"), py::arg("data") = py::bytes())
      .def_readonly("address", &Write::address)
      .def_property_readonly("data", [](const Write& write) { return py::bytes(write.data); })
      .def("__repr__", [](const Write& write) {
        return "Write(" + as_argument(write.address) + ", " +
               std::string(py::repr(py::bytes(write.data))) + ")";
      });
}

}  // namespace

void register_i2c(py::module_& module) {
  register_address(module);
  register_messages(module);

  py::class_<i2c::Adapter, py::smart_holder>(
      module, "Adapter", "A bus that transactions can be put on, real or simulated. Thread-safe.")
      .def("transfer", &transfer, py::arg("messages"),
           "Puts one transaction on the bus: START, the messages joined by repeated STARTs, "
           "STOP.\n\n"
           "Returns what each Read brought. Raises a TransferError: AddressNack, DataNack, ...")
      .def_property_readonly("functionality",
                             py::cpp_function(&i2c::Adapter::functionality, WithoutGil()),
                             "What the wire can do: the bits of Linux's I2C_FUNC_*.");
  refuse_unconstructed<i2c::Address>();
  refuse_unconstructed<Read>();
  refuse_unconstructed<Write>();
  refuse_unconstructed<i2c::Adapter>();
}

}  // namespace vhost_device::python
