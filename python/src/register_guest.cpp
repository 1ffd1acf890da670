// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl/filesystem.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "core/i2c/virtio_i2c_driver.hpp"
#include "core/io/in_process_guest.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"
#include "python/src/registration.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using std::chrono::milliseconds;

constexpr std::uint16_t queue_size = 64;
constexpr std::size_t memory_size = std::size_t{1} << 20;

/// A guest in this process and its virtio-i2c driver.
class InProcessGuest final : public i2c::Adapter {
 public:
  InProcessGuest(const std::filesystem::path& socket, milliseconds limit)
      : parts_(std::in_place, socket, limit) {}

  [[nodiscard]] i2c::Functionality functionality() const override { return i2c::func::any_message; }

  void close() {
    const std::lock_guard lock(mutex_);
    parts_.reset();
  }

 private:
  struct Parts {
    Parts(const std::filesystem::path& socket, milliseconds limit)
        : guest(socket, {.memory_size = memory_size, .limit = limit, .front_end = {}}),
          ring(i2c::VirtioI2cDriver::make_ring(guest, queue_size)),
          driver(guest, ring, {.timeout = limit}) {
      guest.start({&ring});
    }

    io::InProcessGuest guest;
    virtio::DriverRing ring;
    i2c::VirtioI2cDriver driver;
  };

  [[nodiscard]] i2c::TransferResult do_transfer(std::span<const i2c::Message> messages) override {
    const std::lock_guard lock(mutex_);
    if (!parts_) return {0, i2c::TransferError::io_error};
    return parts_->driver.transfer(messages);
  }

  std::mutex mutex_;
  std::optional<Parts> parts_;
};

}  // namespace

void register_guest(py::module_& module) {
  py::class_<InProcessGuest, i2c::Adapter, py::smart_holder>(
      module, "InProcessGuest",
      "A guest without a virtual machine: what is transferred on it goes through a virtqueue to "
      "the\n"
      "daemon on the other side of a socket. As in any guest, the reason of a failure does not "
      "come\n"
      "back: it is a BusError.\n\n"
      "`timeout`, in seconds, is for each answer of the daemon. FrontEndError if the daemon "
      "cannot\n"
      "be reached or refuses something.")
      .def(py::init([](const std::filesystem::path& socket_path, double timeout) {
             return std::make_unique<InProcessGuest>(
                 socket_path, milliseconds(static_cast<long>(timeout * 1000)));
           }),
           py::arg("socket_path"), py::arg("timeout") = 5.0, WithoutGil())
      .def("close", &InProcessGuest::close, WithoutGil(), "Leaves. May be called again.")
      .def(
          "__enter__", [](InProcessGuest& self) -> InProcessGuest& { return self; },
          py::return_value_policy::reference)
      .def("__exit__", [](InProcessGuest& self, const py::args& /*error*/) {
        const ReleaseGil release;
        self.close();
      });
  refuse_unconstructed<InProcessGuest>();
}

}  // namespace vhost_device::python
