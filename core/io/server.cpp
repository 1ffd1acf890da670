// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "core/io/connecting_source.hpp"
#include "core/vhost_user/message.hpp"

namespace vhost_device::io {
namespace {

/// How many this process has open. Zero when there is no /proc.
std::size_t open_descriptors() {
  using Iterator = std::filesystem::directory_iterator;
  std::error_code error;
  const Iterator first("/proc/self/fd", error);
  return error ? 0 : static_cast<std::size_t>(std::distance(first, Iterator()));
}

/// Better told at the start than by the guest that happens to come last.
void check_descriptor_limit(std::size_t guests) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  // The last ones come with a message and go after it.
  const std::size_t needed =
      open_descriptors() + guests * Server::descriptors_per_guest + vhost_user::max_fds;
  if (needed <= limit.rlim_cur) return;
  const std::string number = std::to_string(needed);
  throw SocketError(std::to_string(guests) + " sockets may need " + number +
                    " file descriptors, and the limit of this process is " +
                    std::to_string(limit.rlim_cur) + "; raise it with `ulimit -n " + number +
                    "` (LimitNOFILE= in a systemd unit) or serve fewer sockets");
}

}  // namespace

Server::Server(const Options& options, const GuestDeviceFactory& make_device) {
  if (options.path.empty()) throw SocketError("the socket's path is empty");
  check_descriptor_limit(options.count);
  for (std::size_t i = 0; i < options.count; ++i) {
    sockets_.emplace_back(options.path.string() + std::to_string(i), options.mode);
  }
  if (options.count == 1) link_.emplace(options.path, sockets_.front().path().filename());
  // No guest is served before all sockets are there.
  std::size_t index = 0;
  for (const SocketFile& socket : sockets_) {
    guests_.push_back(std::make_unique<GuestServer>(
        socket.path().string(), source_from(socket.duplicate()),
        [make_device, index] { return make_device(index); }, [] {}, options.poll));
    ++index;
  }
}

Server::Server(const ConnectTo& sockets, const GuestDeviceFactory& make_device) {
  const auto& paths = sockets.paths;
  if (paths.empty() || paths.size() > max_count) {
    throw SocketError(std::to_string(paths.size()) + " sockets to connect to; expected 1 to " +
                      std::to_string(max_count));
  }
  check_descriptor_limit(paths.size());
  std::set<std::filesystem::path> seen;
  std::vector<std::shared_ptr<FrontEndSource>> sources;
  for (const auto& path : paths) {
    if (!seen.insert(path).second) {
      throw SocketError("socket " + path.string() + ": given twice; it is that of one guest");
    }
    sources.push_back(std::make_shared<ConnectingSource>(path));
  }
  for (std::size_t index = 0; index < paths.size(); ++index) {
    guests_.push_back(std::make_unique<GuestServer>(
        paths[index].string(), std::move(sources[index]),
        [make_device, index] { return make_device(index); }, [] {}, sockets.poll));
  }
}

Server::Server(support::UniqueFd socket, GuestDeviceFactory make_device, PollPolicy poll) {
  const std::string name = "descriptor " + std::to_string(socket.get());
  guests_.push_back(std::make_unique<GuestServer>(
      name, source_from(std::move(socket)),
      [make_device = std::move(make_device)] { return make_device(0); },
      [finish = finish_] { finish->set(); }, poll));
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
