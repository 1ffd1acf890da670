// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/held_file.hpp"

#include <sys/file.h>

#include <utility>

namespace vhost_device::i2c {

HeldFile::HeldFile(support::UniqueFd fd) : fd_(std::move(fd)) {
  static_cast<void>(::flock(fd_.get(), LOCK_SH | LOCK_NB));
}

HeldFile::~HeldFile() {
  // A process that was forked off has the lock, too, and is not to decide for its parent.
  if (support::forks() == forks_) ::flock(fd_.get(), LOCK_UN);
}

}  // namespace vhost_device::i2c
