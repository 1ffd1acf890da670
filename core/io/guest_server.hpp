// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/io/front_end_source.hpp"
#include "core/io/poll_window.hpp"
#include "core/virtio/device.hpp"

namespace vhost_device::io {

/// Makes the device for a guest that connects. Called on that guest's thread.
using DeviceFactory = std::function<std::unique_ptr<virtio::Device>()>;

/// One guest with its own thread and event loop: one front-end at a time, one after the other for
/// as long as its source gives any.
///
/// A front-end that is connected keeps its place for as long as it likes, also in silence: so is
/// one whose machine is paused, or just has nothing to ask of its devices. Another one that
/// connects is turned away with a line in the log. Who may connect is a matter of the socket's
/// permissions.
class GuestServer {
 public:
  /// Serves what `source` gives from now on. `name` says in the log which guest it is;
  /// `on_finished` is called on the guest's thread when no front-end will come any more.
  ///
  /// Throws std::system_error when no thread can be made.
  GuestServer(std::string name, std::shared_ptr<FrontEndSource> source, DeviceFactory make_device,
              std::function<void()> on_finished, PollPolicy poll = {});
  GuestServer(const GuestServer&) = delete;
  GuestServer& operator=(const GuestServer&) = delete;

  /// Like `stop` with one second, or with none if that has failed before.
  ~GuestServer();

  /// Asks the thread to end, and does not wait. Safe to call again, from any thread.
  void request_stop();

  /// Ends the connection and the thread. False when a transfer that is under way kept the thread
  /// for longer than `limit`: it is left to itself and ends after that transfer.
  bool stop(std::chrono::milliseconds limit);

  /// Whether a front-end is connected now.
  [[nodiscard]] bool is_connected() const;

 private:
  class Loop;  // what the thread owns; outlives this object if the thread is left to itself
  std::shared_ptr<Loop> loop_;
  std::thread thread_;
  bool gave_up_ = false;  // on a thread that did not end in time
};

}  // namespace vhost_device::io
