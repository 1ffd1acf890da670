// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl/filesystem.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "core/i2c/virtio_i2c_driver.hpp"
#include "core/io/in_process_guest.hpp"
#include "core/support/timed_lock.hpp"
#include "python/src/construction.hpp"
#include "python/src/duration.hpp"
#include "python/src/gil.hpp"
#include "python/src/interruptible_guest.hpp"
#include "python/src/registration.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using std::chrono::milliseconds;

// For the 42 messages that Linux takes at once (I2C_RDWR_IOCTL_MAX_MSGS), of three descriptors.
constexpr std::uint16_t queue_size = 128;
constexpr std::size_t memory_size = std::size_t{1} << 20;

/// A guest in this process and its virtio-i2c driver.
class InProcessGuest final : public i2c::Adapter {
 public:
  InProcessGuest(const std::filesystem::path& socket, milliseconds limit)
      : parts_(std::in_place, socket, limit) {}

  [[nodiscard]] i2c::Functionality functionality() const override { return i2c::func::any_message; }

  void close() {
    const auto lock = take_turn();
    parts_.reset();
  }

 private:
  struct Parts {
    Parts(const std::filesystem::path& socket, milliseconds limit)
        : guest(connect(socket, {.memory_size = memory_size, .limit = limit, .front_end = {}})),
          transport(*guest),
          ring(i2c::VirtioI2cDriver::make_ring(transport, queue_size)),
          driver(transport, *ring, {.timeout = limit}) {
      guest->start({ring.get()});
    }

    std::unique_ptr<io::InProcessGuest> guest;
    InterruptibleTransport transport;
    std::unique_ptr<virtio::DriverQueue> ring;
    i2c::VirtioI2cDriver driver;
  };

  /// One thread at a time. Ctrl-C ends the wait.
  [[nodiscard]] std::unique_lock<std::timed_mutex> take_turn() {
    std::unique_lock lock(mutex_, std::try_to_lock);
    while (!lock) {
      if (support::try_lock_until(mutex_, std::chrono::steady_clock::now() + wait_slice)) {
        return {mutex_, std::adopt_lock};
      }
      check_signals();
    }
    return lock;
  }

  [[nodiscard]] i2c::TransferResult do_transfer(std::span<const i2c::Message> messages) override {
    const auto lock = take_turn();
    if (!parts_) return {0, i2c::TransferError::io_error};
    try {
      return parts_->driver.transfer(messages);
    } catch (const py::error_already_set&) {
      parts_.reset();  // nobody waits for the answers that are still to come
      throw;
    }
  }

  std::timed_mutex mutex_;
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
      "be reached or refuses something. Ctrl-C ends every wait; in the middle of a transfer it\n"
      "closes the guest.")
      .def(py::init([](const std::filesystem::path& socket_path, double timeout) {
             const milliseconds limit = to_limit(timeout);
             const ReleaseGil release;
             return std::make_unique<InProcessGuest>(socket_path, limit);
           }),
           py::arg("socket_path"), py::arg("timeout") = 5.0)
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
