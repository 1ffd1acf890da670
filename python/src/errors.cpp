// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/errors.hpp"

#include <exception>
#include <system_error>
#include <utility>

#include "backends/linux/adapters.hpp"
#include "backends/sim/board/board.hpp"
#include "core/i2c/replay/recording_parser.hpp"
#include "core/io/front_end_connection.hpp"
#include "core/io/socket_file.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

const char* class_name(i2c::TransferError error) {
  switch (error) {
    case i2c::TransferError::address_nack:
      return "AddressNack";
    case i2c::TransferError::data_nack:
      return "DataNack";
    case i2c::TransferError::arbitration_lost:
      return "ArbitrationLost";
    case i2c::TransferError::timeout:
      return "TransferTimeout";
    case i2c::TransferError::not_supported:
      return "NotSupported";
    case i2c::TransferError::too_long:
      return "TooLong";
    case i2c::TransferError::not_permitted:
      return "NotPermitted";
    case i2c::TransferError::none:
    case i2c::TransferError::io_error:
      break;
  }
  return "BusError";
}

void set_error(const char* name, const std::exception& error) {
  const py::object type = error_class(name);
  PyErr_SetObject(type.ptr(), type(to_text(error.what())).ptr());
}

void set_os_error(const std::system_error& error) {
  const py::object arguments = py::make_tuple(error.code().value(), to_text(error.what()));
  PyErr_SetObject(PyExc_OSError, arguments.ptr());
}

}  // namespace

py::object error_class(const char* name) {
  return py::module_::import("vhost_device.errors").attr(name);
}

void raise_transfer_error(const i2c::TransferResult& result,
                          std::span<const i2c::Message> messages) {
  raise(class_name(result.error), messages[result.completed].address, result.completed,
        messages.size());
}

void register_errors() {
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(std::move(thrown));
    } catch (const sim::BoardError& error) {
      set_error("BoardError", error);
    } catch (const linux_i2c::AdapterError& error) {
      set_error("AdapterError", error);
    } catch (const i2c::RecordingError& error) {
      set_error("RecordingError", error);
    } catch (const io::FrontEndError& error) {
      set_error("FrontEndError", error);
    } catch (const io::SocketError& error) {
      set_error("DaemonError", error);
    } catch (const std::system_error& error) {
      set_os_error(error);
    }
  });
}

}  // namespace vhost_device::python
