// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/server.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace vhost_device::io {

Server::Server(const Options& options, const GuestDeviceFactory& make_device) {
  if (options.path.empty()) throw SocketError("the socket's path is empty");
  for (std::size_t i = 0; i < options.count; ++i) {
    sockets_.emplace_back(options.path.string() + std::to_string(i), options.mode);
  }
  if (options.count == 1) link_.emplace(options.path, sockets_.front().path().filename());
  // No guest is served before all sockets are there.
  std::size_t index = 0;
  for (const SocketFile& socket : sockets_) {
    guests_.push_back(std::make_unique<GuestServer>(
        socket.path().string(), socket.duplicate(),
        [make_device, index] { return make_device(index); }, [] {}));
    ++index;
  }
}

Server::Server(virtio::UniqueFd socket, GuestDeviceFactory make_device) {
  const std::string name = "descriptor " + std::to_string(socket.get());
  guests_.push_back(std::make_unique<GuestServer>(
      name, std::move(socket), [make_device = std::move(make_device)] { return make_device(0); },
      [finish = finish_] { finish->set(); }));
}

Server::~Server() { stop(std::chrono::seconds(gave_up_ ? 0 : 1)); }

void Server::Finish::set() {
  const std::lock_guard lock(mutex);
  finished = true;
  changed.notify_all();
}

bool Server::wait(std::optional<std::chrono::milliseconds> limit) {
  std::unique_lock lock(finish_->mutex);
  const auto finished = [this] { return finish_->finished; };
  if (limit) return finish_->changed.wait_for(lock, *limit, finished);
  finish_->changed.wait(lock, finished);
  return true;
}

bool Server::stop(std::chrono::milliseconds limit) {
  const std::lock_guard lock(stop_mutex_);
  link_.reset();
  sockets_.clear();
  for (const auto& guest : guests_) guest->request_stop();
  const auto deadline = std::chrono::steady_clock::now() + limit;
  bool all = true;
  for (const auto& guest : guests_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    all = guest->stop(std::max(left, std::chrono::milliseconds(0))) && all;
  }
  gave_up_ = !all;
  finish_->set();
  return all;
}

std::vector<std::filesystem::path> Server::socket_paths() const {
  std::vector<std::filesystem::path> paths;
  for (const SocketFile& socket : sockets_) paths.push_back(socket.path());
  return paths;
}

std::size_t Server::connected() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(guests_, [](const auto& guest) { return guest->is_connected(); }));
}

}  // namespace vhost_device::io
