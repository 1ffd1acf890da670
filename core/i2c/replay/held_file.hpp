// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "core/support/forks.hpp"
#include "core/support/unique_fd.hpp"

namespace vhost_device::i2c {

/// A file that somebody has read and may read again: as long as this lives, OutputFile::open
/// refuses it, by whatever name and in whatever process. To no effect for a file that is being
/// written already, and on file systems that have no locks.
class HeldFile {
 public:
  explicit HeldFile(support::UniqueFd fd);
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;
  ~HeldFile();

 private:
  const support::UniqueFd fd_;
  const unsigned forks_ = support::forks();
};

}  // namespace vhost_device::i2c
