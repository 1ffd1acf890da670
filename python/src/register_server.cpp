// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <fcntl.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "core/i2c/router.hpp"
#include "core/i2c/virtio_i2c.hpp"
#include "core/io/server.hpp"
#include "python/src/callbacks.hpp"
#include "python/src/construction.hpp"
#include "python/src/duration.hpp"
#include "python/src/gil.hpp"
#include "python/src/log_queue.hpp"
#include "python/src/registration.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds log_limit{1000};

/// A duplicate, so that the caller's descriptor stays the caller's.
support::UniqueFd duplicate(int fd) {
  support::UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) {
    throw std::system_error(errno, std::generic_category(), "descriptor " + std::to_string(fd));
  }
  return copy;
}

io::Server::GuestDeviceFactory serve(std::shared_ptr<i2c::Adapter> adapter) {
  const auto router = std::make_shared<i2c::Router>();
  router->grant_rest(std::move(adapter));
  return [router](std::size_t) { return std::make_unique<i2c::VirtioI2c>(router); };
}

/// An io::Server that keeps the rules of this package: nothing waits with the GIL held, and a
/// process that was forked off has nothing to do with its parent's guests and sockets.
class Server {
 public:
  template <class... Arguments>
  explicit Server(Arguments&&... arguments)
      : server_(std::make_unique<io::Server>(std::forward<Arguments>(arguments)...)),
        socket_paths_(server_->socket_paths()) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  ~Server() {
    if (::getpid() != owner_) {
      static_cast<void>(server_.release());
      return;
    }
    const ReleaseGil release;
    server_.reset();
  }

  /// True when nothing is left to serve.
  bool wait(double limit_s) {
    const milliseconds limit = to_limit(limit_s);
    const ReleaseGil release;
    return server_->wait(limit);
  }

  bool stop(double limit_s) {
    if (CallbackGate::is_inside()) {
      throw std::runtime_error("a chip cannot stop what it is being called by");
    }
    const milliseconds limit = to_limit(limit_s);
    if (::getpid() != owner_) return true;
    const ReleaseGil release;
    const bool stopped = server_->stop(limit);
    log_queue::flush(log_limit);
    return stopped;
  }

  [[nodiscard]] std::size_t connected() const { return server_->connected(); }
  [[nodiscard]] const std::vector<std::filesystem::path>& socket_paths() const {
    return socket_paths_;
  }

 private:
  const pid_t owner_ = ::getpid();
  std::unique_ptr<io::Server> server_;
  std::vector<std::filesystem::path> socket_paths_;
};

}  // namespace

void register_server(py::module_& module) {
  py::class_<Server, py::smart_holder>(module, "Server", "The C++ half of vhost_device.Daemon.")
      .def(py::init([](i2c::Adapter& wrapped, const std::filesystem::path& path, std::size_t count,
                       unsigned mode) {
             auto adapter = share(wrapped);
             const ReleaseGil release;
             return std::make_unique<Server>(io::Server::Options{path, count, mode},
                                             serve(std::move(adapter)));
           }),
           py::arg("adapter"), py::arg("path"), py::arg("count"), py::arg("mode"))
      .def(py::init([](i2c::Adapter& wrapped, int fd) {
             auto adapter = share(wrapped);
             const ReleaseGil release;
             return std::make_unique<Server>(duplicate(fd), serve(std::move(adapter)));
           }),
           py::arg("adapter"), py::kw_only(), py::arg("fd"))
      .def("wait", &Server::wait, py::arg("limit_s"))
      .def("stop", &Server::stop, py::arg("limit_s"))
      .def_property_readonly("connected", &Server::connected)
      .def_property_readonly("socket_paths", &Server::socket_paths);
  refuse_unconstructed<Server>();
  module.attr("MAX_SOCKETS") = io::Server::max_count;
}

}  // namespace vhost_device::python
