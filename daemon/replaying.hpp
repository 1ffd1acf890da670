// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/i2c/replay/replayer.hpp"

namespace vhost_device::daemon {

/// What --replay asks for: a recording as the guests' bus. One that was made with one guest is
/// shared by all of them, as a board is; of one that was made with several, each guest has the part
/// of the same number.
class Replaying {
 public:
  /// Reads the recording; nothing if `path` is empty. Throws i2c::RecordingError, also for a
  /// recording of other guests than the first `guest_count`.
  Replaying(std::string path, i2c::ReplayOrder order, std::size_t guest_count);

  [[nodiscard]] bool is_asked_for() const { return !path_.empty(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// A guest's bus.
  [[nodiscard]] const std::shared_ptr<i2c::Replayer>& of(std::size_t guest) const {
    return buses_.size() == 1 ? buses_.front() : buses_.at(guest);
  }

  /// The addresses that are the recording's: those that answered; in strict order, all.
  [[nodiscard]] const std::vector<i2c::Address>& addresses(std::size_t guest) const;

  /// Logs what was different.
  void report() const;

 private:
  void add(i2c::Recording recording, i2c::ReplayOrder order);

  const std::string path_;
  std::vector<std::shared_ptr<i2c::Replayer>> buses_;
};

}  // namespace vhost_device::daemon
