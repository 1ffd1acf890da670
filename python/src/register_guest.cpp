// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl/filesystem.h>
#include <sys/socket.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "core/i2c/virtio_i2c_driver.hpp"
#include "core/io/in_process_guest.hpp"
#include "core/support/forks.hpp"
#include "core/support/timed_lock.hpp"
#include "python/src/anything.hpp"
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

/// A guest in this process and its virtio-i2c driver. A process that was forked off shares its
/// memory and descriptors, and would answer its parent's requests: there it only forgets them.
class InProcessGuest final : public i2c::Adapter {
 public:
  InProcessGuest(const std::filesystem::path& socket, milliseconds limit)
      : parts_(std::make_unique<Parts>(socket, limit)) {}
  InProcessGuest(const InProcessGuest&) = delete;
  InProcessGuest& operator=(const InProcessGuest&) = delete;
  ~InProcessGuest() override {
    if (is_forked()) forget();
  }

  [[nodiscard]] i2c::Functionality functionality() const override { return i2c::func::any_message; }

  void close() {
    if (is_forked()) {
      forget();
      return;
    }
    const auto lock = take_turn();
    if (!parts_) return;
    // The daemon shall notice it even where a process that was forked off has the socket, too.
    static_cast<void>(::shutdown(parts_->guest->connection().descriptor(), SHUT_RDWR));
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

  [[nodiscard]] bool is_forked() const { return support::forks() != forks_; }

  /// Closes this process's copies, unless a thread of its parent was using them at the fork: what
  /// that left half done is not to be touched.
  void forget() {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock) {
      parts_.reset();
    } else {
      static_cast<void>(parts_.release());
    }
  }

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
    if (is_forked()) {
      throw std::runtime_error(
          "the guest is that of the process which this one was forked off from; make one of its "
          "own");
    }
    const auto lock = take_turn();
    if (!parts_) return {0, i2c::TransferError::io_error};
    try {
      return parts_->driver.transfer(messages);
    } catch (const py::error_already_set&) {
      parts_.reset();  // nobody waits for the answers that are still to come
      throw;
    }
  }

  const unsigned forks_ = support::forks();
  std::timed_mutex mutex_;
  std::unique_ptr<Parts> parts_;
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
      .def(py::init([](const std::filesystem::path& socket_path, const FloatArgument& timeout) {
             const milliseconds limit = to_limit(to_double(timeout, "timeout"));
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
