// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/io/guest_server.hpp"
#include "core/io/socket_file.hpp"

namespace vhost_device::io {

/// All the guests of one process, each on a socket and a thread of its own.
class Server {
 public:
  /// Makes the device for guest `index`, each time that guest connects, on that guest's thread.
  using GuestDeviceFactory = std::function<std::unique_ptr<virtio::Device>(std::size_t index)>;

  struct Options {
    std::filesystem::path path;  ///< Sockets are PATH0, PATH1, ...; a single one is also PATH.
    std::size_t count = 1;       ///< 1 to `max_count`.
    mode_t mode = 0600;          ///< Permissions of the sockets.
    PollPolicy poll = {};        ///< What guests' threads do between two requests.
  };
  static constexpr std::size_t max_count = 1024;

  /// Descriptors for each guest of a device with one queue: while nobody is connected, its socket
  /// twice and three of its loop; besides, when there is a front-end, the connection and three for
  /// the queue's notifications.
  static constexpr std::size_t idle_descriptors = 5;
  static constexpr std::size_t descriptors_per_guest = idle_descriptors + 4;

  /// Listens on `options.count` sockets, and serves from now on. Throws SocketError, with no socket
  /// left behind, when one of them cannot be listened on, or when this process may not have as many
  /// descriptors as all the guests will need.
  Server(const Options& options, const GuestDeviceFactory& make_device);

  /// Sockets on which virtual machines listen, one for each guest.
  struct ConnectTo {
    std::vector<std::filesystem::path> paths;  ///< 1 to `max_count`, each once.
    PollPolicy poll = {};
  };

  /// Connects to the sockets, also to those that are made later, and anew whenever a connection
  /// ends, until `stop`. Throws SocketError when one of them can be none (see ConnectingSource), is
  /// given twice, or there are none or too many.
  Server(const ConnectTo& sockets, const GuestDeviceFactory& make_device);

  /// Serves an inherited socket, listening or connected. Throws std::system_error when it is not a
  /// Unix stream socket.
  Server(support::UniqueFd socket, GuestDeviceFactory make_device, PollPolicy poll = {});

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Waits until there is nothing left to serve: `stop` was called, or an inherited connected
  /// socket has ended. False when `limit` passed before.
  bool wait(std::optional<std::chrono::milliseconds> limit = std::nullopt);

  /// Ends every connection and thread and removes the sockets. False when a transfer under way kept
  /// a thread for longer than `limit` in all. Safe to call again, from any thread but a guest's.
  bool stop(std::chrono::milliseconds limit);

  /// The paths of the sockets that are listened on; none for an inherited one. Not to be called
  /// beside `stop`.
  [[nodiscard]] std::vector<std::filesystem::path> socket_paths() const;

  /// How many front-ends are connected now.
  [[nodiscard]] std::size_t connected() const;

 private:
  /// Shared with the guests' threads, one of which may outlive the server.
  struct Finish {
    std::mutex mutex;
    std::condition_variable changed;
    bool finished = false;

    void set();
  };

  std::list<SocketFile> sockets_;  // a list: its elements do not move
  std::optional<SocketLink> link_;
  std::vector<std::unique_ptr<GuestServer>> guests_;
  std::mutex stop_mutex_;  // one `stop` at a time
  bool gave_up_ = false;   // on a thread that did not end in time
  std::shared_ptr<Finish> finish_ = std::make_shared<Finish>();
};

}  // namespace vhost_device::io
