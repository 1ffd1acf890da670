// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// The daemon: a bus of real and simulated chips, served to one guest for each socket.

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "core/i2c/virtio_i2c.hpp"
#include "core/io/server.hpp"
#include "daemon/guest_buses.hpp"
#include "daemon/i2c_options.hpp"
#include "daemon/replaying.hpp"
#include "daemon/tracing.hpp"

namespace vhost_device::daemon {
namespace {

// A transfer that is under way when the daemon is told to end has this long to come to its own end.
constexpr std::chrono::milliseconds stop_limit{500};

/// The signals that end the daemon, blocked in every thread so that `wait` alone takes them.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  /// Waits for one of them.
  int wait() const {
    int signal = 0;
    sigwait(&signals_, &signal);
    return signal;
  }

 private:
  sigset_t signals_{};
};

std::unique_ptr<io::Server> make_server(const I2cOptions& options,
                                        io::Server::GuestDeviceFactory make_device) {
  if (options.fd) {
    return std::make_unique<io::Server>(support::UniqueFd(*options.fd), std::move(make_device),
                                        options.poll);
  }
  if (!options.connect.empty()) {
    io::Server::ConnectTo sockets{.paths = {}, .poll = options.poll};
    sockets.paths.assign(options.connect.begin(), options.connect.end());
    return std::make_unique<io::Server>(sockets, std::move(make_device));
  }
  return std::make_unique<io::Server>(io::Server::Options{options.socket_path, options.socket_count,
                                                          options.socket_mode, options.poll},
                                      std::move(make_device));
}

int serve(const I2cOptions& options) {
  signal(SIGXFSZ, SIG_IGN);  // a file that reached a limit is an error of its writer
  // The devicetree compiler shall not inherit it.
  if (options.fd) ::fcntl(*options.fd, F_SETFD, FD_CLOEXEC);
  const Replaying replaying(options.replay, options.replay_order, options.guest_count());
  Tracing tracing(options.traces, options.record, options.guest_count());
  std::vector<std::shared_ptr<i2c::Adapter>> buses;
  for (auto& bus : make_guest_buses(options, replaying)) {
    buses.push_back(tracing.trace(std::move(bus), buses.size()));
  }

  // From here on there are threads and sockets to end; until here, signals do what they always do.
  const EndSignals end_signals;
  signal(SIGPIPE, SIG_IGN);  // a guest's interrupt may be a pipe that is closed at its other end
  const auto server = make_server(options, [buses](std::size_t guest) {
    return std::make_unique<i2c::VirtioI2c>(buses.at(guest));
  });
  tracing.begin();  // not before: a start that fails shall not cost an older recording
  for (const auto& path : server->socket_paths()) spdlog::info("listening on {}", path.string());

  // The end of an inherited connection ends the daemon the way a signal does. Of the others, none
  // is the last.
  if (options.fd) {
    std::thread([&server = *server] {
      server.wait();
      kill(getpid(), SIGTERM);
    }).detach();
  }
  end_signals.wait();
  if (!server->stop(stop_limit)) spdlog::warn("a transfer is still under way; leaving it");
  const bool is_recorded = tracing.close(stop_limit);
  replaying.report();
  spdlog::shutdown();
  // Without the destructors: a thread may be in a transfer that never ends.
  std::_Exit(is_recorded ? exit_ok : exit_not_recorded);
}

}  // namespace
}  // namespace vhost_device::daemon

int main(int argc, char** argv) {
  using namespace vhost_device::daemon;
  // One heap for all threads, as they allocate when guests come and not when they transfer. There
  // is no other thread yet.
  mallopt(M_ARENA_MAX, 1);  // NOLINT(concurrency-mt-unsafe)
  const ParsedCommandLine parsed = parse_command_line(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  spdlog::set_default_logger(spdlog::stderr_color_mt("vhost-device-i2c"));
  spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  spdlog::set_level(spdlog::level::from_str(parsed.options.log_level));
  try {
    return serve(parsed.options);
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return exit_failure;
  }
}
